import Foundation
import Testing
import XylemDiff
import XylemReport

/// The reports of small pairs, in every format, as they were looked at and found good.
///
/// With `XYLEM_RECORD=1` they are written anew, and the tests fail.
@Suite struct GoldenReportTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots")

  /// Each format with the ending of its files.
  static let formats: [(ending: String, report: any DiffReport)] = [
    ("txt", DiffTextReport()), ("json", DiffJSONReport()), ("md", DiffMarkdownReport()),
    ("junit.xml", DiffJUnitReport()), ("sarif", DiffSARIFReport(.full)), ("github.sarif", DiffSARIFReport(.github)),
    ("html", DiffHTMLReport(drawsGraphs: false)),
  ]

  @Test func `there is a pair for every rule, and no two have one name`() {
    let rules = Set(Pair.all.flatMap(\.rules))
    #expect(Set(RuleID.allCases).subtracting(rules) == [])
    #expect(Set(Pair.all.map(\.name)).count == Pair.all.count)
    #expect(Pair.all.count >= 20)
  }

  @Test(arguments: Pair.all) func `a pair has the findings that it is for`(pair: Pair) {
    #expect(pair.diff.findings.map(\.rule) == pair.rules)
  }

  @Test(arguments: Pair.all) func `every report is as recorded`(pair: Pair) throws {
    for (ending, report) in Self.formats {
      let text = report.render(pair.diff)
      // Pages have their style and script in them, which a browser tests.
      let shown = ending == "html" ? Self.saying(text) : text
      let file = Self.folder.appendingPathComponent("\(pair.name).\(ending)")
      if ProcessInfo.processInfo.environment["XYLEM_RECORD"] == "1" {
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        try Data(shown.utf8).write(to: file)
        Issue.record("recorded \(file.lastPathComponent)")
        continue
      }
      #expect(try shown == String(contentsOf: file, encoding: .utf8), "\(file.lastPathComponent)")
    }
  }

  @Test func `no snapshot is left of a pair that is gone`() throws {
    let known = Set(Pair.all.flatMap { pair in Self.formats.map { "\(pair.name).\($0.ending)" } })
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) == known)
  }

  /// A page's body and data, without its style and script.
  private static func saying(_ page: String) -> String {
    guard let start = page.range(of: "<body>"), let end = page.range(of: "</script>") else { return page }
    return String(page[start.lowerBound..<end.upperBound]) + "\n"
  }
}
