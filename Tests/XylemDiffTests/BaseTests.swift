import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("Compared with another diff") struct BaseTests {
  private func finding(
    _ fingerprint: String, _ differences: [String] = [], rule: RuleID = .nodeOnlyInTrain,
    level: Finding.Level = .warning
  ) -> Finding {
    Finding(
      rule: rule, level: level, fingerprint: fingerprint, module: "", node: "n", message: "m", why: "w",
      members: differences.map { Finding.Member(fingerprint: $0, node: $0, message: "m") }, remedy: "")
  }

  private func diff(_ findings: [Finding], hidden: [HiddenPart] = []) -> TraceDiff {
    let side = DiffSide(graph: Graph(), label: "train", isTraining: true)
    return TraceDiff(model: "model", train: side, eval: side, compared: 0, hidden: hidden, findings: findings)
  }

  private func compare(_ now: [Finding], _ before: [Finding]) -> (changes: [String], removed: [String]) {
    let result = diff(now).compared(to: .init(model: "base", findings: before, hidden: []))
    return (
      result.findings.map { finding in
        finding.change.map { "\($0.kind.rawValue) +\($0.more) -\($0.less)" } ?? "-"
      }, result.comparison?.removed.map(\.fingerprint) ?? []
    )
  }

  @Test func `findings of both are unchanged, in any order`() {
    let (a, b) = (finding("a"), finding("b", ["b1", "b2"]))
    let same = compare([a, b], [b, a])
    #expect(same.changes == ["unchanged +0 -0", "unchanged +0 -0"] && same.removed.isEmpty)
  }

  @Test func `findings of only one are added or removed`() {
    let result = compare([finding("a"), finding("c")], [finding("a"), finding("b")])
    #expect(result.changes == ["unchanged +0 -0", "added +1 -0"])
    #expect(result.removed == ["b"])
  }

  @Test func `findings count as often as they occur`() {
    let result = compare([finding("a"), finding("a"), finding("a")], [finding("a")])
    #expect(result.changes == ["unchanged +0 -0", "added +1 -0", "added +1 -0"])
    #expect(compare([finding("a")], [finding("a"), finding("a")]).removed == ["a"])
  }

  @Test func `one place lost and one gained is a change that fails, one place lost alone does not`() {
    let before = finding("a", ["x", "y"])
    let swapped = compare([finding("a", ["x", "z"])], [before])
    #expect(swapped.changes == ["changed +1 -1"] && swapped.removed.isEmpty)
    func failing(_ now: Finding) -> Int {
      diff([now]).compared(to: .init(model: "base", findings: [before], hidden: [])).failing(atLeast: .warning).count
    }
    #expect(failing(finding("a", ["x", "z"])) == 1)
    #expect(failing(finding("a", ["x"])) == 0)
    #expect(failing(before) == 0)
    #expect(failing(finding("b", ["q"])) == 1)
  }

  @Test func `a finding whose fingerprint changed with its places is one that changed`() {
    let result = compare([finding("c", ["x", "y", "z"])], [finding("a", ["x", "y"]), finding("b", ["q"])])
    #expect(result.changes == ["changed +1 -0"] && result.removed == ["b"])
    let other = compare([finding("c", ["x"], rule: .nodeOnlyInEval)], [finding("a", ["x"])])
    #expect(other.changes == ["added +1 -0"] && other.removed == ["a"])
  }

  @Test func `a higher level fails, a lower one does not`() {
    func failing(_ now: Finding.Level, _ before: Finding.Level) -> Int {
      diff([finding("a", level: now)])
        .compared(to: .init(model: "base", findings: [finding("a", level: before)], hidden: []))
        .failing(atLeast: .warning).count
    }
    #expect(failing(.warning, .info) == 1)
    #expect(failing(.error, .warning) == 1)
    #expect(failing(.warning, .error) == 0)
    #expect(failing(.warning, .warning) == 0)
  }

  @Test func `findings about expectations are not compared, and fail as ever`() {
    let problem = finding("p", rule: .expectationUnused)
    let result = diff([problem]).compared(to: .init(model: "base", findings: [problem], hidden: []))
    #expect(result.findings.map(\.change) == [nil])
    #expect(result.failing(atLeast: .warning).count == 1)
    #expect(result.comparison?.removed.isEmpty == true)
  }

  @Test func `new and removed blind spots are reported`() {
    let (a, b) = (HiddenPart(path: "a", kind: .region), HiddenPart(path: "b", kind: .plugin))
    let result = diff([], hidden: [a]).compared(to: .init(model: "base", findings: [], hidden: [b]))
    #expect(result.comparison?.hiddenSince == [a])
    #expect(result.comparison?.shownSince == [b])
  }

  @Test func `twenty thousand findings with one fingerprint are no trouble`() {
    let many = Array(repeating: finding("a"), count: 20_000)
    let result = compare(many, Array(many.dropLast()))
    #expect(result.changes.count { $0 == "added +1 -0" } == 1 && result.removed.isEmpty)
  }
}
