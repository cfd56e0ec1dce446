public import XylemDiff
internal import XylemGraph

/// A diff for a terminal: the verdict, the blind spots, then each finding.
public struct DiffTextReport: DiffReport {
  /// The maximum number of listed blind spots; the others are counted.
  private static let mostHidden = 12

  /// The report.
  public init() {}

  /// The report as text.
  public func render(_ diff: TraceDiff) -> String {
    var lines = ["\(diff.model): \(diff.train.label) against \(diff.eval.label)", "", "verdict: \(diff.verdict)"]
    let counts = Finding.Level.allCases.sorted().reversed().compactMap { level -> String? in
      let (open, accepted) = diff.count(of: level)
      guard open + accepted > 0 else { return nil }
      return plural(open, level.rawValue) + (accepted > 0 ? " (and \(accepted) accepted)" : "")
    }
    if !counts.isEmpty { lines.append("findings: " + counts.joined(separator: ", ")) }
    lines.append("compared: \(diff.reach)")
    for reason in diff.coarseReasons { lines.append("coarse: \(reason)") }
    for part in diff.hidden.prefix(Self.mostHidden) { lines.append("  " + describe(part)) }
    if diff.hidden.count > Self.mostHidden { lines.append("  and \(diff.hidden.count - Self.mostHidden) more") }
    if let sentence = diff.comparisonSentence { lines.append("base: " + printable(sentence)) }
    lines += diff.hiddenSentences.map { "  " + printable($0) }
    lines += diff.runSentences.map { "run: " + printable($0) }
    if !diff.returns.isEmpty { lines += ["", "return nodes:"] + diff.returnLines.map { "  " + printable($0) } }
    let open = diff.findings.filter { $0.expectation == nil }
    for finding in open where finding.change?.kind != .unchanged { lines += ["", describe(finding)] }
    lines += Self.short("unchanged", open.filter { $0.change?.kind == .unchanged })
    lines += Self.short("removed", diff.comparison?.removed ?? [])
    let accepted = diff.findings.filter { $0.expectation != nil }
    if !accepted.isEmpty { lines += ["", "accepted:"] }
    for finding in accepted {
      lines.append("  \(printable(finding.place)): \(printable(finding.message))")
      if let reason = finding.expectation?.acceptance { lines.append("    because: \(printable(reason))") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Findings that need only one line each.
  private static func short(_ heading: String, _ findings: [Finding]) -> [String] {
    guard !findings.isEmpty else { return [] }
    return ["", "\(heading):"]
      + findings.map {
        "  \($0.level.rawValue): \(printable($0.message)) (\($0.rule.rawValue)) \($0.fingerprint)"
      }
  }

  private func describe(_ part: HiddenPart) -> String {
    let type = part.type.map { " (\(printable(String($0.split(separator: ".").last ?? ""))))" } ?? ""
    return
      "\(part.kind.rawValue) \(part.path.isEmpty ? "the root" : printable(part.path))\(type)\(printable(part.modeWords))"
  }

  /// The first names of a list, and the number of the others.
  private static func some(_ names: [String]) -> String {
    let shown = names.prefix(6).map(printable).joined(separator: ", ")
    return shown + (names.count > 6 ? " and \(names.count - 6) more" : "")
  }

  private func describe(_ finding: Finding) -> String {
    let change = finding.change.map { " [\($0.words)]" } ?? ""
    var lines = ["\(finding.level.rawValue)\(change): \(printable(finding.message)) (\(finding.rule.rawValue))"]
    let origin =
      (finding.rule.isAboutExpectations ? [] : [finding.place]) + (finding.location.map { [$0.description] } ?? [])
    if !origin.isEmpty { lines.append("  at: " + origin.map(printable).joined(separator: ", ")) }
    if let train = finding.train { lines.append("  train: \(printable(train))") }
    if let eval = finding.eval { lines.append("  eval:  \(printable(eval))") }
    lines.append("  why: \(finding.why)")
    let names = finding.memberNames
    if !names.places.isEmpty { lines.append("  places: \(Self.some(names.places))") }
    if !names.consequences.isEmpty { lines.append("  follows: \(Self.some(names.consequences))") }
    if let witness = finding.witness { lines.append("  witness: \(printable(witness.sentence))") }
    lines.append("  fingerprint: \(finding.fingerprint)")
    if finding.level != .info {
      lines.append("  \(finding.remedyHeading):")
      lines += finding.remedy.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
    }
    return lines.joined(separator: "\n")
  }
}
