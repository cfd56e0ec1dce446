import Foundation
import Testing

@testable import XylemFiles

@Suite struct BoundedJSONTests {
  private struct Anything: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  @Test(arguments: [
    ("", 0), ("1", 0), ("[]", 1), (#"{"a":[1,[2]]}"#, 3), (#"["[[[["]"#, 1), (#"["\"[[["]"#, 1), (#"["\\",[]]"#, 2),
    ("[[[", 3), ("]][", 0),
  ])
  func bracketsAreCountedButForThoseInStrings(_ text: String, _ depth: Int) {
    #expect(max(0, BoundedJSON.depth(of: text.utf8)) == depth)
  }

  @Test func whatNestsTooDeeplyIsAnErrorAndNotTheEnd() throws {
    let deepest = BoundedJSON.deepest
    _ = try BoundedJSON.decode(
      Anything.self, from: (String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)).utf8)
    for text in ["[", "{\"a\":"] {
      for count in [deepest + 1, 513, 100_000] {
        let error = #expect(throws: BoundedJSON.TooDeep.self) {
          try BoundedJSON.decode(Anything.self, from: String(repeating: text, count: count).utf8)
        }
        #expect(error?.description == "it is nested deeper than 500 brackets")
      }
    }
  }
}
