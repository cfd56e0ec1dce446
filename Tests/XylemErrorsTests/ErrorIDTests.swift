import Testing
import XylemErrors

@Suite struct ErrorIDTests {
  @Test func `no two ids have one text`() {
    let texts = ErrorID.allCases.map(\.rawValue)
    #expect(Set(texts).count == texts.count)
  }

  @Test(arguments: ErrorID.allCases)
  func `an id is an area and words joined by hyphens, or 'usage'`(id: ErrorID) {
    #expect(isWellFormed(id.rawValue), "\(id.rawValue)")
  }

  @Test(arguments: [
    "", "graph", "graph.", ".invalid", "Graph.invalid", "graph.in_valid", "graph.-a", "graph.a-", "a.b.c", "a.b--c",
  ])
  func `the check of an id's form can fail`(text: String) {
    #expect(!isWellFormed(text))
  }

  private func isWellFormed(_ text: String) -> Bool {
    text == "usage" || text.wholeMatch(of: /[a-z]+\.[a-z]+(-[a-z]+)*/) != nil
  }
}
