internal import XylemErrors
internal import XylemGraph

/// Accepts expected findings, and finds faults of expectations.
///
/// An expectation accepts nothing if it names an unknown rule, has expired, or is too broad: its place matches
/// everything (`*`). An expectation with members accepts a finding if all its differences are members. One with only a
/// count accepts its findings if they have at most that many differences. An expectation that accepts less than it
/// states is reported as unused. If two expectations accept one finding, the first one applies, and both are reported.
struct ExpectationMatcher {
  let expectations: [DiffExpectation]
  let today: CalendarDay
  private(set) var findings: [Finding]
  private var problems: [Finding] = []
  /// For each finding, the expectation that accepts it.
  private var acceptedBy: [Int?]
  /// The result for each expectation.
  private(set) var uses: [ExpectationUse]
  /// Findings by everything that a place without wildcards can name: fingerprints, modules, nodes.
  private var findingsByName: [String: [Int]] = [:]
  private var findingsByRule: [RuleID: [Int]] = [:]

  init(_ expectations: [DiffExpectation], findings: [Finding], today: CalendarDay) {
    self.expectations = expectations
    self.findings = findings
    self.today = today
    acceptedBy = Array(repeating: nil, count: findings.count)
    uses = expectations.map { ExpectationUse(expectation: $0) }
    for (index, finding) in findings.enumerated() {
      findingsByRule[finding.rule, default: []].append(index)
      var names: Set<String> = [finding.fingerprint, finding.module]
      if let node = finding.node { names.insert(node) }
      for member in finding.members where !member.isConsequence {
        names.insert(member.fingerprint)
        names.insert(member.node)
      }
      for name in names { findingsByName[name, default: []].append(index) }
    }
  }

  /// The findings with the expectations that accept them, and findings about the expectations.
  mutating func run() -> (findings: [Finding], problems: [Finding]) {
    for index in expectations.indices { apply(index) }
    return (findings, problems)
  }

  private mutating func apply(_ index: Int) {
    let expectation = expectations[index]
    guard let rule = RuleID(rawValue: expectation.rule) else {
      let near = nearMisses(of: expectation.rule, among: RuleID.allCases.map(\.rawValue), limit: 1)
      return report(.expectationUnknownRule, index, ExpectationText.unknownRule(expectation, near: near.first))
    }
    if let expires = expectation.expires {
      guard let day = CalendarDay(expires) else {
        return report(.expectationExpired, index, ExpectationText.noDate(expectation, expires))
      }
      if day < today { return report(.expectationExpired, index, ExpectationText.expired(expectation, expires)) }
    }
    if expectation.saysNothing {
      return report(.expectationTooBroad, index, ExpectationText.tooBroad(expectation))
    }
    accept(index, candidates(rule, expectation.place).filter { matches(findings[$0], Glob(expectation.place)) })
  }

  /// The findings of a rule that may match a place, in order.
  private func candidates(_ rule: RuleID, _ place: String) -> [Int] {
    guard Glob.isPattern(place) else {
      return (findingsByName[place] ?? []).filter { findings[$0].rule == rule }
    }
    return findingsByRule[rule] ?? []
  }

  private func matches(_ finding: Finding, _ place: Glob) -> Bool {
    if finding.fingerprint == place.pattern || place.matches(finding.module) { return true }
    if let node = finding.node, place.matches(node) { return true }
    let places = finding.members.filter { !$0.isConsequence }
    return !places.isEmpty && places.allSatisfy { $0.fingerprint == place.pattern || place.matches($0.node) }
  }

  private mutating func accept(_ index: Int, _ matched: [Int]) {
    let expectation = expectations[index]
    guard !matched.isEmpty else {
      return report(.expectationUnused, index, ExpectationText.unused(expectation))
    }
    var accepted = matched
    var found = matched.flatMap { findings[$0].differences }
    uses[index].matched = found.count
    if !expectation.members.isEmpty {
      let known = Set(expectation.members)
      accepted = matched.filter { findings[$0].differences.allSatisfy(known.contains) }
      let present = Set(found)
      uses[index].gone = expectation.members.filter { !present.contains($0) }
      let gone = known.subtracting(present).count
      if gone > 0 { report(.expectationUnused, index, ExpectationText.gone(expectation, number: gone)) }
      found = accepted.flatMap { findings[$0].differences }
    }
    if let count = expectation.count {
      if found.count > count { accepted = [] }
      if found.count < count, expectation.members.isEmpty {
        report(.expectationUnused, index, ExpectationText.fewer(expectation, found: found.count, count: count))
      }
    }
    uses[index].accepted = accepted.reduce(0) { $0 + findings[$1].differences.count }
    mark(accepted, index)
  }

  private mutating func mark(_ accepted: [Int], _ index: Int) {
    var others: [Int: [Int]] = [:]
    for finding in accepted {
      if let first = acceptedBy[finding] {
        others[first, default: []].append(finding)
      } else {
        acceptedBy[finding] = index
        findings[finding].expectation = expectations[index]
      }
    }
    for first in others.keys.sorted() {
      guard let shared = others[first]?.first else { continue }
      report(
        .expectationTooBroad, index,
        ExpectationText.overlap(expectations[index], expectations[first], at: findings[shared]))
    }
  }

  private mutating func report(_ rule: RuleID, _ index: Int, _ text: (message: String, remedy: String)) {
    let expectation = expectations[index]
    uses[index].problems.append(rule)
    problems.append(
      Finding(
        rule: rule, level: rule.defaultLevel,
        fingerprint: Fingerprint.make(
          rule, module: "", operation: expectation.rule, edit: expectation.place,
          arguments: text.message.isEmpty ? [] : expectation.members.map { .string($0) }),
        module: "", location: expectation.location, message: text.message, why: rule.why, remedy: text.remedy))
  }
}
