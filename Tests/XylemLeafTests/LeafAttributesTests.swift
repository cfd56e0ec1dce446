import Testing

@testable import XylemLeaf

@Suite struct LeafAttributesTests {
  @Test func `Every kind of value is read, blanks or not`() throws {
    let attributes = try LeafAttributes(
      json: """
        {"bias":null,"eps":1e-05,"groups":1,"inplace":false,"kernel_size":[3,3],"mode" : "a\\"b\\u00e9\\ud83d\\ude00\\n",
         "nested": [[1, 2.5], [], ["x", true]], "slope":-0.1, "cap":Infinity}
        """)
    #expect(
      attributes.values == [
        "bias": LeafAttribute.none, "eps": .float(1e-05), "groups": .int(1), "inplace": .bool(false),
        "kernel_size": .list([.int(3), .int(3)]), "mode": .string("a\"bé😀\n"),
        "nested": .list([.list([.int(1), .float(2.5)]), .list([]), .list([.string("x"), .bool(true)])]),
        "slope": .float(-0.1), "cap": .float(.infinity),
      ])
    #expect(try attributes.ints("kernel_size") == [3, 3])
    #expect(try attributes.float("groups") == 1 && attributes.int("groups") == 1)
    #expect(try LeafAttributes(json: "{}").values.isEmpty)
  }

  @Test(arguments: [
    "", "{", "[]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":+1}", "{\"a\":one}", "{\"a\":[1}",
    "{\"a\":\"b", "{\"a\":\"\\", "{\"a\":\"\\u12\"}", "{\"a\":" + String(repeating: "[", count: 100_000),
  ]) func `A string that is not JSON is an error`(text: String) {
    #expect(throws: LeafError.self) { try LeafAttributes(json: text) }
  }

  @Test func `A missing attribute and one of another kind are named`() throws {
    let attributes = try LeafAttributes(json: "{\"groups\":1,\"mode\":\"same\",\"sizes\":[1,2.5]}")
    func message(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return String(describing: error)
      }
    }
    #expect(
      [
        message { _ = try attributes.int("group") }, message { _ = try attributes.int("mode") },
        message { _ = try attributes.bool("groups") }, message { _ = try attributes.ints("sizes") },
      ] == [
        "the module has no attribute 'group'; there are: groups, mode, sizes",
        "the attribute 'mode' is a string; an integer is expected",
        "the attribute 'groups' is an integer; a Boolean is expected",
        "the attribute 'sizes' is a list; a list of integers is expected",
      ])
  }
}
