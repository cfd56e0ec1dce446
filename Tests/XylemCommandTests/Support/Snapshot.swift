import Foundation
import Testing
import XylemTestSupport

/// Compares a text with the one in `Snapshots/NAME.txt`. With `XYLEM_RECORD=1` it is written there instead, and the test
/// fails, so that no recording passes for a check. The checkout's own path reads `PACKAGE`.
func expectSnapshot(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let text = text.replacingOccurrences(of: Fixtures.package.path, with: "PACKAGE")
  let file = Fixtures.package.appendingPathComponent("Tests/XylemCommandTests/Snapshots/\(name).txt")
  if ProcessInfo.processInfo.environment["XYLEM_RECORD"] == "1" {
    try Data(text.utf8).write(to: file)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  #expect(text == expected, "\(name)", sourceLocation: sourceLocation)
}
