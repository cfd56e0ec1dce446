import Testing
import XylemGraph

/// Three readers of one node: `x`, then `a(x)`, `b([x, a], x)`, `output(b)`; ids 0 to 3.
private func makeGraph() -> Graph {
  var graph = Graph()
  graph.validatesEdits = true
  let x = graph.append(.placeholder(Placeholder(name: "x", position: 0)), name: "x", inputs: [])
  let a = graph.append(.operator(name: "f"), name: "a", inputs: [.node(x)])
  let b = graph.append(.operator(name: "g"), name: "b", inputs: [.list([.node(x), .node(a)]), .node(x)])
  graph.append(.output, name: "output", inputs: [.node(b)])
  graph.appendCall(
    ModuleCall(path: "m", type: "M", ordinal: 0, result: .tuple([.node(a), .node(x)], names: nil), isLeaf: false))
  graph.appendCall(ModuleCall(path: "n", type: "N", ordinal: 0, result: .node(b), isLeaf: false))
  return graph
}

private let (x, a, b, output) = (NodeID(0), NodeID(1), NodeID(2), NodeID(3))

@Suite struct EditTests {
  @Test func `an appended node is found by id and name and is a user of each occurrence in its inputs`() {
    let graph = makeGraph()
    #expect(graph.count == 4)
    #expect(graph.nodes.map(\.name) == ["x", "a", "b", "output"])
    #expect(graph.node(named: "b")?.id == b)
    #expect(graph.node(named: "c") == nil)
    #expect(graph[b].name == "b")
    #expect(graph.users(of: x).sorted() == [a, b, b])
    #expect(graph.users(of: b) == [output])
    #expect(graph.users(of: output) == [])
    #expect(graph.output?.id == output)
    #expect(graph.placeholders.map(\.placeholder.name) == ["x"])
  }

  @Test func `names are listed without hidden nodes and the output`() {
    var graph = makeGraph()
    graph.insert(.operator(name: "h"), name: "hidden", inputs: [], before: b, isListed: false)
    #expect(graph.nodeNames == ["x", "a", "b"])
  }

  @Test func `a graph that does not end in an output has none`() {
    var graph = Graph()
    #expect(graph.output == nil)
    graph.append(.attribute(path: "w"), name: "w", inputs: [])
    #expect(graph.output == nil)
  }

  @Test func `an inserted node comes right before the other one and gets a fresh id`() {
    var graph = makeGraph()
    let id = graph.insert(.operator(name: "h"), name: "h", inputs: [.node(a)], before: b)
    #expect(id == NodeID(4))
    #expect(graph.nodes.map(\.name) == ["x", "a", "h", "b", "output"])
    #expect(graph.users(of: a).sorted() == [b, id])
  }

  @Test func `new inputs replace the uses of the old ones`() {
    var graph = makeGraph()
    graph.setInputs(of: b, to: [.node(a), .node(a)])
    #expect(graph.users(of: x) == [a])
    #expect(graph.users(of: a) == [b, b])
    #expect(graph[b].inputs == [.node(a), .node(a)])
  }

  @Test func `effects are set`() {
    var graph = makeGraph()
    graph.setEffects(of: b, to: Effects(writes: [1]))
    #expect(graph[b].effects == Effects(writes: [1]))
    #expect(Effects(writes: [1]).isObservable)
    #expect(!Effects(aliases: [1], usesRandomState: true, aliasesModel: true).isObservable)
  }

  @Test func `replacing uses by a constant leaves the node without users and reaches the calls`() {
    var graph = makeGraph()
    graph.replaceUses(of: x, with: .int(1))
    #expect(graph.users(of: x) == [])
    #expect(graph[b].inputs == [.list([.int(1), .node(a)]), .int(1)])
    #expect(graph.calls[0].result == .tuple([.node(a), .int(1)], names: nil))
  }

  @Test func `replacing uses by another node adds them to that node's own`() {
    var graph = makeGraph()
    graph.replaceUses(of: a, with: .node(x))
    #expect(graph.users(of: x).sorted() == [a, b, b, b])
    #expect(graph.users(of: a) == [])
    #expect(graph.calls[0].result == .tuple([.node(x), .node(x)], names: nil))
  }

  @Test func `replacing uses by a structure that reads the node again keeps it used`() {
    var graph = makeGraph()
    graph.replaceUses(of: x, with: .tuple([.node(x), .node(x)], names: nil))
    #expect(graph.users(of: x).sorted() == [a, a, b, b, b, b])
    #expect(graph[a].inputs == [.tuple([.node(x), .node(x)], names: nil)])
  }

  @Test func `removing nodes removes the calls that returned them, frees the name and not the id`() {
    var graph = makeGraph()
    graph.remove([b, output])
    #expect(graph.nodes.map(\.name) == ["x", "a"])
    #expect(graph.users(of: x) == [a])
    #expect(graph.calls.map(\.path) == ["m"])
    #expect(!graph.contains(b))
    #expect(graph.node(named: "b") == nil)
    let again = graph.append(.operator(name: "g"), name: "b", inputs: [.node(a)])
    #expect(again == NodeID(4))
  }

  @Test func `removing nothing, a removed node or an id of no graph changes nothing`() {
    var graph = makeGraph()
    graph.remove([output])
    let before = graph
    graph.remove([])
    graph.remove([output, NodeID(99), NodeID(-1)])
    #expect(graph == before)
  }

  @Test func `a copy is independent`() {
    let graph = makeGraph()
    var copy = graph
    copy.replaceUses(of: x, with: .none)
    #expect(graph == makeGraph())
    #expect(copy != graph)
  }

  @Test func `numbers in arguments are equal when their bits are`() {
    #expect(NodeInput.float(.nan) == .float(.nan))
    #expect(NodeInput.float(0.0) != .float(-0.0))
    #expect(NodeInput.complex(0, .nan) == .complex(0, .nan))
    #expect(NodeInput.complex(0, 0) != .complex(0, -0.0))
    #expect(NodeInput.int(1) != .float(1))
    #expect(NodeInput.string("cpu") != .device("cpu"))
    for (index, sample) in NodeInput.samples.enumerated() {
      #expect(NodeInput.samples.firstIndex(of: sample) == index)
      #expect(Set(NodeInput.samples).contains(sample))
    }
  }
}
