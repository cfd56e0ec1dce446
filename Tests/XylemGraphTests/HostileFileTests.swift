import Foundation
import Testing
import XylemErrors
import XylemGraph

@Suite struct HostileFileTests {
  private func decode(_ text: String) throws -> Graph {
    try JSONDecoder().decode(Graph.self, from: Data(text.utf8))
  }

  /// A document of one node whose operation, inputs and further parts are given.
  private func document(operation: String = #"{"kind":"getItem"}"#, inputs: String = "[]", more: String = "") -> String
  {
    #"{"schema":1,"calls":[],"nodes":[{"id":0,"name":"n","modulePath":"","type":"T","operation":\#(operation),"#
      + #""inputs":\#(inputs)\#(more)}]}"#
  }

  private func everything() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(Graph.everything())
  }

  @Test(arguments: [
    ("[]", "at the top: this is not an object"),
    ("{}", "at the top: 'schema' is missing"),
    (#"{"schema":"1","nodes":[],"calls":[]}"#, "at schema: this is not an integer"),
    (#"{"schema":1}"#, "at the top: 'nodes' is missing"),
    (#"{"schema":1,"nodes":[]}"#, "at the top: 'calls' is missing"),
    (#"{"schema":1,"nodes":{},"calls":[]}"#, "at nodes: this is not an array"),
    (#"{"schema":1,"nodes":[null],"calls":[]}"#, "at nodes[0]: this is null, not an object"),
    (#"{"schema":1,"nodes":[{}],"calls":[]}"#, "at nodes[0]: 'id' is missing"),
    (#"{"schema":1,"nodes":[],"calls":[],"nextID":-1}"#, "the id -1 is not from 0 to 1048576"),
    (#"{"schema":1,"nodes":[],"calls":[],"nextID":1e18}"#, "the id 1000000000000000000 is not from 0 to 1048576"),
    (
      #"{"schema":1,"nodes":[],"calls":[],"nextID":-9223372036854775808}"#,
      "the id -9223372036854775808 is not from 0 to 1048576"
    ),
  ])
  func `a document of another form is unreadable and says where`(text: String, message: String) throws {
    let error = #expect(throws: XylemError.self) { try decode(text) }
    #expect(error?.id == .graphUnreadable)
    #expect(error?.message == message)
  }

  @Test func `an unknown schema names both versions`() throws {
    let error = #expect(throws: XylemError.self) { try decode(#"{"schema":2,"steps":[]}"#) }
    #expect(
      error?.description == """
        the graph is written in schema 2, and this version of Xylem reads schema 1 (graph.unreadable)
          try: write the graph again with this version of Xylem, or read it with the version that wrote it
        """)
  }

  @Test func `an unknown kind of operation names both versions`() throws {
    let error = #expect(throws: XylemError.self) { try decode(document(operation: #"{"kind":"tele\nport"}"#)) }
    #expect(
      error?.description
        == "at nodes[0].operation: the graph has schema 1, but schema 1 of this version of Xylem has no operation of kind "
        + "'tele\\nport' (graph.unreadable)")
  }

  @Test(arguments: [
    ("[{}]", "none"), (#"[{"node":0,"float":1}]"#, "'float', 'node'"), (#"[{"nodes":0}]"#, "'nodes'"),
    (#"[{"names":["a"]}]"#, "'names'"), (#"[{"tuple":[],"names":[],"x":1}]"#, "'names', 'tuple', 'x'"),
  ])
  func `an object that is not an argument is unreadable`(inputs: String, found: String) throws {
    let error = #expect(throws: XylemError.self) { try decode(document(inputs: inputs)) }
    #expect(error?.id == .graphUnreadable)
    #expect(error?.message.hasPrefix("at nodes[0].inputs[0]: ") == true)
    #expect(error?.message.hasSuffix(" has \(found)") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    "[1.5]", "[1e300]", "[9223372036854775808]", #"[{"node":"0"}]"#, #"[{"node":null}]"#, #"[{"float":"1"}]"#,
    #"[{"float":true}]"#, #"[{"complex":[1]}]"#, #"[{"complex":1}]"#, #"[{"tuple":{}}]"#,
    #"[{"tuple":[],"names":[1]}]"#,
    #"[{"dictionary":[[1]]}]"#, #"[{"dictionary":[[1,2,3]]}]"#, #"[{"dictionary":[1]}]"#, #"[{"device":1}]"#,
    #"[{"constant":{}}]"#, "null", "{}",
  ])
  func `an argument with a part of the wrong type is unreadable`(inputs: String) throws {
    let error = #expect(throws: XylemError.self) { try decode(document(inputs: inputs)) }
    #expect(error?.id == .graphUnreadable)
  }

  @Test(arguments: [130, 200, 254])
  func `an argument that nests too deep is unreadable`(depth: Int) throws {
    let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    let error = #expect(throws: XylemError.self) {
      try decode(document(inputs: "[\(nested)1]".replacing("]1]", with: "]]")))
    }
    #expect(error?.id == .graphUnreadable)
    #expect(error?.message.hasSuffix("is nested deeper than 128 structures") == true)
  }

  @Test func `a hundred thousand brackets are refused`() {
    let nested = String(repeating: #"[{"tuple":"#, count: 100_000)
    #expect(throws: (any Error).self) { try decode(document(inputs: nested)) }
  }

  @Test func `every fault of a document is in the error`() throws {
    let text = #"""
      {"schema":1,"calls":[{"path":"m","type":"M","ordinal":0,"result":{"node":7},"isLeaf":false}],"nodes":[
      {"id":0,"name":"a","modulePath":"","type":"T","operation":{"kind":"operator","name":"f"},"inputs":[{"node":1}]},
      {"id":1,"name":"b","modulePath":"","type":"T","operation":{"kind":"operator","name":"f"},"inputs":[{"node":0},{"node":-5}]},
      {"id":1,"name":"b","modulePath":"","type":"T","operation":{"kind":"output"},"inputs":[]},
      {"id":2,"name":"a","modulePath":"","type":"T","operation":{"kind":"operator","name":"f"},"inputs":[{"node":2}]}]}
      """#
    let error = #expect(throws: XylemError.self) { try decode(text) }
    #expect((error?.cause as? InvalidGraph)?.faults.count == 6)
    #expect(
      error?.description == """
        the graph has 6 faults (graph.invalid)
          cause: b (%1): 2 nodes have this id: b, b
            a (%0): input 0 reads %1, which does not run before it
            b (%1): input 1 reads %-5, which is not in the graph
            a (%2): input 0 reads %2, which does not run before it
            2 nodes are named 'a': %0, %2
            call m#0: it returned %7, which is not in the graph
        """)
  }

  @Test func `more than ten faults are counted in the text`() throws {
    let nodes = (0..<12).map {
      #"{"id":\#($0),"name":"n\#($0)","modulePath":"","type":"T","operation":{"kind":"getItem"},"inputs":[]}"#
    }
    let error = #expect(throws: XylemError.self) {
      try decode(#"{"schema":1,"calls":[],"nodes":[\#(nodes.joined(separator: ","))]}"#)
    }
    #expect(error?.description.hasSuffix("\n    and 2 more") == true)
    #expect((error?.cause as? InvalidGraph)?.faults.count == 12)
  }

  @Test func `each truncation of a document throws`() throws {
    let whole = try everything()
    for length in 0..<whole.count {
      #expect(throws: (any Error).self, "\(length) bytes") {
        try JSONDecoder().decode(Graph.self, from: whole.prefix(length))
      }
    }
  }

  @Test func `a document without any one of its fields throws or gives a good graph`() throws {
    let optional: Set = [
      "effects", "location", "rule", "isListed", "default", "names", "aliases", "writes", "keeps", "usesRandomState",
      "writesModel", "aliasesModel", "modulePath",
    ]
    let document = try JSONSerialization.jsonObject(with: everything())
    var count = 0
    for path in paths(in: document) {
      guard case .key(let key)? = path.last else { continue }
      count += 1
      let data = try JSONSerialization.data(withJSONObject: replacing(path[...], in: document, with: nil) ?? [:])
      let graph = try? JSONDecoder().decode(Graph.self, from: data)
      #expect(graph?.validate() ?? [] == [], "\(path)")
      if !optional.contains(key) { #expect(graph == nil, "\(path)") }
    }
    #expect(count > 100)
  }

  @Test func `a document with any value replaced by another one throws or gives a good graph`() throws {
    let document = try JSONSerialization.jsonObject(with: everything())
    let strangers: [Any] = [
      NSNull(), true, 0, -1, 7, 1e300, Int.max, Int.min, "x", [Any](), [[1]], [String: Any](), ["node": 99],
    ]
    for (index, path) in paths(in: document).enumerated() {
      // Each value meets every fourth stranger, its neighbours the others: all of them would take half a minute.
      for stranger in strangers.indices.filter({ ($0 + index).isMultiple(of: 4) }).map({ strangers[$0] }) {
        let data = try JSONSerialization.data(withJSONObject: replacing(path[...], in: document, with: stranger) ?? [:])
        guard let graph = try? JSONDecoder().decode(Graph.self, from: data) else { continue }
        #expect(graph.validate() == [], "\(path) \(stranger)")
        _ = graph.table()
        _ = graph.dot()
      }
    }
  }

  @Test func `a module path of a million parts is drawn`() throws {
    let path = String(repeating: "a.", count: 1_000_000)
    let text = document(operation: #"{"kind":"operator","name":"f"}"#).replacing(
      #""modulePath":"""#, with: #""modulePath":"\#(path)""#)
    #expect(try decode(text).dot().hasSuffix("}\n"))
  }
}

/// A step into a JSON document.
private enum Step {
  case key(String)
  case index(Int)
}

/// Every path into a document, but for its root's.
private func paths(in value: Any) -> [[Step]] {
  let parts: [(Step, Any)] =
    if let object = value as? [String: Any] {
      object.sorted { $0.key < $1.key }.map { (.key($0.key), $0.value) }
    } else if let array = value as? [Any] {
      array.enumerated().map { (.index($0.offset), $0.element) }
    } else {
      []
    }
  return parts.flatMap { step, part in [[step]] + paths(in: part).map { [step] + $0 } }
}

/// The document with the value at a path replaced, or removed where there is no other.
private func replacing(_ path: ArraySlice<Step>, in value: Any, with other: Any?) -> Any? {
  guard let step = path.first else { return other }
  switch step {
  case .key(let key):
    guard var object = value as? [String: Any], let part = object[key] else { return value }
    object[key] = replacing(path.dropFirst(), in: part, with: other)
    return object
  case .index(let index):
    guard var array = value as? [Any] else { return value }
    if let part = replacing(path.dropFirst(), in: array[index], with: other) {
      array[index] = part
    } else {
      array.remove(at: index)
    }
    return array
  }
}
