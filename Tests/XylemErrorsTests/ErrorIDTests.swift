import Foundation
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

  @Test func `the documentation lists every id once, in the order of the list, with a remedy`() throws {
    let package = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let article = package.appendingPathComponent("Sources/Xylem/Xylem.docc/Articles/Errors.md")
    let rows = try String(contentsOf: article, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
    let cells = rows.map { row in
      row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(cells.allSatisfy { $0.count == 3 && !$0.contains("") })
    #expect(cells.map { $0[0].filter { $0 != "`" } } == ErrorID.allCases.map(\.rawValue))
  }

  private func isWellFormed(_ text: String) -> Bool {
    text == "usage" || text.wholeMatch(of: /[a-z]+\.[a-z]+(-[a-z]+)*/) != nil
  }
}
