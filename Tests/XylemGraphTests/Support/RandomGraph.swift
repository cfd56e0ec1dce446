import XylemGraph
import XylemTestSupport

extension SplitMix64 {
  /// A graph without faults of up to 30 nodes, from some of which were removed.
  mutating func makeGraph() -> Graph {
    var graph = Graph()
    for position in 0..<Int.random(in: 0...3, using: &self) {
      let placeholder = Placeholder(
        name: "x\(position)", defaultValue: isOnce(in: 2) ? nil : pick(NodeInput.samples), position: position)
      graph.append(.placeholder(placeholder), name: "x\(position)", inputs: [])
    }
    for index in 0..<Int.random(in: 0...27, using: &self) { appendStep(index, to: &graph) }
    while isOnce(in: 2), let unread = graph.nodes.last(where: { graph.users(of: $0.id).isEmpty }) {
      graph.remove([unread.id])
    }
    for ordinal in 0..<Int.random(in: 0...3, using: &self) {
      graph.appendCall(
        ModuleCall(
          path: pick(["", "a", "a.b"]), type: "T", ordinal: ordinal,
          result: makeArgument(among: graph.nodes.map(\.id)), isLeaf: isOnce(in: 2)))
    }
    if isOnce(in: 2) {
      graph.append(.output, name: "output", inputs: [makeArgument(among: graph.nodes.map(\.id))])
    }
    return graph
  }

  private mutating func appendStep(_ index: Int, to graph: inout Graph) {
    let ids = graph.nodes.map(\.id)
    let inputs = (0..<Int.random(in: 0...3, using: &self)).map { _ in makeArgument(among: ids) }
    let (operation, arguments) = makeOperation(inputs: inputs)
    let effects: Effects? =
      switch Int.random(in: 0..<4, using: &self) {
      case 0: nil
      case 1: .unknown(inputs: arguments.count)
      case 2: Effects(aliases: arguments.isEmpty ? [] : [0], usesRandomState: true, changesContext: true)
      default: Effects.none
      }
    graph.append(
      operation, name: "\(pick(["", "a.", "a.b."]))\(pick(["relu", "层", "q\"'"]))_\(index)", inputs: arguments,
      modulePath: pick(["", "a", "a.b"]), effects: effects, type: pick(["Tensor", "int", "List[Tensor]"]),
      location: isOnce(in: 2) ? nil : SourceLocation(file: "net.py", line: index),
      rule: isOnce(in: 3) ? "torch.nn.*" : nil, isListed: !isOnce(in: 4))
  }

  private mutating func makeOperation(inputs: [NodeInput]) -> (Operation, [NodeInput]) {
    switch Int.random(in: 0..<9, using: &self) {
    case 0: return (.attribute(path: "a.weight"), [])
    case 1: return (.setAttribute(path: "a.weight"), [inputs.first ?? .none])
    case 2: return (.getItem, [inputs.first ?? .none, .int(0)])
    case 3: return (.getField(name: "field"), [inputs.first ?? .none])
    case 4: return (.leafFunction(LeafFunction(name: "f", qualifiedName: "__torch__.f")), inputs)
    case 5: return (.leafModule(LeafModule(path: "a.b", type: "T", method: "encode")), inputs)
    case 6:
      let code = CodeReference(function: "f", statement: 1)
      return (
        .region(
          Region(
            kind: .if, code: code, captures: inputs.indices.map { "v\($0)" }, resultCount: 2,
            changedCaptures: Array(inputs.indices))), inputs
      )
    case 7: return (.guard(Guard(expected: false, message: "no")), [inputs.first ?? .bool(true)])
    default: return (.operator(name: "aten::f"), inputs)
    }
  }

  /// An argument up to four structures deep that reads only these nodes.
  mutating func makeArgument(among ids: [NodeID], depth: Int = 0) -> NodeInput {
    let count = depth < 4 ? Int.random(in: 0...2, using: &self) : 0
    switch Int.random(in: 0..<10, using: &self) {
    case 0..<4: return ids.isEmpty ? .none : .node(pick(ids))
    case 4: return .list((0..<count).map { _ in makeArgument(among: ids, depth: depth + 1) })
    case 5:
      let names = isOnce(in: 2) ? (0..<count).map { "n\($0)" } : nil
      return .tuple((0..<count).map { _ in makeArgument(among: ids, depth: depth + 1) }, names: names)
    case 6:
      return .dictionary(
        (0..<count).map { .init(key: .int($0), value: makeArgument(among: ids, depth: depth + 1)) })
    case 7:
      let number = Double(bitPattern: next())
      return .float(number.isNaN ? .nan : number)
    default: return pick(NodeInput.samples)
    }
  }
}
