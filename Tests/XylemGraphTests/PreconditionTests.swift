import Testing
import XylemGraph

@Suite struct PreconditionTests {
  @Test func `appending a name that is taken traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.append(.operator(name: "f"), name: "relu", inputs: [])
    }
  }

  @Test func `reading a node that is not in the graph traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.append(.operator(name: "f"), name: "f", inputs: [.list([.node(NodeID(9))])])
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.setInputs(of: NodeID(1), to: [.node(NodeID(1))])
    }
  }

  @Test func `inserting before a node that the new one reads traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.insert(.operator(name: "f"), name: "f", inputs: [.node(NodeID(1))], before: NodeID(1))
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.insert(.operator(name: "f"), name: "f", inputs: [], before: NodeID(9))
    }
  }

  @Test func `asking for a node that is not in the graph traps`() async {
    await #expect(processExitsWith: .failure) { _ = Graph.chain()[NodeID(9)] }
    await #expect(processExitsWith: .failure) { _ = Graph.chain().users(of: NodeID(-1)) }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.setInputs(of: NodeID(9), to: [])
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.setEffects(of: NodeID(9), to: .none)
    }
  }

  @Test func `replacing a node's uses by one of its readers traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.replaceUses(of: NodeID(0), with: .node(NodeID(1)))
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.replaceUses(of: NodeID(0), with: .node(NodeID(9)))
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.replaceUses(of: NodeID(9), with: .none)
    }
  }

  @Test func `removing a node that is still read traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.remove([NodeID(1)])
    }
  }

  @Test func `rolling back over anything but appended nodes traps`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      let checkpoint = graph.checkpoint
      graph.insert(.operator(name: "f"), name: "f", inputs: [], before: NodeID(1))
      graph.rollBack(to: checkpoint)
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      let checkpoint = graph.checkpoint
      graph.remove([NodeID(2)])
      graph.rollBack(to: checkpoint)
    }
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      let checkpoint = graph.checkpoint
      let late = graph.append(.operator(name: "f"), name: "f", inputs: [])
      graph.setInputs(of: NodeID(2), to: [.node(late)])
      graph.rollBack(to: checkpoint)
    }
  }

  @Test func `an edit that leaves a fault traps where edits are validated, and only there`() async {
    await #expect(processExitsWith: .failure) {
      var graph = Graph.chain()
      graph.validatesEdits = true
      graph.append(.operator(name: "f"), name: "f", inputs: [])
    }
    await #expect(processExitsWith: .success) {
      var graph = Graph.chain()
      graph.append(.operator(name: "f"), name: "f", inputs: [])
    }
  }
}
