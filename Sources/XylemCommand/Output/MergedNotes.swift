internal import XylemGraph
internal import XylemTrace

/// The notes of one or two traces. Notes of both traces are listed once.
struct MergedNotes {
  /// Which notes are printed, and how.
  enum Detail {
    /// Hidden code and problems, grouped: for commands that are not about the trace itself.
    case brief
    /// Everything, grouped. Run-time checks are only counted, and missing operators are left out, since loading the
    /// model reported them.
    case grouped
    /// Every note, one per line.
    case all
  }

  /// A note, with the modes that have it.
  private struct Entry {
    let note: TraceNote
    var modes: [Mode]
  }

  /// What the notes of a group have in common.
  private struct GroupKey: Hashable {
    let kind: TraceNote.Kind
    let type: String?
    let location: SourceLocation?
    let modes: [Mode]

    init(_ entry: Entry) {
      (kind, type, location, modes) = (entry.note.kind, entry.note.type, entry.note.location, entry.modes)
    }
  }

  /// The number of groups that are printed before the rest is only counted.
  private static let mostGroups = 8
  /// The number of places that are listed per group. Groups up to this size are printed note by note.
  private static let mostPlaces = 3

  private var entries: [Entry] = []
  private let modeCount: Int

  init(_ traces: [Trace]) {
    modeCount = traces.count
    var places: [TraceNote: Int] = [:]
    for trace in traces {
      for note in trace.notes {
        if let place = places[note] {
          if !entries[place].modes.contains(trace.mode) { entries[place].modes.append(trace.mode) }
        } else {
          places[note] = entries.count
          entries.append(Entry(note: note, modes: [trace.mode]))
        }
      }
    }
  }

  /// Leaves and regions created because code could not be traced.
  var automatic: [TraceNote] {
    entries.map(\.note).filter { $0.kind == .automaticLeaf || $0.kind == .automaticRegion }
  }

  /// The lines to print.
  func lines(_ detail: Detail) -> [String] {
    switch detail {
    case .all: TraceNote.Kind.allCases.flatMap { kind in entries.filter { $0.note.kind == kind }.map(line) }
    case .grouped: groupedLines(of: TraceNote.Kind.allCases.filter { $0 != .missingOperator })
    case .brief:
      groupedLines(of: [
        .automaticLeaf, .automaticRegion, .unusedRule, .inferredResult, .pluginLeaf, .defaultArgument, .inputStructure,
        .knownShape, .shapeGuard,
      ])
    }
  }

  // MARK: - Groups

  private func groupedLines(of kinds: [TraceNote.Kind]) -> [String] {
    var lines: [String] = []
    var untold = 0
    for kind in kinds {
      let found = entries.filter { $0.note.kind == kind }
      guard !found.isEmpty else { continue }
      if kind == .guard || kind == .shapeGuard {
        let noun = kind == .guard ? "assumption" : "assumption about shapes"
        let count =
          found.count == 1 ? "1 \(noun) is" : "\(found.count) \(noun.replacing("assumption", with: "assumptions")) are"
        lines.append("note: \(count) checked when the model runs (--notes lists them)")
        continue
      }
      for group in groups(found) {
        // Problems are always printed.
        if kind != .unusedRule, lines.count >= Self.mostGroups {
          untold += group.count
        } else {
          lines += group.count <= Self.mostPlaces ? group.map(line) : [line(of: group)]
        }
      }
    }
    if untold > 0 { lines.append("note: \(untold) more \(untold == 1 ? "note" : "notes") (--notes lists them)") }
    return lines
  }

  /// Notes grouped by cause, in the order of the first of each group.
  private func groups(_ entries: [Entry]) -> [[Entry]] {
    var places: [GroupKey: Int] = [:]
    var groups: [[Entry]] = []
    for entry in entries {
      // Each of these notes is already about one thing.
      let isAlone = [.unusedRule, .pluginLeaf, .defaultArgument, .inputStructure, .knownShape].contains(entry.note.kind)
      if !isAlone, let place = places[GroupKey(entry)] {
        groups[place].append(entry)
      } else {
        places[GroupKey(entry)] = groups.count
        groups.append([entry])
      }
    }
    return groups
  }

  private func line(of group: [Entry]) -> String {
    let first = group[0].note
    let noun =
      switch first.kind {
      case .automaticLeaf: "leaves"
      case .automaticRegion: "regions"
      case .guard, .shapeGuard: "checks"
      case .symbolicConversion: "symbolic numbers"
      case .missingOperator: "calls of missing operators"
      case .nameTaken: "names already taken"
      case .pinnedMode: "modules with a mode of their own"
      case .defaultArgument: "arguments"
      case .inputStructure: "structures"
      case .knownShape: "shapes"
      case .foldedCache: "caches"
      case .inferredResult: "results of modules"
      case .unusedRule, .pluginLeaf: "rules"
      }
    var line =
      "note: \(group.count) \(noun)\(Self.suffix(type: first.type)): \(Self.commonReason(group.map(\.note.reason)))"
    if let location = first.location { line += " (\(location))" }
    let hidden = group.reduce(0) { $0 + $1.note.hiddenModules.count }
    if hidden > 0 { line += "; \(hidden == 1 ? "1 module is" : "\(hidden) modules are") hidden" }
    line += modeSuffix(group[0])
    let places = group.map { place(of: $0.note) }
    line += ": " + places.prefix(Self.mostPlaces).joined(separator: ", ")
    let rest = places.count - Self.mostPlaces
    return line + " and \(rest) more (--notes lists them)"
  }

  private func place(of note: TraceNote) -> String {
    switch note.kind {
    case .automaticRegion, .symbolicConversion, .nameTaken: note.node ?? Self.name(of: note.path)
    default: Self.name(of: note.path)
    }
  }

  /// The common beginning of several reasons, cut at the end of a clause.
  static func commonReason(_ reasons: [String]) -> String {
    guard let first = reasons.first, reasons.contains(where: { $0 != first }) else { return reasons.first ?? "" }
    let length = reasons.reduce(first.count) { min($0, zip(first, $1).prefix { $0 == $1 }.count) }
    let common = first.prefix(length)
    for mark in [": ", "; ", ", "] {
      if let end = common.ranges(of: mark).last?.lowerBound { return String(common[..<end]) }
    }
    return first
  }

  // MARK: - Single notes

  private func line(_ entry: Entry) -> String {
    let note = entry.note
    let place = Self.name(of: note.path)
    let type = Self.suffix(type: note.type)
    var line =
      switch note.kind {
      case .automaticLeaf: "note: leaf \(place)\(type): \(note.reason)"
      case .automaticRegion: "note: region \(note.node ?? "") in \(place)\(type): \(note.reason)"
      case .shapeGuard: "note: check in \(place)\(type): \(note.reason)"
      case .guard: "note: check \(note.node ?? "") in \(place)\(type): \(note.reason)"
      case .symbolicConversion, .foldedCache: "note: \(note.node ?? place)\(type): \(note.reason)"
      case .missingOperator: "note: in \(place)\(type), \(note.reason)"
      case .nameTaken: "note: \(note.node ?? place): \(note.reason)"
      case .pinnedMode: "note: \(place)\(type): \(note.reason)"
      case .unusedRule: "warning: \(note.reason)"
      case .inferredResult where note.path.isEmpty: "note: \(note.reason)"
      case .inferredResult: "note: \(place)\(type): \(note.reason)"
      case .pluginLeaf, .defaultArgument, .inputStructure, .knownShape: "note: \(note.reason)"
      }
    if let location = note.location { line += " (\(location))" }
    if !note.hiddenModules.isEmpty { line += "; hides \(note.hiddenModules.joined(separator: ", "))" }
    return line + modeSuffix(entry)
  }

  private func modeSuffix(_ entry: Entry) -> String {
    modeCount > 1 && entry.modes.count == 1 ? " [\(entry.modes[0].rawValue) mode]" : ""
  }

  private static func name(of path: String) -> String { path.isEmpty ? "the root module" : path }

  private static func suffix(type: String?) -> String { type.map { " (\($0.split(separator: ".").last ?? ""))" } ?? "" }
}
