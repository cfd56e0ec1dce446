internal import XylemErrors
package import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Reads what the nodes of a trace do in the trace's mode, from their code and its constants.
package struct BehaviourReader {
  private let graph: Graph
  private let source: ArchiveSource?
  private let code: TraceCode?

  /// - Parameter model: the traced model.
  package init(_ trace: Trace, of model: any TracedModel) {
    graph = trace.graph
    source = (model as? ScriptModel).map { ArchiveSource($0, in: trace.mode) }
    code = trace.code
  }

  /// What a node does. Nil if its code can't be followed or runs in a plugin, and for nodes that compute nothing.
  package func behaviour(of node: Node) -> CodeBehaviour? {
    guard node.operation.provider?.replaces != true else { return nil }
    let reader = CodeReader(source)
    var arguments = NodeArguments(reader, graph)
    let inputs = node.inputs.map { arguments.value($0, source) }
    let result: CodeValue?
    switch node.operation {
    case .operator(let name): result = runOperator(name, inputs, reader)
    case .leafModule(let leaf): result = runModule(leaf, node, inputs, arguments, reader)
    case .leafFunction(let leaf): result = runFunction(leaf, node, inputs, arguments, reader)
    case .region(let region): result = runRegion(region, inputs, reader)
    case .placeholder, .attribute, .setAttribute, .guard, .getItem, .getField, .output: return nil
    }
    guard let result, reader.isComplete else { return nil }
    var behaviour = arguments.behaviour(of: node, result)
    if case .operator(let name) = node.operation, let op = try? TensorOperator(fullName: name) {
      let facts = OperatorFacts.of(op)
      behaviour.isInPlace = facts.isInPlace
      if let use = OperatorUse(facts, inputs.map(\.literal)) {
        behaviour.formInputs = Set(inputs.indices.filter { !use.dependsOnContents(of: $0) })
      }
    }
    return behaviour
  }

  private func runOperator(_ name: String, _ inputs: [CodeValue], _ reader: CodeReader) -> CodeValue? {
    guard let op = try? TensorOperator(fullName: name), source?.isMissing(op.schema.name) != true else { return nil }
    return reader.apply(OperatorFacts.of(op), inputs, results: [(true, false)]).first
  }

  private func runModule(
    _ leaf: LeafModule, _ node: Node, _ inputs: [CodeValue], _ arguments: NodeArguments, _ reader: CodeReader
  ) -> CodeValue? {
    guard let source else { return runHost(node, arguments, reader) }
    guard let module = source.model.module(at: leaf.path), let function = module.object.method(leaf.method) else {
      return nil
    }
    return reader.run(function, [.module(module)] + inputs)
  }

  private func runFunction(
    _ leaf: LeafFunction, _ node: Node, _ inputs: [CodeValue], _ arguments: NodeArguments, _ reader: CodeReader
  ) -> CodeValue? {
    guard let source else { return runHost(node, arguments, reader) }
    guard let function = source.model.archive.function(named: leaf.qualifiedName) else { return nil }
    return reader.run(function, inputs)
  }

  private func runRegion(_ region: Region, _ inputs: [CodeValue], _ reader: CodeReader) -> CodeValue? {
    guard let source, let function = source.model.archive.function(named: region.code.function),
      let code = source.code(of: function), code.statements.indices.contains(region.code.statement),
      let captures = try? source.model.captures(of: region)
    else { return nil }
    let frame = CodeFrame(code)
    for (index, statement) in code.statements.enumerated() where statement.kind == .constant {
      _ = reader.run(statement, at: index, frame)
    }
    for (number, value) in zip(captures.set, inputs) { frame.values[number] = value }
    let statement = code.statements[region.code.statement]
    _ = reader.run(statement, at: region.code.statement, frame)
    return reader.tuple(statement.outputs.map { frame.values[$0] } + region.changedCaptures.map { inputs[$0] })
  }

  /// A leaf in Swift, as its operators.
  private func runHost(_ node: Node, _ arguments: NodeArguments, _ reader: CodeReader) -> CodeValue? {
    guard let leaf = code?.leaves[node.id] else { return nil }
    let types = Dictionary(graph.nodes.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
    guard let expansion = try? leaf.read(node.inputs, types) else { return nil }
    return reader.run(expansion, arguments)
  }
}

/// The arguments of a node as values of the reader. Each occurrence of a node is a separate value.
struct NodeArguments {
  private let reader: CodeReader
  private let graph: Graph
  /// The nodes in the arguments, by their numbers.
  private(set) var nodes: [NodeID] = []
  /// The value of each argument.
  private(set) var values: [CodeValue] = []

  init(_ reader: CodeReader, _ graph: Graph) {
    self.reader = reader
    self.graph = graph
  }

  mutating func value(_ argument: NodeInput, _ source: ArchiveSource?) -> CodeValue {
    switch argument {
    case .literal(let literal): return .literal(literal)
    case .node(let id):
      let symbol = CodeSymbol(
        digest: reader.hash("argument", [], salt: nodes.count), places: [reader.places.argument(nodes.count)],
        isSome: graph.contains(id) && graph[id].valueType.isNeverNone)
      nodes.append(id)
      values.append(.symbol(symbol))
      return .symbol(symbol)
    case .list(let elements): return reader.list(elements.map { value($0, source) })
    case .tuple(let elements, _): return reader.tuple(elements.map { value($0, source) })
    case .dictionary(let entries):
      let parts = entries.flatMap { [value($0.key, source), value($0.value, source)] }
      return .symbol(reader.container("dictionary", of: parts))
    case .module(let path):
      guard let module = source?.model.module(at: path) else {
        reader.giveUp()
        return .none
      }
      return .module(module)
    case .constant(let code):
      let name = "a constant of \(TypeName.readable(code.function)) \(code.statement)"
      return .symbol(
        CodeSymbol(digest: reader.hash(name, []), places: [reader.places.attribute(name)], isSome: true))
    }
  }

  /// The reader's result, in terms of the node.
  func behaviour(of node: Node, _ result: CodeValue) -> CodeBehaviour {
    var found = CodeBehaviour()
    found.digest = reader.hash("node", [result], salt: reader.effectDigest)
    let isRandom = reader.isRandom(result) || reader.keepsRandom
    found.draws = isRandom ? reader.draws : []
    found.writtenAttributes = reader.writtenAttributes.sorted()
    found.writers = reader.writers
    found.flags = reader.writtenAttributes.subtracting(reader.computedAttributes).sorted()
    found.scratch = reader.scratch.sorted()
    found.readAttributes = reader.readAttributes.sorted()
    found.usesStatistics = reader.usesStatistics
    found.dropsAll = reader.dropsAll
    found.fixesSeed = reader.fixesSeed
    found.writtenNodes = reader.writtenArguments.sorted().map { nodes[$0] }
    if let first = values.first { found.passesInput = reader.digest(first) == reader.digest(result) }
    found.effects = effects(of: node, result, isRandom: !reader.draws.isEmpty)
    return found
  }

  private func effects(of node: Node, _ result: CodeValue, isRandom: Bool) -> Effects {
    var shared: Set<Int> = []
    var aliasesModel = false
    for place in reader.placesOf(result) {
      shared.formUnion(reader.places[place].arguments)
      aliasesModel = aliasesModel || !reader.places[place].attributes.isEmpty
    }
    var next = 0
    var (writes, aliases): ([Int], [Int]) = ([], [])
    for (position, input) in node.inputs.enumerated() {
      var numbers: Set<Int> = []
      input.forEachNode { _ in
        numbers.insert(next)
        next += 1
      }
      if !numbers.isDisjoint(with: reader.writtenArguments) { writes.append(position) }
      if !numbers.isDisjoint(with: shared) { aliases.append(position) }
    }
    return Effects(
      writes: writes, aliases: aliases, usesRandomState: isRandom, writesModel: !reader.writtenAttributes.isEmpty,
      aliasesModel: aliasesModel)
  }
}
