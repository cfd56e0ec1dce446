internal import XylemExtract
internal import XylemReport

/// The output of `xylem extract --explain`: for each feature, what ran, what did not, and what was copied and why.
struct ExplainReport {
  let explanations: [FeatureExplanation]
  /// The keys of features that were copied in this run.
  let copiedKeys: Set<String>
  /// What computed the features; nil if libtorch alone was asked for.
  var engine: EngineText?

  var json: JSONValue {
    .array(
      explanations.map { one in
        .object([
          "key": .string(one.key), "node": .string(one.node), "location": .optional(one.location),
          "ran": .array(one.ran.map { .string($0) }), "prunedOperations": .int(one.prunedCount),
          "effects": .array(
            one.effects.map { .object(["node": .string($0.node), "reason": .string($0.reason)]) }),
          "copied": .bool(copiedKeys.contains(one.key)),
          "mayBeOverwrittenBy": .array(one.overwriters.map { .string($0) }),
        ])
      })
  }

  var text: String {
    let paragraphs = explanations.map(text) + (engine.map { [$0.lines.joined(separator: "\n")] } ?? [])
    return paragraphs.joined(separator: "\n\n")
  }

  private func text(_ one: FeatureExplanation) -> String {
    var lines = ["\(one.key): the value of \(one.node)" + (one.location.map { " (\($0))" } ?? "")]
    lines.append("  ran \(Self.count(one.ran.count)): " + Self.ends(one.ran))
    for effect in one.effects { lines.append("  \(effect.node) runs because it \(effect.reason)") }
    lines.append(
      one.prunedCount == 0
        ? "  pruned nothing"
        : "  pruned \(Self.count(one.prunedCount)): " + Self.groups(one.pruned, all: one.prunedCount))
    lines.append("  " + copies(one))
    return lines.joined(separator: "\n")
  }

  private func copies(_ one: FeatureExplanation) -> String {
    guard let first = one.overwriters.first else { return "not copied: nothing that runs later overwrites it" }
    let others = one.overwriters.count == 1 ? "" : " or one of \(one.overwriters.count - 1) more"
    return copiedKeys.contains(one.key)
      ? "copied once, because \(first)\(others) overwrites it"
      : "not copied: \(first)\(others) could have overwritten it but did not share its memory"
  }

  private static func count(_ number: Int) -> String { number == 1 ? "1 operation" : "\(number) operations" }

  /// The first and last of many names.
  private static func ends(_ names: [String]) -> String {
    names.count <= 6
      ? names.joined(separator: ", ") : (names.prefix(3) + ["…"] + names.suffix(3)).joined(separator: ", ")
  }

  /// Names grouped and counted by the first component of their paths.
  private static func groups(_ names: [String], all: Int) -> String {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for name in names {
      let group = String(name.prefix { $0 != "." })
      if counts[group] == nil { order.append(group) }
      counts[group, default: 0] += 1
    }
    var parts = order.map { counts[$0] == 1 ? $0 : "\($0) (\(counts[$0] ?? 0))" }
    if parts.count > 12 { parts = parts.prefix(12) + ["…"] }
    if all > names.count { parts.append("\(all - names.count) not saved") }
    return parts.joined(separator: ", ")
  }
}
