internal import Foundation
internal import XylemExtract
internal import XylemFiles
internal import XylemReport
internal import XylemScript
internal import XylemTrace

/// The output of `xylem extract`.
struct ExtractReport {
  let mode: Mode
  let entries: [FeatureEntry]
  let plan: Plan
  /// The most likely classes, if labels were given.
  let classes: [ClassRanking]?
  /// The explanations that `--explain` requests.
  let explanation: ExplainReport?
  /// What the extractor started from and replaced.
  var changes = EditOptions()
  /// The keys of features that are replaced values.
  var replacedKeys: [String] = []
  /// The pictures in the folder that `--images` names.
  var pictures: [FeaturePicture] = []

  /// The JSON of the command's contract. `--labels` adds `classes`, `--explain` adds `explanation` and, with an engine, `engine`,
  /// `--images` adds `pictures`, `--from` adds `from` with the nodes, and `--set` adds `set` with what replaced the nodes,
  /// and `replaced` to features that are replaced values. A value that is not a tensor has an empty shape, and one that is not a number has no minimum, mean and maximum; a string has its
  /// `value`. `convertedFrom` names the type of a tensor before its values were converted to plain numbers.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "schema": .int(1), "mode": .string(mode.rawValue), "features": .array(entries.map(json)),
      "prunedOperations": .int(plan.prunedCount), "keptOperations": .int(plan.keptCount),
    ]
    if let explanation { members["explanation"] = explanation.json }
    if let engine = explanation?.engine { members["engine"] = engine.json }
    if !pictures.isEmpty { members["pictures"] = .array(pictures.map(\.json)) }
    if !changes.starts.isEmpty { members["from"] = .array(changes.starts.map { .string($0.node) }) }
    if !changes.replacements.isEmpty {
      members["set"] = .object(
        Dictionary(changes.replacements.map { ($0.node, .string($0.text)) }, uniquingKeysWith: { first, _ in first }))
    }
    if let classes { members["classes"] = .array(classes.map(\.json)) }
    return .object(members)
  }

  private func json(of entry: FeatureEntry) -> JSONValue {
    var members: [String: JSONValue] = ["key": .string(entry.key), "node": .string(entry.node)]
    let (shape, dtype, numbers): ([Int], String, [JSONValue]) =
      switch entry.content {
      case .tensor(let array, let summary):
        (
          array.shape, array.dtype.rawValue,
          [summary.minimum, summary.mean, summary.maximum].map { $0.map { .double($0) } ?? .null }
        )
      case .scalar(let value, let type, _): ([], type, [value, value, value])
      case .string: ([], "str", [.null, .null, .null])
      case .other(let type): ([], type, [.null, .null, .null])
      }
    if case .string(let text) = entry.content { members["value"] = .string(text) }
    if let form = entry.convertedFrom { members["convertedFrom"] = .string("\(form)") }
    members["shape"] = .array(shape.map { .int($0) })
    members["dtype"] = .string(dtype)
    if replacedKeys.contains(entry.feature) { members["replaced"] = .bool(true) }
    for (name, number) in zip(["min", "mean", "max"], numbers) { members[name] = number }
    return .object(members)
  }

  /// The table, then the classes, without a trailing line break.
  func text(_ style: OutputStyle) -> String {
    let nanCounts = entries.map { entry in
      if case .tensor(_, let summary) = entry.content { summary.nanCount } else { 0 }
    }
    let showsNaN = nanCounts.contains { $0 > 0 }
    var table = TextTable(
      [.left, .left, .left, .left, .right, .right, .right] + (showsNaN ? [.right] : []),
      headings: ["key", "node", "shape", "dtype", "minimum", "mean", "maximum"] + (showsNaN ? ["NaN"] : []),
      dispensable: [3, 2, 1])
    for (entry, nanCount) in zip(entries, nanCounts) {
      table.append(
        [entry.key, entry.node] + Self.cells(of: entry) + (showsNaN ? [nanCount > 0 ? "\(nanCount)" : ""] : []))
    }
    return ([table.text(style)] + (explanation.map { [$0.text] } ?? []) + (classes ?? []).map(\.text)).joined(
      separator: "\n\n")
  }

  private static func cells(of entry: FeatureEntry) -> [String] {
    switch entry.content {
    case .tensor(let array, let summary):
      let numbers = [summary.minimum, summary.mean, summary.maximum].map { $0.map(short) ?? "-" }
      return ["\(array.shape)", array.dtype.rawValue] + numbers
    case .scalar(.double(let number), let type, _): return ["-", type] + Array(repeating: short(number), count: 3)
    case .scalar(let value, let type, _): return ["-", type] + Array(repeating: value.text, count: 3)
    case .string(let text): return [JSONValue.string(text).text, "str", "-", "-", "-"]
    case .other(let type): return ["-", type, "-", "-", "-"]
    }
  }

  /// A number with six significant digits.
  static func short(_ number: Double) -> String { String(format: "%.6g", number) }
}
