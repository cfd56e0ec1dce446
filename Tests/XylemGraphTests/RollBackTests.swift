import Testing
import XylemGraph
import XylemTestSupport

@Suite struct RollBackTests {
  @Test(arguments: 0..<50)
  func `rolling back restores the graph, its users and the next id`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    var graph = random.makeGraph()
    let before = graph
    let checkpoint = graph.checkpoint
    for index in 0..<Int.random(in: 0...10, using: &random) {
      let inputs = (0..<3).map { _ in random.makeArgument(among: graph.nodes.map(\.id)) }
      graph.append(.operator(name: "f"), name: "new_\(index)", inputs: inputs)
      if random.isOnce(in: 2), let last = graph.nodes.last {
        graph.appendCall(ModuleCall(path: "new", type: "T", ordinal: index, result: .node(last.id), isLeaf: false))
      }
    }
    graph.rollBack(to: checkpoint)
    #expect(graph == before, "seed \(seed)")
    #expect(graph.validate() == before.validate(), "seed \(seed)")
    for node in graph.nodes { #expect(graph.users(of: node.id) == before.users(of: node.id), "seed \(seed)") }
    var other = before
    #expect(graph.append(.getItem, name: "next", inputs: []) == other.append(.getItem, name: "next", inputs: []))
    #expect(graph.node(named: "new_0") == nil)
  }

  @Test func `checkpoints nest`() {
    var graph = Graph.chain()
    graph.remove([NodeID(2)])
    let outer = graph.checkpoint
    graph.append(.operator(name: "f"), name: "f", inputs: [.node(NodeID(1))])
    let between = graph
    let inner = graph.checkpoint
    graph.append(.operator(name: "g"), name: "g", inputs: [.node(NodeID(3))])
    graph.rollBack(to: inner)
    #expect(graph == between)
    graph.rollBack(to: outer)
    #expect(graph.nodes.map(\.name) == ["x", "relu"])
    #expect(graph.append(.operator(name: "g"), name: "g", inputs: []) == NodeID(3))
  }
}
