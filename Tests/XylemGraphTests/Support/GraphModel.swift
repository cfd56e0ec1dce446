import XylemGraph

/// A graph as one would write it without a thought for speed: what a ``Graph`` must agree with after any edits.
struct GraphModel {
  struct Step: Equatable {
    var id: NodeID
    var name: String
    var inputs: [NodeInput]
  }

  var steps: [Step] = []
  var results: [NodeInput] = []
  var nextID = 0

  mutating func insert(name: String, inputs: [NodeInput], at position: Int) {
    steps.insert(Step(id: NodeID(nextID), name: name, inputs: inputs), at: position)
    nextID += 1
  }

  mutating func replaceUses(of id: NodeID, with argument: NodeInput) {
    let replace: (NodeID) -> NodeInput = { $0 == id ? argument : .node($0) }
    for index in steps.indices { steps[index].inputs = steps[index].inputs.map { $0.mapNodes(replace) } }
    results = results.map { $0.mapNodes(replace) }
  }

  mutating func remove(_ ids: Set<NodeID>) {
    steps.removeAll { ids.contains($0.id) }
    results = results.filter { !nodes(in: [$0]).contains(where: ids.contains) }
  }

  func users(of id: NodeID) -> [NodeID] {
    steps.flatMap { step in nodes(in: step.inputs).filter { $0 == id }.map { _ in step.id } }
  }

  func nodes(in arguments: [NodeInput]) -> [NodeID] {
    var ids: [NodeID] = []
    for argument in arguments { argument.forEachNode { ids.append($0) } }
    return ids
  }
}
