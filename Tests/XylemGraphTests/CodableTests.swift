import Foundation
import Testing
import XylemErrors
import XylemGraph
import XylemTestSupport

@Suite struct CodableTests {
  private func roundTrip(_ graph: Graph) throws -> Graph {
    try JSONDecoder().decode(Graph.self, from: JSONEncoder().encode(graph))
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test func `the form of a graph is as documented`() throws {
    #expect(
      try json(Graph.chain()) == """
        {"calls":[],"nodes":[\
        {"effects":{},"id":0,"inputs":[],"modulePath":"","name":"x",\
        "operation":{"kind":"placeholder","name":"x","position":0},"type":"Tensor"},\
        {"effects":{},"id":1,"inputs":[{"node":0}],"modulePath":"","name":"relu",\
        "operation":{"kind":"operator","name":"aten::relu"},"type":"Tensor"},\
        {"effects":{},"id":2,"inputs":[{"node":1}],"modulePath":"","name":"output",\
        "operation":{"kind":"output"},"type":"Tensor"}],"schema":1}
        """)
  }

  @Test(arguments: [
    (NodeInput.none, "null"), (.bool(true), "true"), (.int(1), "1"), (.int(.min), "-9223372036854775808"),
    (.string("a\"b"), #""a\"b""#), (.float(0.5), #"{"float":0.5}"#), (.float(1), #"{"float":1}"#),
    (.float(-0.0), #"{"float":"-0.0"}"#), (.float(.nan), #"{"float":"nan"}"#),
    (.float(-.infinity), #"{"float":"-inf"}"#),
    (.complex(0.5, .infinity), #"{"complex":[0.5,"inf"]}"#), (.device("cuda:1"), #"{"device":"cuda:1"}"#),
    (.node(NodeID(3)), #"{"node":3}"#), (.list([.none, .list([])]), "[null,[]]"),
    (.tuple([.int(1)], names: nil), #"{"tuple":[1]}"#),
    (.tuple([.int(1)], names: ["x"]), #"{"names":["x"],"tuple":[1]}"#),
    (.dictionary([.init(key: .string("k"), value: .none)]), #"{"dictionary":[["k",null]]}"#),
    (.module("a.b"), #"{"module":"a.b"}"#),
    (.constant(CodeReference(function: "f", statement: 3)), #"{"constant":{"function":"f","statement":3}}"#),
  ])
  func `the form of an argument is as documented`(argument: NodeInput, text: String) throws {
    #expect(try json(argument) == text)
    #expect(try JSONDecoder().decode(NodeInput.self, from: Data(text.utf8)) == argument)
  }

  @Test(arguments: NodeInput.samples)
  func `an argument is read back as it was written`(argument: NodeInput) throws {
    let data = try JSONEncoder().encode(argument)
    #expect(try JSONDecoder().decode(NodeInput.self, from: data) == argument)
  }

  @Test func `numbers survive to the last bit`() throws {
    var random = SplitMix64(seed: 2)
    let numbers = (0..<2_000).map { _ in Double(bitPattern: random.next()) }.filter { !$0.isNaN }
    let list = NodeInput.list(numbers.map(NodeInput.float))
    #expect(try JSONDecoder().decode(NodeInput.self, from: JSONEncoder().encode(list)) == list)
  }

  @Test func `a NaN's payload is not kept`() throws {
    let data = try JSONEncoder().encode(NodeInput.float(Double(nan: 5, signaling: false)))
    #expect(try JSONDecoder().decode(NodeInput.self, from: data) == .float(.nan))
  }

  @Test func `a graph with every operation and argument is read back as it was`() throws {
    let graph = Graph.everything()
    #expect(Set(graph.nodes.map(\.operation.kind)) == Set(Operation.Kind.allCases))
    let copy = try roundTrip(graph)
    #expect(copy == graph)
    for node in graph.nodes { #expect(copy.users(of: node.id).sorted() == graph.users(of: node.id).sorted()) }
    #expect(copy.node(named: "loop")?.id == graph.node(named: "loop")?.id)
  }

  @Test(arguments: 0..<200)
  func `a random graph is read back as it was`(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let graph = random.makeGraph()
    #expect(try roundTrip(graph) == graph, "seed \(seed)")
  }

  @Test func `a default of None is not the same as no default`() throws {
    var graph = Graph()
    graph.append(.placeholder(Placeholder(name: "a", defaultValue: NodeInput.none, position: 0)), name: "a", inputs: [])
    graph.append(.placeholder(Placeholder(name: "b", position: 1)), name: "b", inputs: [])
    #expect(try roundTrip(graph).placeholders.map(\.placeholder.defaultValue) == [.some(.none), nil])
  }

  @Test func `ids are kept after removals and not given out again`() throws {
    var graph = Graph.chain()
    graph.remove([NodeID(1), NodeID(2)])
    graph.insert(.placeholder(Placeholder(name: "y", position: 1)), name: "y", inputs: [], before: NodeID(0))
    graph.remove([graph.append(.attribute(path: "w"), name: "w", inputs: [])])
    var copy = try roundTrip(graph)
    #expect(copy == graph)
    #expect(copy.nodes.map(\.id) == [NodeID(3), NodeID(0)])
    #expect(copy.append(.attribute(path: "w"), name: "w", inputs: []) == NodeID(5))
  }

  @Test func `an argument that nests too deep for a file is not written`() throws {
    func nested(_ depth: Int) -> NodeInput {
      (0..<depth).reduce(.none) { inner, _ in .dictionary([.init(key: .int(0), value: inner)]) }
    }
    let deepest = nested(128)
    #expect(try JSONDecoder().decode(NodeInput.self, from: JSONEncoder().encode(deepest)) == deepest)
    let error = #expect(throws: XylemError.self) { try JSONEncoder().encode(nested(129)) }
    #expect(
      error?.description
        == "an argument is nested deeper than the 128 structures that a graph's file form can hold (graph.invalid)")
  }
}
