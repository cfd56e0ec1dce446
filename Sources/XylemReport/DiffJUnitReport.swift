public import XylemDiff
internal import XylemGraph

/// A diff as JUnit XML, with a test case for each finding. A finding that needs attention fails, an accepted one is
/// skipped, and one that is by design passes.
public struct DiffJUnitReport: DiffReport {
  /// The lowest level at which a finding that is not accepted is a failure.
  private let failing: Finding.Level

  /// Creates a report.
  ///
  /// - Parameter failing: the lowest level at which a finding fails.
  public init(failing: Finding.Level = .warning) { self.failing = failing }

  /// The report as XML.
  public func render(_ diff: TraceDiff) -> String {
    let failures = diff.failing(atLeast: failing).count
    let skipped = diff.findings.count { $0.expectation != nil }
    let count = max(diff.findings.count, 1)
    let counts = "tests=\"\(count)\" failures=\"\(failures)\" skipped=\"\(skipped)\" errors=\"0\""
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites name=\"xylem diff\" \(counts)>"]
    lines.append("  <testsuite name=\"\(Self.escaped(diff.model))\" \(counts)>")
    if diff.findings.isEmpty {
      lines.append("    <testcase classname=\"diff\" name=\"the modes compute the same\"/>")
    }
    for finding in diff.findings { lines += testCase(finding) }
    return (lines + ["  </testsuite>", "</testsuites>"]).joined(separator: "\n") + "\n"
  }

  private func testCase(_ finding: Finding) -> [String] {
    let name = "\(finding.place) [\(finding.fingerprint)]"
    let head = "    <testcase classname=\"\(finding.rule.rawValue)\" name=\"\(Self.escaped(name))\""
    if let expectation = finding.expectation {
      return [head + ">", "      <skipped message=\"\(Self.escaped(expectation.acceptance))\"/>", "    </testcase>"]
    }
    guard finding.level >= failing, finding.isNew else { return [head + "/>"] }
    var body = [finding.why]
    if let location = finding.location { body.append("source: \(location)") }
    if let train = finding.train { body.append("train: \(train)") }
    if let eval = finding.eval { body.append("eval: \(eval)") }
    if let witness = finding.witness { body.append("witness: \(witness.sentence)") }
    body += ["\(finding.remedyHeading):", finding.remedy]
    let failure = "<failure type=\"\(finding.level.rawValue)\" message=\"\(Self.escaped(finding.message))\">"
    let text = body.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    return [
      head + ">", "      " + failure + text.map { Self.escaped(String($0)) }.joined(separator: "\n") + "</failure>",
      "    </testcase>",
    ]
  }

  /// Escapes a string for XML. Characters that XML can't represent are replaced.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in printable(text).unicodeScalars {
      switch scalar {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\"": out += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
