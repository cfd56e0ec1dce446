internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Writes the operators of a model of torch.export as a trace: names as those of the model's other forms, modules that
/// are leaves as one node each.
///
/// Nothing runs, and the tensor runtime is not loaded. The order of operators' arguments and their effects are added
/// when the trace is planned: see ``TraceCode/bound(_:)``.
final class ExportedTracer {
  let model: ExportedModel
  let program: ExportedProgram
  let options: TraceOptions
  var core: TraceCore
  /// The code of leaves and regions, by the nodes that call them.
  var leaves: [NodeID: HostLeaf] = [:]
  /// The names of arguments that were passed by name, by the operators' nodes: for each input, or nil for its position.
  var keywords: [NodeID: [String?]] = [:]
  /// The modules whose code runs, outermost first, without the root.
  var frames: [OpenFrame] = []
  /// Nodes of constants of the model's code, by their keys.
  var constantNodes: [String: NodeID] = [:]
  /// The values that modules were called with and returned, by the calls.
  let signatures: [String: ExportedCall.Signature]
  /// Calls of modules that run no operator, by the value that each returns unchanged.
  var silentCalls: [String: [ExportedCall]] = [:]
  /// The values that tensors of the model have at the end, by the names of the values.
  var finalState: [String: [String]] = [:]
  /// The number of operators that ran in each call of a module, in the whole model.
  private(set) lazy var operatorCounts = program.graph.operatorCounts
  /// The graph's inputs that are tensors of the model, by the tensors' keys.
  private(set) var stateNames: [String: [String]] = [:]
  /// Whether a module's result was found without its signature.
  var infersResults = false
  /// Whether the operators of a leaf are traced, and not a model.
  let isWithinLeaf: Bool
  private var budget: TraceBudget

  /// A module whose code runs.
  struct OpenFrame {
    let frame: ExportedNode.Frame
    let scope: ExportedScope
    /// The position of its first operator.
    let start: Int
  }

  init(_ model: ExportedModel, _ program: ExportedProgram, _ options: TraceOptions, isWithinLeaf: Bool = false) {
    (self.model, self.program, self.options, self.isWithinLeaf) = (model, program, options, isWithinLeaf)
    core = TraceCore(options: options, modulePaths: model.modules.all)
    budget = TraceBudget(options)
    signatures = Dictionary(
      program.calls.compactMap { call in call.signature.map { (call.call, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  func trace() throws -> Trace {
    let arguments = try ExportedArguments(program)
    core.arguments = try arguments.taken(options)
    let scope = ExportedScope(program.graph, returned: program.outputs.flatMap(\.returnedNames))
    try bindState(in: scope)
    try bind(arguments, in: scope)
    for output in program.outputs {
      if case .state(let name, let key) = output { finalState[name, default: []].append(key) }
    }
    findSilentCalls()
    for name in scope.values.keys.sorted() { emitSilentCalls(returning: name, scope) }
    let rootType = model.modules.rootType
    if let rule = options.policy.rule(forModule: rootType, at: "") {
      let root = ExportedNode.Frame(call: "", path: "", type: rootType)
      try emitLeaf(root, 0..<program.graph.nodes.count, rule, scope)
    } else {
      try run(scope)
    }
    closeFrames(to: 0)
    try storeState(scope)
    core.emitOutput(try result(scope), rootType: rootType)
    noteInferredResults()
    var trace = core.finish(pinned: [])
    trace.code = code
    trace.options = options
    return trace
  }

  /// The code of the nodes.
  var code: TraceCode {
    let state = model.state
    return TraceCode(leaves: leaves, constants: [], pinned: [:], keywords: keywords) { state.tensor($0) }
  }

  /// The structure that `forward` returns.
  private func result(_ scope: ExportedScope) throws -> NodeInput {
    var values: [NodeInput] = []
    for output in program.outputs {
      switch output {
      case .user(let argument): values.append(try resolve(argument, scope))
      case .state, .input: continue
      case .other(let what): throw ExportedTraceErrors.unsupported("the model returns \(what)", at: place)
      }
    }
    guard let tree = program.signature?.outputTree, tree.leafCount == values.count else {
      throw ExportedTraceErrors.unsupported("the model's results don't have the structure that it declares", at: place)
    }
    var rest = values[...]
    return tree.filled(&rest)
  }

  // MARK: - Operators in order

  /// Traces the operators of a graph.
  func run(_ scope: ExportedScope, _ range: Range<Int>? = nil) throws {
    let range = range ?? 0..<scope.graph.nodes.count
    scope.position = range.lowerBound
    while scope.position < range.upperBound {
      try spend()
      let start = scope.position
      let node = scope.graph.nodes[start]
      location = node.location
      if let frames = node.place, let leaf = enter(frames, scope) {
        try emitLeaf(leaf.frame, start..<leaf.end, leaf.rule, scope)
        scope.position = leaf.end
      } else if let end = try emitCall(of: node, scope) {
        scope.position = end
      } else {
        try emit(node, scope)
        scope.position = start + 1
      }
      for name in scope.computed(in: start..<scope.position) { emitSilentCalls(returning: name, scope) }
    }
  }

  private func spend() throws {
    do throws(TraceBudget.Excess) { try budget.spendStatement(nodes: core.graph.count) } catch {
      throw TraceErrors.limit(error, at: place)
    }
  }

  // MARK: - Values

  /// A value or a constant as an input of a node.
  func resolve(_ argument: ExportedArgument, _ scope: ExportedScope) throws -> NodeInput {
    switch argument {
    case .literal(let literal): return .literal(literal)
    case .value(let name): return try resolve(name, scope)
    case .list(let elements): return .list(try elements.map { try resolve($0, scope) })
    case .dictionary(let entries):
      return .dictionary(try entries.map { .init(key: .string($0.key), value: try resolve($0.value, scope)) })
    case .graph: throw ExportedTraceErrors.unsupported("a graph is passed to an operator", at: place)
    case .other(let what): throw ExportedTraceErrors.unsupported("\(what) is passed to an operator", at: place)
    }
  }

  func resolve(_ name: String, _ scope: ExportedScope) throws -> NodeInput {
    switch scope.values[name] {
    case .input(let input): return input
    case .state(let key, let kind): return .node(stateNode(key, kind))
    case nil:
      throw ExportedTraceErrors.unsupported("the archive reads the value '\(name)' before it is computed", at: place)
    }
  }

  /// The node that reads a tensor of the model.
  private func stateNode(_ key: String, _ kind: ExportedValue.StateKind) -> NodeID {
    guard kind == .constant else {
      return core.attributeNode(
        path: key, isParameter: kind == .parameter, readBy: currentPath, type: "Tensor", at: location)
    }
    if let known = constantNodes[key] { return known }
    // Tensors that are written in the code have no name in other forms of the model.
    let node = core.emitHidden(
      .attribute(path: key), named: key, [], in: currentPath, type: "Tensor", effects: Effects(aliasesModel: true),
      at: location)
    constantNodes[key] = node
    return node
  }

  private func bindState(in scope: ExportedScope) throws {
    for input in program.inputs {
      switch input {
      case .parameter(let name, let key), .buffer(let name, let key, _), .tensor(let name, let key):
        stateNames[key, default: []].append(name)
      case .user, .constant, .other: break
      }
      switch input {
      case .parameter(let name, let key): scope.values[name] = .state(key: key, kind: .parameter)
      case .buffer(let name, let key, _): scope.values[name] = .state(key: key, kind: .buffer)
      case .tensor(let name, let key): scope.values[name] = .state(key: key, kind: .constant)
      case .user, .constant: continue
      case .other(let what): throw ExportedTraceErrors.unsupported("the model takes \(what)", at: place)
      }
    }
  }

  /// Writes what tensors of the model and inputs have at the end. Archives after `run_decompositions` return those
  /// values.
  private func storeState(_ scope: ExportedScope) throws {
    let parameters = Set(model.state.entries.filter { $0.kind == .parameter }.map(\.key))
    for output in program.outputs {
      switch output {
      case .state(let name, let key):
        guard finalState[name]?.contains(key) == true else { continue }
        let kind: ExportedValue.StateKind = parameters.contains(key) ? .parameter : .buffer
        store(try resolve(name, scope), in: .node(stateNode(key, kind)))
      case .input(let name, let input): store(try resolve(name, scope), in: try resolve(input, scope))
      case .user, .other: continue
      }
    }
  }

  func store(_ value: NodeInput, in target: NodeInput) {
    core.emitHidden(
      .operator(name: "aten::copy_"), named: "copy", [target, value, .bool(false)], in: currentPath, type: "Tensor",
      effects: nil, at: location)
  }

  // MARK: - Places

  /// The path of the module whose code runs.
  var currentPath: String { frames.last?.frame.path ?? "" }

  /// The line of the model's source of the running operator.
  var location: SourceLocation?

  /// The place of the running operator, for errors.
  var place: XylemError.Place {
    XylemError.Place(
      modulePath: currentPath, moduleType: frames.last?.frame.type ?? model.modules.rootType,
      source: location.map(String.init(describing:)))
  }
}

extension ExportedOutput {
  /// The names of values that leave the graph, apart from final values of the model's tensors.
  fileprivate var returnedNames: [String] {
    switch self {
    case .user(let argument): argument.names
    case .input(let name, _): [name]
    case .state, .other: []
    }
  }
}
