import Testing
import XylemDiff
import XylemGraph
import XylemSketches
import XylemTestSupport

/// One change in one of two equal graphs.
enum Mutation: CaseIterable {
  case flip, drop, insert, rewire

  /// What the finding about the change has to be.
  func rule(inTrain: Bool) -> RuleID {
    switch self {
    case .flip: .attributeDiffers
    case .drop: inTrain ? .nodeOnlyInEval : .nodeOnlyInTrain
    case .insert: inTrain ? .nodeOnlyInTrain : .nodeOnlyInEval
    case .rewire: .inputRewired
    }
  }
}

@Suite("Random changes")
struct MutationTests {
  @Test func `exactly the one change is reported, naming the node, a thousand times`() {
    var reported: [Mutation: Int] = [:]
    var seed: UInt64 = 0
    while reported.values.reduce(0, +) < 1000 && seed < 4000 {
      seed += 1
      var random = SplitMix64(seed: seed)
      let graph = random.makeNetwork()
      let mutation = random.pick(Mutation.allCases)
      guard let (changed, name) = random.mutate(graph, mutation) else { continue }
      reported[mutation, default: 0] += 1
      let inTrain = random.isOnce(in: 2)
      let diff = inTrain ? diff(changed, graph) : diff(graph, changed)
      let rule = mutation.rule(inTrain: inTrain)
      #expect(diff.summary == ["warning \(rule.rawValue) \(name)"], "seed \(seed), \(mutation), in train: \(inTrain)")
    }
    #expect(reported.values.reduce(0, +) == 1000)
    #expect(Mutation.allCases.allSatisfy { reported[$0, default: 0] > 100 }, "\(reported)")
  }

  @Test func `numbers that move because of a change are folded under it`() {
    for (seed, mutation, graph, changed, name) in renumbering(300) {
      let operation = (changed.node(named: name) ?? graph.node(named: name))?.operation.target
      let diff = diff(graph, changed.renumbered(keepsLines: true))
      #expect(diff.findings.map(\.rule) == [mutation.rule(inTrain: false)], "seed \(seed), \(mutation)")
      #expect(diff.findings.first?.operation?.hasSuffix(operation ?? "?") == true, "seed \(seed), \(mutation)")
    }
  }

  @Test func `so they are without lines, but where equal steps can be taken for one another`() {
    var astray: [Int] = []
    for (seed, mutation, graph, changed, _) in renumbering(300) {
      let diff = diff(graph.renumbered(keepsLines: false), changed.renumbered(keepsLines: false))
      if diff.findings.map(\.rule) != [mutation.rule(inTrain: false)] { astray.append(seed) }
    }
    #expect(astray.count <= 3, "\(astray)")
  }

  /// Graphs in which a node was dropped or inserted, for as many seeds.
  private func renumbering(_ seeds: Int) -> [(Int, Mutation, Graph, Graph, String)] {
    (1...seeds).compactMap { seed in
      var random = SplitMix64(seed: UInt64(seed))
      let graph = random.makeNetwork()
      let mutation: Mutation = random.isOnce(in: 2) ? .drop : .insert
      return random.mutate(graph, mutation).map { (seed, mutation, graph, $0.graph, $0.name) }
    }
  }

  @Test func `swapping the traces mirrors the rules and keeps the places`() {
    for seed in 1...150 {
      var random = SplitMix64(seed: UInt64(seed))
      let graph = random.makeNetwork()
      var changed = graph
      for _ in 0..<3 {
        if let mutation = Mutation.allCases.randomElement(using: &random),
          let (next, _) = random.mutate(changed, mutation)
        {
          changed = next
        }
      }
      let (one, other) = (diff(graph, changed), swapped(graph, changed))
      let mirrored = other.findings.map { "\($0.level) \($0.rule.mirrored) \($0.node ?? "")" }.sorted()
      #expect(one.findings.map { "\($0.level) \($0.rule) \($0.node ?? "")" }.sorted() == mirrored, "seed \(seed)")
    }
  }
}

extension SplitMix64 {
  /// A network of 20 to 60 operations in modules, in which every node is read or returned.
  mutating func makeNetwork() -> Graph {
    var sketch = Sketch()
    sketch.input("y")
    let modules = ["", "stem", "body.0", "body.1", "head"]
    for _ in 0..<Int.random(in: 20...60, using: &self) {
      let nodes = sketch.graph.nodes.suffix(6).map(\.id)
      let (a, b) = (NodeInput.node(pick(nodes)), NodeInput.node(pick(nodes)))
      let module = pick(modules)
      let line = Int.random(in: 1...40, using: &self)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: sketch.op("relu", a, .int(Int.random(in: 0...3, using: &self)), in: module, line: line)
      case 1: sketch.op("add.Tensor", a, b, .int(1), in: module, line: line)
      case 2: sketch.op("mul.Scalar", a, .int(Int.random(in: 0...3, using: &self)), in: module, line: line)
      default:
        sketch.function("torch.nn.functional.pad", a, .list([.int(1), .int(2)]), .float(0), in: module, line: line)
      }
    }
    let unread = sketch.graph.nodes.filter {
      sketch.graph.users(of: $0.id).isEmpty && $0.operation.kind != .placeholder
    }
    sketch.output(.list(unread.map { .node($0.id) }))
    return sketch.graph
  }

  /// The graph with one change, and the name of the node that it is about; nil where there is no place for it.
  mutating func mutate(_ graph: Graph, _ mutation: Mutation) -> (graph: Graph, name: String)? {
    var changed = graph
    let inner = graph.nodes.filter { $0.operation.kind != .placeholder && $0.operation != .output }
    let node = pick(inner)
    switch mutation {
    case .flip:
      guard let position = node.inputs.lastIndex(where: { $0.node == nil }) else { return nil }
      var inputs = node.inputs
      inputs[position] = .int(77)
      changed.setInputs(of: node.id, to: inputs)
    case .drop:
      guard let source = node.inputs.first else { return nil }
      if graph.users(of: node.id).contains(where: { graph[$0].operation == .output }) { return nil }
      changed.replaceUses(of: node.id, with: source)
      changed.remove([node.id])
    case .insert:
      let name = node.modulePath.isEmpty ? "tanh" : node.modulePath + ".tanh"
      if graph.node(named: name) != nil { return nil }
      let position = graph.nodes.first { $0.id == node.id }
      guard let source = position?.inputs.first?.node else { return nil }
      let id = changed.insert(
        .operator(name: "aten::tanh"), name: name, inputs: [.node(source)], before: node.id,
        modulePath: node.modulePath)
      changed.setInputs(of: node.id, to: node.inputs.map { $0.node == source ? .node(id) : $0 })
      return (changed, name)
    case .rewire:
      guard let old = node.inputs.first?.node else { return nil }
      let earlier = graph.nodes.prefix { $0.id != node.id }.map(\.id).filter { $0 != old }
      if earlier.isEmpty { return nil }
      var inputs = node.inputs
      inputs[0] = .node(pick(earlier))
      changed.setInputs(of: node.id, to: inputs)
    }
    return (changed, node.name)
  }
}

extension Graph {
  /// The same graph with the names that a tracer would give.
  func renumbered(keepsLines: Bool) -> Graph {
    var graph = Graph()
    var ids: [NodeID: NodeID] = [:]
    var counts: [String: Int] = [:]
    for node in nodes {
      let last =
        node.operation.target.split(separator: ".").first?.split(separator: ":").last.map(String.init) ?? "output"
      let base = node.operation.kind == .placeholder ? node.name : last
      let path = node.modulePath.isEmpty ? base : node.modulePath + "." + base
      let number = counts[path, default: 0]
      counts[path] = number + 1
      ids[node.id] = graph.append(
        node.operation, name: number == 0 ? path : path + "_\(number)",
        inputs: node.inputs.map { $0.mapNodes { .node(ids[$0] ?? $0) } }, modulePath: node.modulePath,
        effects: node.effects, location: keepsLines ? node.location : nil)
    }
    return graph
  }
}
