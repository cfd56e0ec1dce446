public import XylemDiff
internal import XylemGraph

/// A diff for a pull request: a table of open findings, foldable details, and the accepted findings.
public struct DiffMarkdownReport: DiffReport {
  /// The report.
  public init() {}

  /// The report as Markdown.
  public func render(_ diff: TraceDiff) -> String {
    var lines = [
      "## \(code(diff.model)): \(diff.train.label) against \(diff.eval.label)", "", "**\(diff.verdict)**", "",
    ]
    lines.append("\(diff.reach).")
    for sentence in diff.runSentences { lines += ["", escaped(sentence) + "."] }
    for reason in diff.coarseReasons { lines += ["", "> coarse: \(escaped(reason))"] }
    if !diff.returns.isEmpty {
      lines += ["", "Return nodes:", "", "```"] + diff.returnLines.map(printable) + ["```"]
    }
    if let sentence = diff.comparisonSentence { lines += ["", "**\(escaped(sentence))**"] }
    for sentence in diff.hiddenSentences { lines += ["", escaped(sentence)] }
    let open = diff.findings.filter { $0.expectation == nil && $0.change?.kind != .unchanged }
    let change = diff.comparison == nil ? "" : " change |"
    if !open.isEmpty {
      lines += [
        "", "| level |\(change) where | what | rule |", "| --- |\(change.isEmpty ? "" : " --- |") --- | --- | --- |",
      ]
    }
    for finding in open {
      let change = finding.change.map { " \($0.words) |" } ?? (diff.comparison == nil ? "" : " |")
      lines.append(
        "| \(finding.level.rawValue) |\(change) \(place(finding)) | \(escaped(finding.message)) | `\(finding.rule.rawValue)` |"
      )
    }
    for finding in open { lines += [""] + details(finding) }
    lines += list("Removed", diff.comparison?.removed ?? [])
    lines += list("Unchanged", diff.findings.filter { $0.expectation == nil && $0.change?.kind == .unchanged })
    let accepted = diff.findings.filter { $0.expectation != nil }
    if !accepted.isEmpty { lines += ["", "Accepted:", ""] }
    for finding in accepted {
      lines.append(
        "- \(place(finding)): \(escaped(finding.message)) (\(escaped(finding.expectation?.acceptance ?? "")))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func list(_ heading: String, _ findings: [Finding]) -> [String] {
    guard !findings.isEmpty else { return [] }
    return ["", "\(heading):", ""]
      + findings.map { "- \($0.level.rawValue) \(place($0)): \(escaped($0.message)) (`\($0.rule.rawValue)`)" }
  }

  private func details(_ finding: Finding) -> [String] {
    // This part is HTML, in which backticks don't escape tags.
    var lines = ["<details><summary><code>\(html(finding.place))</code>: \(html(finding.message))</summary>", ""]
    if let location = finding.location { lines.append("- source: \(code(location.description))") }
    if let train = finding.train { lines.append("- train: \(code(train))") }
    if let eval = finding.eval { lines.append("- eval: \(code(eval))") }
    lines.append("- \(escaped(finding.why))")
    if let witness = finding.witness { lines.append("- witness: \(escaped(witness.sentence))") }
    let names = finding.memberNames
    if !names.places.isEmpty { lines.append("- places: " + names.places.map(code).joined(separator: ", ")) }
    if !names.consequences.isEmpty {
      lines.append("- follows: " + names.consequences.map(code).joined(separator: ", "))
    }
    lines += ["", "```yaml"] + finding.remedy.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines + ["```", "", "</details>"]
  }

  private func place(_ finding: Finding) -> String { code(finding.place) }

  /// A string as code, between more backticks than it contains itself.
  private func code(_ text: String) -> String {
    let text = printable(text)
    var longest = 0
    var run = 0
    for character in text {
      run = character == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let padding = longest > 0 ? " " : ""
    // In a table a bar ends the cell, even within code.
    return fence + padding + text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      + padding + fence
  }

  private func html(_ text: String) -> String {
    var out = ""
    for character in printable(text) {
      switch character {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      default: out.append(character)
      }
    }
    return out
  }

  private func escaped(_ text: String) -> String {
    var out = ""
    for character in printable(text) {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "#": out += "\\\(character)"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      default: out.append(character)
      }
    }
    return out
  }
}
