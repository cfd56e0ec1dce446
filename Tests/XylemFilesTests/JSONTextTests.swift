import Foundation
import Testing
import XylemFiles

@Suite struct JSONTextTests {
  @Test func `no control character is written, and the document comes back`() throws {
    let document = ["a\u{7F}b", "\\\u{7F}", "\u{1B}[31m", "line\nline", "é"]
    let text = try JSONText.sorted(document)
    #expect(text == #"["a\u007fb","\\\u007f","\u001b[31m","line\nline","é"]"#)
    #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == document)
  }
}
