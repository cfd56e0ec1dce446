/// The sentences about expectations, each with a remedy.
enum ExpectationText {
  private static func name(_ expectation: DiffExpectation) -> String {
    "'\(expectation.rule)' at '\(expectation.place)'"
  }

  static func unknownRule(_ expectation: DiffExpectation, near: String?) -> (message: String, remedy: String) {
    let hint = near.map { "; the nearest is '\($0)'" } ?? ""
    return ("there is no rule '\(expectation.rule)'\(hint)", near.map { "rule: \($0)" } ?? "xylem diff --help")
  }
  static func noDate(_ expectation: DiffExpectation, _ text: String) -> (message: String, remedy: String) {
    ("the expectation \(name(expectation)) expires on '\(text)', which is not a valid date", "expires: 2027-01-31")
  }
  static func expired(_ expectation: DiffExpectation, _ text: String) -> (message: String, remedy: String) {
    (
      "the expectation \(name(expectation)) expired after \(text)",
      "review it, then extend the date or remove it"
    )
  }
  static func tooBroad(_ expectation: DiffExpectation) -> (message: String, remedy: String) {
    (
      "the expectation \(name(expectation)) would accept any place",
      "name a module or a fingerprint instead of '\(expectation.place)'"
    )
  }
  static func unused(_ expectation: DiffExpectation) -> (message: String, remedy: String) {
    ("the expectation \(name(expectation)) matches nothing", "remove it")
  }
  static func gone(_ expectation: DiffExpectation, number: Int) -> (message: String, remedy: String) {
    (
      "of the members of \(name(expectation)), \(number) \(number == 1 ? "is" : "are") gone",
      "remove the fingerprints that are gone from its members"
    )
  }
  static func fewer(_ expectation: DiffExpectation, found: Int, count: Int) -> (message: String, remedy: String) {
    ("the expectation \(name(expectation)) matches \(found) of \(count)", "count: \(found)")
  }
  static func overlap(
    _ expectation: DiffExpectation, _ first: DiffExpectation, at finding: Finding
  ) -> (message: String, remedy: String) {
    (
      "the expectations \(name(first)) and \(name(expectation)) both accept "
        + "\(finding.rule.rawValue) at \(finding.node ?? finding.module)",
      "place: \"\(finding.fingerprint)\""
    )
  }

  /// The smallest expectation that accepts a finding, in YAML.
  static func remedy(_ finding: Finding) -> String {
    let count = finding.differences.count
    return "- rule: \(finding.rule.rawValue)\n  place: \"\(finding.fingerprint)\"\n"
      + (count > 1 ? "  count: \(count)\n" : "") + "  reason: why this is intended"
  }
}
