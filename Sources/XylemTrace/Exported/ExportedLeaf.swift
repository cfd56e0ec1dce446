internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Operators of a model of torch.export that run as one node.
struct ExportedLeaf: @unchecked Sendable {
  let model: ExportedModel
  let program: ExportedProgram
  let mode: Mode
  let graph: ExportedGraph
  let range: Range<Int>
  /// The values that they read, by name.
  let inputs: [(name: String, input: NodeInput)]
  /// The tensors of the model that they read, by name.
  let states: [String: ExportedValue]
  /// Values that tensors of the model have afterwards.
  let stores: [(name: String, key: String)]
  /// The structure of the result.
  let tree: ExportedTree
  /// The leaves of the structure.
  let results: [ExportedArgument]
  /// The number of values, at the end of the structure, that the result itself lacks.
  let extraCount: Int
  /// Whether the result is not known, so that it is the values that leave.
  let isInferred: Bool
  private let computed: Set<String>

  /// - Parameters:
  ///   - declared: the structure of the result and its leaves, if they are known.
  ///   - leaving: the values that later operators read.
  ///   - last: the last value, which is the result if no value leaves.
  init(
    model: ExportedModel, program: ExportedProgram, mode: Mode, graph: ExportedGraph, range: Range<Int>,
    inputs: [(name: String, input: NodeInput)], states: [String: ExportedValue], stores: [(name: String, key: String)],
    declared: (tree: ExportedTree, leaves: [ExportedArgument])?, leaving: [String], last: String?
  ) {
    (self.model, self.program, self.mode, self.graph, self.range) = (model, program, mode, graph, range)
    (self.inputs, self.states, self.stores) = (inputs, states, stores)
    computed = Set(range.flatMap { graph.nodes[$0].outputs.flatMap(\.names) })
    if let declared, declared.tree.leafCount == declared.leaves.count {
      let own = Set(declared.leaves.flatMap(\.names))
      let extra = leaving.filter { !own.contains($0) }
      extraCount = extra.count
      tree =
        extra.isEmpty ? declared.tree : .tuple([declared.tree] + extra.map { _ in .leaf }, names: nil)
      results = declared.leaves + extra.map { .value($0) }
      isInferred = false
    } else {
      let names = leaving.isEmpty ? [last].compactMap(\.self) : leaving
      tree = names.count == 1 ? .leaf : .tuple(names.map { _ in .leaf }, names: nil)
      results = names.map { .value($0) }
      extraCount = 0
      isInferred = true
    }
  }

  /// A module that returns what it is given.
  static func identity(
    _ model: ExportedModel, _ program: ExportedProgram, _ mode: Mode, _ name: String, _ input: NodeInput
  ) -> ExportedLeaf {
    ExportedLeaf(
      model: model, program: program, mode: mode, graph: program.graph, range: 0..<0, inputs: [(name, input)],
      states: [:], stores: [], declared: (.leaf, [.value(name)]), leaving: [], last: nil)
  }

  /// Whether one of the operators computes a value.
  func computes(_ name: String) -> Bool { computed.contains(name) }

  /// Whether a part of the structure is not a part of the result.
  func isExtra(_ part: ExportedTree, _ index: Int) -> Bool { extraCount > 0 && part == tree && index > 0 }

  /// The names of the values in the result.
  var names: [String] { results.flatMap(\.names) }

  /// The type of the result.
  var type: String {
    if tree == .leaf { return results.first?.names.first.map(graph.type(of:)) ?? "Tensor" }
    return tree.type.description
  }

  // MARK: - Running

  /// The leaf as code of a trace.
  var leaf: HostLeaf {
    HostLeaf(
      call: { values in try GraphRun(expansion(), model.allowsFileOperators).result(of: values, of: inputs.map(\.input))
      },
      expand: { _, _ in try expansion() }, read: { _, _ in try expansion() }, isRecordable: { true })
  }

  /// The operators as a graph.
  private func expansion() throws -> HostExpansion {
    let options = TraceOptions(mode: mode, policy: .none, recordsLocations: false)
    let tracer = ExportedTracer(model, program, options, isWithinLeaf: true)
    let scope = ExportedScope(graph, returned: names)
    var origins: [NodeID: NodeID] = [:]
    var placeholders: [NodeID: NodeID] = [:]
    for (name, input) in inputs {
      let own = input.mapNodes { outer in
        if let known = placeholders[outer] { return .node(known) }
        let id = tracer.core.emitPlaceholder(
          Placeholder(name: "input_\(origins.count)", position: origins.count), type: graph.type(of: name))
        (origins[id], placeholders[outer]) = (outer, id)
        return .node(id)
      }
      scope.values[name] = .input(own)
    }
    for (name, state) in states { scope.values[name] = state }
    try tracer.run(scope, range)
    for (name, key) in stores {
      let target = try tracer.resolve(tracer.stateName(key, in: scope), scope)
      tracer.store(try tracer.resolve(name, scope), in: target)
    }
    var values = try results.map { try tracer.resolve($0, scope) }[...]
    return HostExpansion(graph: tracer.core.graph, inputs: origins, result: tree.filled(&values), code: tracer.code)
  }
}

extension ExportedTracer {
  /// A name for a tensor of the model in a scope.
  func stateName(_ key: String, in scope: ExportedScope) -> String {
    for (name, value) in scope.values {
      if case .state(key, _) = value { return name }
    }
    let name = "the buffer \(key)"
    scope.values[name] = .state(key: key, kind: .buffer)
    return name
  }
}
