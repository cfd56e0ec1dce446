internal import XylemTrace

/// The notes of one trace or two, those that both have once.
struct MergedNotes {
  /// A note with the modes that have it.
  private struct Entry {
    let note: TraceNote
    var modes: [Mode]
  }

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

  /// Leaves and regions that were made because something could not be traced.
  var automatic: [TraceNote] {
    entries.map(\.note).filter { $0.kind == .automaticLeaf || $0.kind == .automaticRegion }
  }

  /// Lines about what was hidden and what is wrong, for commands that are not about the trace itself.
  var briefLines: [String] {
    let kinds: Set<TraceNote.Kind> = [.automaticLeaf, .automaticRegion, .unusedRule, .pluginLeaf]
    return entries.filter { kinds.contains($0.note.kind) }.map(line)
  }

  /// Lines for a person, one a note. Unless all are listed, guards are only counted, and missing operators left out:
  /// loading the model named them.
  func lines(listsAll: Bool) -> [String] {
    var lines: [String] = []
    for kind in TraceNote.Kind.allCases {
      let found = entries.filter { $0.note.kind == kind }
      if kind == .guard, !listsAll, !found.isEmpty {
        let count = found.count == 1 ? "1 assumption is" : "\(found.count) assumptions are"
        lines.append("note: \(count) checked when the model runs (--notes lists them)")
      } else if kind != .missingOperator || listsAll {
        lines += found.map(line)
      }
    }
    return lines
  }

  private func line(_ entry: Entry) -> String {
    let note = entry.note
    let place = note.path.isEmpty ? "the root module" : note.path
    let type = note.type.map { " (\($0.split(separator: ".").last ?? ""))" } ?? ""
    var line =
      switch note.kind {
      case .automaticLeaf: "note: leaf \(place)\(type): \(note.reason)"
      case .automaticRegion: "note: region \(note.node ?? "") in \(place)\(type): \(note.reason)"
      case .guard: "note: check \(note.node ?? "") in \(place)\(type): \(note.reason)"
      case .symbolicConversion: "note: \(note.node ?? place)\(type): \(note.reason)"
      case .missingOperator: "note: in \(place)\(type), \(note.reason)"
      case .nameTaken: "note: \(note.node ?? place): \(note.reason)"
      case .pinnedMode: "note: \(place)\(type): \(note.reason)"
      case .unusedRule: "warning: \(note.reason)"
      case .pluginLeaf: "note: \(note.reason)"
      }
    if let location = note.location { line += " (\(location))" }
    if !note.hiddenModules.isEmpty { line += "; hides \(note.hiddenModules.joined(separator: ", "))" }
    if modeCount > 1, entry.modes.count == 1 { line += " [\(entry.modes[0].rawValue) mode]" }
    return line
  }
}
