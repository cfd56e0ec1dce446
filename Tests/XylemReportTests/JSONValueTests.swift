import Foundation
import Testing

import XylemReport

@Suite struct JSONValueTests {
  @Test func `keys are sorted by their bytes at every depth`() {
    let value = JSONValue.object(["b": .int(1), "a": .object(["ä": .null, "z": .bool(true), "Z": .bool(false)])])
    #expect(value.text == #"{"a":{"Z":false,"z":true,"ä":null},"b":1}"#)
  }

  @Test func `numbers that JSON lacks are strings`() {
    let value = JSONValue.array([.double(.nan), .double(.infinity), .double(-.infinity), .double(-0.0), .double(1e-7)])
    #expect(value.text == #"["nan","inf","-inf",-0.0,1e-07]"#)
  }

  @Test(arguments: ["", "plain", "\"\\/", "line\nbreak\r\t", "\u{0}\u{1F}\u{7F}", "größe 🌲", "e\u{301}"])
  func `another reader gets the same string back`(text: String) throws {
    let data = Data(JSONValue.array([.string(text)]).text.utf8)
    let read = try #require(try JSONSerialization.jsonObject(with: data) as? [String])
    #expect(read.map { Array($0.unicodeScalars) } == [Array(text.unicodeScalars)])
  }
}
