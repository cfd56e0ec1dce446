internal import XylemErrors
internal import XylemModels
internal import XylemNN
internal import XylemReport
internal import XylemTensor

/// The output of `xylem models`: the models that pass some filters, grouped by family.
struct ModelList {
  private struct Row {
    let model: ModelDefinition
    let parameters: Int
  }

  private let rows: [Row]

  /// Chooses models and counts their parameters.
  ///
  /// - Parameters:
  ///   - patterns: patterns of names, of which one must match; all names if empty. For a name with a prefix, they may
  ///     match what follows it.
  ///   - family: the name of a family, in any case and without punctuation.
  /// - Throws: `usage` for an unknown family, for a pattern that no model matches, and if no model is left; the
  ///   models' own errors.
  init(matching patterns: [String], family: String?, task: ModelTask?) throws {
    let all = ModelCatalog.current.models
    var chosen = all
    if let family {
      let known = Self.families.filter { Self.plain($0) == Self.plain(family) }
      guard !known.isEmpty else { throw Self.unknownFamily(family) }
      chosen = chosen.filter { known.contains($0.family ?? "") }
    }
    if let task { chosen = chosen.filter { $0.task == task } }
    let globs = patterns.map { Glob($0) }
    for glob in globs where !all.contains(where: { Self.matches($0.name, glob) }) {
      throw Self.unmatched(glob.pattern, all)
    }
    if !globs.isEmpty { chosen = chosen.filter { model in globs.contains { Self.matches(model.name, $0) } } }
    guard !chosen.isEmpty else {
      throw CommandErrors.usage("no model passes all filters", remedies: ["xylem models  # lists all models"])
    }
    rows = try chosen.map { model in
      Row(model: model, parameters: try model.make().parameters().reduce(0) { try $0 + $1.tensor.count })
    }
  }

  /// The names of all families, in order.
  static var families: [String] {
    var seen: Set<String> = []
    return ModelCatalog.current.models.compactMap(\.family).filter { seen.insert($0).inserted }
  }

  private static func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }

  private static func matches(_ name: String, _ glob: Glob) -> Bool {
    glob.matches(name) || name.lastIndex(of: "/").map { glob.matches(String(name[name.index(after: $0)...])) } ?? false
  }

  private static func unknownFamily(_ name: String) -> XylemError {
    CommandErrors.usage(
      "there is no family of models '\(name)'",
      remedies: nearMisses(of: name, among: families, limit: 2).map { "--family \(shellWord($0))" }
        + ["xylem models  # lists the families and their models"])
  }

  private static func unmatched(_ pattern: String, _ models: [ModelDefinition]) -> XylemError {
    CommandErrors.usage(
      "no model has a name that matches '\(pattern)'",
      remedies: nearMisses(of: pattern, among: models.map(\.name), limit: 2).map { "xylem models \(shellWord($0))" }
        + ["xylem models  # lists all models"])
  }

  // MARK: - Formats

  /// The JSON of the command's contract.
  var json: JSONValue {
    .object(["schema": .int(1), "models": .array(rows.map(Self.json))])
  }

  private static func json(_ row: Row) -> JSONValue {
    let model = row.model
    return .object([
      "name": .string(model.name), "summary": .string(model.summary), "family": .optional(model.family),
      "task": .optional(model.task?.rawValue), "parameters": .int(row.parameters),
      "multiplyAdds": model.multiplyAdds.map { .int($0) } ?? .null,
      "inputShape": model.inputShape.map { .array($0.map { .int($0) }) } ?? .null,
      "transform": model.preset.map(json) ?? .null,
    ])
  }

  private static func json(_ preset: ImagePreset) -> JSONValue {
    .object([
      "resize": .array(preset.resize.map { .int($0) }), "crop": preset.crop.map { .int($0) } ?? .null,
      "interpolation": .string(preset.interpolation.rawValue), "mean": .array(preset.mean.map { .double($0) }),
      "std": .array(preset.standardDeviation.map { .double($0) }),
    ])
  }

  private struct Column {
    let heading: String
    let alignment: TextTable.Alignment
    /// The order in which columns are left out where the terminal is narrow. Nil if the column stays.
    let rank: Int?
    let cell: (Row) -> String

    init(_ heading: String, _ alignment: TextTable.Alignment, rank: Int? = nil, cell: @escaping (Row) -> String) {
      (self.heading, self.alignment, self.rank, self.cell) = (heading, alignment, rank, cell)
    }
  }

  /// A table with a line before each family, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    // A column that no model has a value for is left out.
    let columns: [Column] = [
      Column("name", .left) { $0.model.name },
      Column("parameters", .right) { grouped($0.parameters) },
      Column("multiply-adds", .right, rank: 2) { $0.model.multiplyAdds.map(grouped) ?? "" },
      Column("input", .left) { $0.model.inputShape.map { $0.map(String.init).joined(separator: ",") } ?? "" },
      Column("transform of images", .left, rank: 3) { $0.model.preset?.sizes ?? "" },
      Column("mean / std", .left, rank: 0) { $0.model.preset?.levels ?? "" },
      Column("model", .left, rank: 1) { $0.model.summary },
    ].filter { column in rows.contains { !column.cell($0).isEmpty } }
    let dispensable = columns.indices.filter { columns[$0].rank != nil }
      .sorted { (columns[$0].rank ?? 0) < (columns[$1].rank ?? 0) }
    var table = TextTable(
      columns.map(\.alignment), headings: columns.map(\.heading), dispensable: dispensable)
    for row in rows { table.append(columns.map { $0.cell(row) }) }
    let lines = table.text(style).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var found = [lines[0]]
    var family: String?
    for (row, line) in zip(rows, lines.dropFirst()) {
      if row.model.family != family {
        family = row.model.family
        found += ["", family.map { style.paint(heading(of: $0), .heading) } ?? "other models"]
      }
      found.append(line)
    }
    return found.joined(separator: "\n")
  }

  /// The line of a family: its name, how many of its models are listed, and what it is.
  private func heading(of family: String) -> String {
    let count = rows.count { $0.model.family == family }
    let summary = ModelZoo.families.first { $0.name == family }.map { ": " + $0.summary } ?? ""
    return "\(family) (\(count == 1 ? "one model" : "\(count) models"))\(summary)"
  }
}

extension ImagePreset {
  /// The sizes and the interpolation: `232, crop 224, bilinear`.
  var sizes: String {
    let size = resize.isEmpty ? "any size" : resize.map(String.init).joined(separator: " x ")
    return ([size] + (crop.map { ["crop \($0)"] } ?? []) + [interpolation.rawValue]).joined(separator: ", ")
  }

  /// Mean and deviation, to three digits; empty if they are ImageNet's.
  var levels: String {
    guard mean != Self.imageNetMean || standardDeviation != Self.imageNetStandardDeviation else { return "" }
    return Self.words(mean) + " / " + Self.words(standardDeviation)
  }

  /// The numbers for all channels, or the one that they share.
  private static func words(_ numbers: [Double]) -> String {
    let rounded = numbers.map { "\(($0 * 1000).rounded() / 1000)" }
    return Set(rounded).count == 1 ? rounded[0] : rounded.joined(separator: ",")
  }
}
