internal import XylemErrors
package import XylemGraph
internal import XylemScript
internal import XylemTensor

/// An archive's leaf as a graph of operators.
package struct LeafExpansion {
  /// The operators. The placeholders stand for nodes of the enclosing graph.
  package let graph: Graph
  /// The node of the enclosing graph for each placeholder.
  package let inputs: [NodeID: NodeID]
  /// The leaf's value.
  package let result: NodeInput
}

extension ScriptModel {
  /// The operators of a leaf module or leaf function, found by tracing its own code without any leaves.
  ///
  /// - Parameters:
  ///   - types: the types of the nodes that it reads.
  ///   - shapes: the shapes of the nodes that it reads, where they are known. They decide what the code asks of shapes,
  ///     and each decision is a guard in the expansion.
  ///   - written: paths of the attributes that the model writes, which are read when the model runs.
  /// - Returns: nil for a node that is not a leaf of the archive's own code.
  /// - Throws: the errors of tracing.
  package func expansion(
    of node: Node, types: [NodeID: String], shapes: [NodeID: KnownShape], written: Set<String>, mode: Mode
  ) throws -> LeafExpansion? {
    let options = TraceOptions(mode: mode, policy: .none, recordsLocations: false)
    var dynamic = written
    var budget = TraceBudget(options)
    while true {
      let tracer = ScriptTracer(model: self, options: options, dynamicAttributes: dynamic, budget: budget)
      defer { budget = tracer.budget }
      do {
        return try tracer.withKnownShapes { try tracer.expansion(of: node, types: types, shapes: shapes) }
      } catch let restart as RestartTrace { dynamic.insert(restart.attribute) }
    }
  }
}

extension ScriptTracer {
  fileprivate func expansion(
    of node: Node, types: [NodeID: String], shapes: [NodeID: KnownShape]
  ) throws -> LeafExpansion? {
    var module = model.root
    let function: ScriptFunction
    var arguments: [TracedValue] = []
    switch node.operation {
    case .leafModule(let leaf):
      guard let own = model.module(at: leaf.path), let method = own.object.method(leaf.method) else { return nil }
      (module, function) = (own, method)
      arguments.append(.module(own))
    case .leafFunction(let leaf):
      guard let found = model.archive.function(named: leaf.qualifiedName) else { return nil }
      function = found
    default: return nil
    }
    var origins: [NodeID: NodeID] = [:]
    var placeholders: [NodeID: TracedValue] = [:]
    var declared: [ForwardArgument] = []
    node.forEachInputNode { id in
      guard placeholders[id] == nil else { return }
      let (name, type) = ("input_\(origins.count)", types[id] ?? "Tensor")
      var argument = ForwardArgument(name: name, type: TypeExpression(parsing: type))
      if let shape = shapes[id] { argument.shapes = [name: shape] }
      declared.append(argument)
      let own = core.emitPlaceholder(Placeholder(name: name, position: origins.count), type: type)
      origins[own] = id
      placeholders[id] = .symbol(own)
    }
    core.shapes = try ShapeEvaluator(model, declared, code: self)
    let path = namingPath(of: module)
    modules.append(ModuleFrame(module: module, path: path, otherPath: path, canBecomeLeaf: false))
    let declaredTypes = try model.argumentTypes(of: node)
    for (position, input) in node.inputs.enumerated() {
      let type = declaredTypes.indices.contains(position) ? declaredTypes[position] : nil
      arguments.append(try traced(input, placeholders, type: type))
    }
    let result = try run(try model.code(of: function), arguments)
    try checkConstantReads()
    return LeafExpansion(graph: core.graph, inputs: origins, result: try argument(from: result))
  }

  /// An argument of a leaf while its code is traced.
  private func traced(
    _ input: NodeInput, _ placeholders: [NodeID: TracedValue], type: ScriptType?
  ) throws -> TracedValue {
    switch input {
    case .literal(let literal): return .literal(literal)
    case .node(let id): return placeholders[id] ?? .none
    case .list(let elements):
      return .list(TracedList(try elements.map { try traced($0, placeholders, type: nil) }, type: type))
    case .tuple(let elements, let names):
      let parts = try elements.map { try traced($0, placeholders, type: nil) }
      return .tuple(TracedTuple(parts, names: names ?? [], type: type))
    case .dictionary(let entries):
      let parts = try entries.map {
        (key: try traced($0.key, placeholders, type: nil), value: try traced($0.value, placeholders, type: nil))
      }
      return .dictionary(TracedDictionary(parts, type: type))
    case .module(let path): return model.module(at: path).map { .module($0) } ?? .none
    case .constant(let reference): return .constant(reference, try model.constant(at: reference))
    }
  }
}
