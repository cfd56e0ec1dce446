extension Graph {
  /// All faults of the graph: those of nodes in execution order, then those of the graph as a whole and of its module
  /// calls. Empty for a valid graph.
  ///
  /// This does *not* check the graph against a model: operators, modules and attributes may not exist. A graph without
  /// an output is valid; traces have none until they end.
  ///
  /// Takes time linear in the size of the graph, except for sorting users.
  public func validate() -> [GraphFault] {
    var validator = GraphValidator(graph: self)
    validator.validate()
    return validator.faults
  }
}

extension Graph {
  /// Limits of counts in a graph, far beyond those of real models. Readers of graph files check counts against them
  /// before they allocate memory.
  static let (mostResults, mostArguments, mostCalls) = (1 << 12, 1 << 16, 1 << 31)
}

/// Visits one graph and collects its faults, whatever state the graph is in.
private struct GraphValidator {
  let graph: Graph
  private(set) var faults: [GraphFault] = []
  /// The nodes that are in the graph: in execution order, then those that the order omits.
  private var nodes: [Node] = []
  /// The first position of each id in the order.
  private var positions: [NodeID: Int] = [:]

  init(graph: Graph) { self.graph = graph }

  mutating func validate() {
    validateOrder()
    for node in nodes {
      validateInputs(of: node)
      validateOperation(of: node)
      validateEffects(of: node)
    }
    validateUsers()
    validateNames()
    validatePlaceholders()
    validateOutput()
    validateCalls()
  }

  private mutating func report(_ node: Node, _ problem: GraphFault.Problem) {
    faults.append(GraphFault(.node(node.id, name: node.name), problem))
  }

  private mutating func report(_ id: NodeID, _ problem: GraphFault.Problem) {
    let name = graph.contains(id) ? graph[id].name : ""
    faults.append(GraphFault(.node(id, name: name), problem))
  }

  private mutating func validateOrder() {
    var repeated: Set<NodeID> = []
    for (position, id) in graph.order.enumerated() {
      if positions[id] != nil {
        if repeated.insert(id).inserted { report(id, .repeatedNode) }
        continue
      }
      positions[id] = position
      if graph.contains(id) { append(id) } else { report(id, .missingNode) }
    }
    for index in graph.storage.indices where graph.storage[index] != nil {
      let id = NodeID(index)
      if positions[id] == nil {
        report(id, .unorderedNode)
        append(id)
      }
    }
  }

  /// Continues with the id under which the node is stored, so that a wrong id is one fault and not many.
  private mutating func append(_ id: NodeID) {
    let node = graph[id]
    if node.id == id { return nodes.append(node) }
    report(id, .misplacedID(node.id))
    nodes.append(
      Node(
        id: id, name: node.name, operation: node.operation, inputs: node.inputs, modulePath: node.modulePath,
        effects: node.effects, type: node.type, location: node.location, rule: node.rule, isListed: node.isListed))
  }

  private mutating func validateInputs(of node: Node) {
    for (position, input) in node.inputs.enumerated() {
      validateTuples(in: input, of: .node(node.id, name: node.name))
      input.forEachNode { read in
        if !graph.contains(read) {
          report(node, .unknownInput(read, position: position))
        } else if let itself = positions[node.id], let other = positions[read], other >= itself {
          report(node, .laterInput(read, position: position))
        }
      }
    }
    let expected: Int? =
      switch node.operation {
      case .placeholder, .attribute: 0
      case .setAttribute, .getField, .guard, .output: 1
      case .getItem: 2
      case .operator, .leafFunction, .leafModule, .region: nil
      }
    if let expected, node.inputs.count != expected {
      report(node, .inputCount(found: node.inputs.count, expected: expected))
    }
  }

  private mutating func validateTuples(in argument: NodeInput, of subject: GraphFault.Subject) {
    switch argument {
    case .tuple(let elements, let names):
      if let names, names.count != elements.count {
        faults.append(GraphFault(subject, .tupleNames(names: names.count, elements: elements.count)))
      }
      for element in elements { validateTuples(in: element, of: subject) }
    case .list(let elements):
      for element in elements { validateTuples(in: element, of: subject) }
    case .dictionary(let entries):
      for entry in entries {
        validateTuples(in: entry.key, of: subject)
        validateTuples(in: entry.value, of: subject)
      }
    default: break
    }
  }

  private mutating func validateOperation(of node: Node) {
    switch node.operation {
    case .placeholder(let placeholder):
      if !(0..<Graph.mostArguments).contains(placeholder.position) {
        report(node, .placeholderPosition(placeholder.position))
      }
      placeholder.defaultValue?.forEachNode { report(node, .defaultReadsNode($0)) }
      placeholder.defaultValue.map { validateTuples(in: $0, of: .node(node.id, name: node.name)) }
    case .region(let region):
      let captures = region.captures.count
      if captures != node.inputs.count { report(node, .captureCount(captures: captures, inputs: node.inputs.count)) }
      for position in region.changedCaptures where !region.captures.indices.contains(position) {
        report(node, .changedCapture(position: position, captures: captures))
      }
      if !(0...Graph.mostResults).contains(region.resultCount) { report(node, .resultCount(region.resultCount)) }
    default: break
    }
  }

  private mutating func validateEffects(of node: Node) {
    guard let effects = node.effects else { return }
    let lists: [(GraphFault.EffectList, [Int])] = [
      (.writes, effects.writes), (.aliases, effects.aliases), (.keeps, effects.keeps),
    ]
    for (list, positions) in lists {
      for position in positions where !node.inputs.indices.contains(position) {
        report(node, .effect(list, position: position, inputs: node.inputs.count))
      }
    }
  }

  private mutating func validateUsers() {
    var expected: [NodeID: [NodeID]] = [:]
    for node in nodes {
      node.forEachInputNode { expected[$0, default: []].append(node.id) }
    }
    for index in 0..<max(graph.storage.count, graph.usersByID.count) {
      let id = NodeID(index)
      let found = graph.usersByID.indices.contains(index) ? graph.usersByID[index].sorted() : []
      let wanted = graph.contains(id) ? expected[id, default: []].sorted() : []
      if found != wanted { report(id, .users(found: found, expected: wanted)) }
    }
  }

  private mutating func validateNames() {
    let nodesByName = Dictionary(grouping: nodes, by: \.name)
    for node in nodes {
      if node.name.isEmpty { report(node, .emptyName) }
      guard let namesakes = nodesByName[node.name], namesakes[0].id == node.id else { continue }
      if namesakes.count > 1 {
        faults.append(GraphFault(.graph, .duplicateName(node.name, nodes: namesakes.map(\.id))))
      }
      let found = graph.idsByName[node.name]
      if !namesakes.contains(where: { $0.id == found }) { report(node, .unindexedName) }
    }
    for name in graph.idsByName.keys.filter({ nodesByName[$0] == nil }).sorted() {
      faults.append(GraphFault(.graph, .staleName(name)))
    }
  }

  private mutating func validatePlaceholders() {
    var nodesByPosition: [Int: [NodeID]] = [:]
    var isPastPlaceholders = false
    for node in nodes {
      guard case .placeholder(let placeholder) = node.operation else {
        isPastPlaceholders = true
        continue
      }
      if isPastPlaceholders { report(node, .latePlaceholder) }
      nodesByPosition[placeholder.position, default: []].append(node.id)
    }
    for (position, nodes) in nodesByPosition.sorted(by: { $0.key < $1.key }) where nodes.count > 1 {
      faults.append(GraphFault(.graph, .repeatedPosition(position, nodes: nodes)))
    }
  }

  private mutating func validateOutput() {
    let outputs = nodes.filter { $0.operation == .output }
    if outputs.count > 1 { faults.append(GraphFault(.graph, .severalOutputs(outputs.map(\.id)))) }
    if let output = outputs.last, output.id != graph.order.last, positions[output.id] != nil {
      report(output, .outputNotLast)
    }
  }

  private mutating func validateCalls() {
    struct Key: Hashable {
      let path: String
      let ordinal: Int
    }
    let counts = graph.calls.reduce(into: [Key: Int]()) { $0[Key(path: $1.path, ordinal: $1.ordinal), default: 0] += 1 }
    var seen: Set<Key> = []
    for call in graph.calls {
      let key = Key(path: call.path, ordinal: call.ordinal)
      let subject = GraphFault.Subject.call(path: call.path, ordinal: call.ordinal)
      if seen.insert(key).inserted, let count = counts[key], count > 1 {
        faults.append(GraphFault(subject, .repeatedCall(count: count)))
      }
      if !(0..<Graph.mostCalls).contains(call.ordinal) { faults.append(GraphFault(subject, .callOrdinal)) }
      validateTuples(in: call.result, of: subject)
      call.result.forEachNode { read in
        if !graph.contains(read) { faults.append(GraphFault(subject, .unknownResult(read))) }
      }
    }
  }
}
