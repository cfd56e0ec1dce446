import Foundation
import Testing
import XylemDiff
import XylemGraph
import XylemSketches

@Suite("Expectations")
struct ExpectationTests {
  /// Two additions in train mode, in two modules.
  private func net(_ training: Bool, places: [String] = ["a", "b"]) -> Graph {
    sketch { s in
      var y = s.value("x")
      for place in places {
        if training { y = s.op("add.Scalar", y, .int(100), in: place) }
        y = s.op("relu", y, in: place)
      }
      s.output(y)
    }
  }

  private func unexpected(_ expectations: [DiffExpectation], places: [String] = ["a", "b"]) -> [String] {
    let options = DiffOptions(expectations: expectations)
    let diff = diff(net(true, places: places), net(false, places: places), options: options)
    return diff.unexpected(atLeast: .info).map {
      $0.rule.isAboutExpectations ? "\($0.rule.rawValue): \($0.message)" : "\($0.rule.rawValue) \($0.node ?? "")"
    }
  }

  private func expectation(
    _ place: String, rule: String = "node-only-in-train", count: Int? = nil, members: [String] = [],
    expires: String? = nil
  ) -> DiffExpectation {
    DiffExpectation(rule: rule, place: place, count: count, members: members, reason: "by design", expires: expires)
  }

  private var fingerprints: [String] { diff(net(true), net(false)).findings.map(\.fingerprint) }

  @Test func `a place is a glob over modules and nodes, or a fingerprint`() {
    #expect(unexpected([]) == ["node-only-in-train a.add", "node-only-in-train b.add"])
    #expect(unexpected([expectation("a")]) == ["node-only-in-train b.add"])
    #expect(unexpected([expectation("?.add")]) == [])
    #expect(unexpected([expectation(fingerprints[1])]) == ["node-only-in-train a.add"])
  }

  @Test func `the expectation that accepts a finding is kept with it`() {
    let options = DiffOptions(expectations: [expectation("a")])
    #expect(diff(net(true), net(false), options: options).findings.map(\.expectation) == [expectation("a"), nil])
  }

  @Test func `everything can be suppressed at once`() {
    let diff = diff(net(true), net(false), options: DiffOptions(suppressesAll: true))
    #expect(diff.findings.count == 2)
    #expect(diff.unexpected(atLeast: .info).isEmpty)
  }

  @Test func `more than the count accepts none, and fewer is reported`() {
    #expect(unexpected([expectation("?.add", count: 2)]) == [])
    #expect(
      unexpected([expectation("?.add", count: 1)]) == ["node-only-in-train a.add", "node-only-in-train b.add"])
    #expect(
      unexpected([expectation("?.add", count: 3)]) == [
        "expectation-unused: the expectation 'node-only-in-train' at '?.add' matches 2 of 3"
      ])
  }

  @Test func `one fixed and one new difference don't cancel out where members are kept`() {
    let kept = expectation("?.add", count: 2, members: fingerprints)
    #expect(unexpected([kept]) == [])
    #expect(
      unexpected([kept], places: ["a", "c"]) == [
        "node-only-in-train c.add",
        "expectation-unused: of the members of 'node-only-in-train' at '?.add', 1 is gone",
      ])
  }

  @Test func `one that matches nothing, has expired, or names an unknown rule is itself a finding`() {
    #expect(
      unexpected([expectation("c"), expectation("?.add")]) == [
        "expectation-unused: the expectation 'node-only-in-train' at 'c' matches nothing"
      ])
    #expect(
      unexpected([expectation("?.add", expires: "2026-06-30")]) == [
        "node-only-in-train a.add", "node-only-in-train b.add",
        "expectation-expired: the expectation 'node-only-in-train' at '?.add' expired after 2026-06-30",
      ])
    #expect(unexpected([expectation("?.add", expires: "2026-07-01")]) == [])
    #expect(
      unexpected([expectation("?.add", expires: "2027-02-29")]).last
        == "expectation-expired: the expectation 'node-only-in-train' at '?.add' expires on '2027-02-29', which is not a valid date"
    )
    #expect(
      unexpected([expectation("?.add", rule: "node-only-in-trian")]).last
        == "expectation-unknown-rule: there is no rule 'node-only-in-trian'; the nearest is 'node-only-in-train'")
  }

  @Test func `one that would accept any place accepts nothing`() {
    #expect(
      unexpected([expectation("*")]) == [
        "node-only-in-train a.add", "node-only-in-train b.add",
        "expectation-too-broad: the expectation 'node-only-in-train' at '*' would accept any place",
      ])
    #expect(unexpected([expectation("*.*")]).count == 3)
  }

  @Test func `two that accept the same are both named`() {
    #expect(
      unexpected([expectation("a"), expectation("?.add")]) == [
        "expectation-too-broad: the expectations 'node-only-in-train' at 'a' and 'node-only-in-train' at '?.add' both accept node-only-in-train at a.add"
      ])
  }

  @Test func `rule, place and reason are enough to be read, and none of them can be left out`() throws {
    let whole = #"{"rule": "order-differs", "place": "a", "reason": "by design"}"#
    let read = try JSONDecoder().decode(DiffExpectation.self, from: Data(whole.utf8))
    #expect(read == DiffExpectation(rule: "order-differs", place: "a", reason: "by design"))
    let bare = #"{"rule": "order-differs", "place": "a"}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(DiffExpectation.self, from: Data(bare.utf8)) }
  }

  @Test func `the remedy is the smallest expectation, and accepts the finding`() {
    let finding = diff(net(true), net(false)).findings[0]
    #expect(
      finding.remedy == """
        - rule: node-only-in-train
          place: "\(finding.fingerprint)"
          reason: why this is intended
        """)
  }
}
