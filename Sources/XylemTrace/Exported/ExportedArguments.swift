internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The arguments of `forward` of a model of torch.export, and the inputs of its graph that they are.
struct ExportedArguments {
  /// An argument, with the inputs of the graph at the leaves of its structure.
  struct Argument {
    let name: String
    let tree: ExportedTree
    let leaves: [ExportedInput]

    /// The number, string or None that it had when the model was exported. Nil for an input.
    var constant: Literal? {
      guard tree == .leaf, case .constant(_, let literal)? = leaves.first else { return nil }
      return literal
    }
  }

  let arguments: [Argument]
  private let graph: ExportedGraph

  /// - Throws: `trace.unsupported` for arguments of another form than PyTorch writes.
  init(_ program: ExportedProgram) throws(XylemError) {
    graph = program.graph
    var leaves: [ExportedInput] = []
    for input in program.inputs {
      switch input {
      case .user, .constant: leaves.append(input)
      case .parameter, .buffer, .tensor, .other: continue
      }
    }
    guard let signature = program.signature, let parts = signature.inputTree.arguments,
      signature.inputTree.leafCount == leaves.count
    else {
      throw ExportedTraceErrors.unsupported("the model's inputs don't have the structure that it declares", at: .init())
    }
    var rest = leaves[...]
    var arguments: [Argument] = []
    func add(_ name: String, _ tree: ExportedTree) {
      let count = tree.leafCount
      arguments.append(Argument(name: name, tree: tree, leaves: Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    for (position, tree) in parts.positional.enumerated() {
      let names = signature.argumentNames
      add(names.indices.contains(position) ? names[position] : "input_\(position)", tree)
    }
    for (name, tree) in parts.named { add(name, tree) }
    self.arguments = arguments
    guard Set(arguments.map(\.name)).count == arguments.count else {
      throw ExportedTraceErrors.unsupported("two arguments of the model have one name", at: .init())
    }
  }

  /// The arguments as the model declares them. Constants are fixed.
  var declared: [ForwardArgument] {
    arguments.map { argument in
      if let constant = argument.constant {
        return ForwardArgument(
          name: argument.name, type: constant.type, defaultValue: .literal(constant), role: .fixed(.literal(constant)))
      }
      return ForwardArgument(name: argument.name, type: type(of: argument), structure: structure(of: argument))
    }
  }

  /// The arguments as a trace with some options treats them.
  ///
  /// - Throws: `trace.unknown-argument`, `trace.argument`; also for a value other than the one that a constant has.
  func taken(_ options: TraceOptions) throws(XylemError) -> [ForwardArgument] {
    let declared = declared
    var taken = try options.taking(declared, assumesDefaults: false)
    for (position, argument) in arguments.enumerated() {
      if let constant = argument.constant {
        if case .fixed(let value) = taken[position].role, value.literal == constant { continue }
        throw ExportedTraceErrors.constant(
          argument.name, constant.description, given: taken[position].constant?.description ?? "an input")
      }
      if let structure = declared[position].structure { taken[position].structure = structure }
    }
    return taken
  }

  private func type(of argument: Argument) -> TypeExpression {
    guard argument.tree == .leaf, case .user(let value)? = argument.leaves.first, let name = value.names.first else {
      return argument.tree.type
    }
    return TypeExpression(parsing: graph.type(of: name))
  }

  /// The structure of a container. Nil for a single value.
  private func structure(of argument: Argument) -> InputStructure? {
    argument.tree == .leaf ? nil : InputStructure(argument.tree)
  }
}

extension InputStructure {
  /// The structure of a call's arguments. Classes of Python are tuples.
  fileprivate init(_ tree: ExportedTree) {
    switch tree {
    case .leaf: self = .value
    case .list(let parts): self = .list(parts.map(InputStructure.init))
    case .tuple(let parts, _), .other(_, let parts): self = .tuple(parts.map(InputStructure.init))
    case .dictionary(let keys, let parts):
      self = .dictionary(zip(keys, parts).map { Entry(key: $0, value: InputStructure($1)) })
    }
  }
}

extension Literal {
  /// The type of the literal.
  fileprivate var type: TypeExpression {
    switch self {
    case .none: .none
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .complex: .complex
    case .string: .string
    case .device: .device
    }
  }
}

extension ExportedTracer {
  /// Records the arguments of `forward`, their parts, and the check of their sizes.
  func bind(_ arguments: ExportedArguments, in scope: ExportedScope) throws {
    var checked: [(node: NodeID, argument: ExportedArguments.Argument)] = []
    for (position, argument) in arguments.arguments.enumerated() {
      let taken = core.arguments[position]
      if let constant = taken.constant {
        bind(argument.leaves.first, .input(constant), scope)
        continue
      }
      let id = core.emitPlaceholder(
        Placeholder(name: argument.name, defaultValue: nil, position: position), type: taken.type.description)
      checked.append((id, argument))
    }
    for (id, argument) in checked {
      var leaves = argument.leaves[...]
      bindParts(argument.tree, of: id, &leaves, scope)
    }
    try emitCheck(checked, scope)
  }

  private func bind(_ input: ExportedInput?, _ value: ExportedValue, _ scope: ExportedScope) {
    switch input {
    case .user(let argument): if let name = argument.names.first { scope.values[name] = value }
    case .constant(let name, let literal): scope.values[name] = .input(.literal(literal))
    default: return
    }
  }

  /// The parts of a container are nodes, which name lists leave out.
  private func bindParts(
    _ tree: ExportedTree, of node: NodeID, _ leaves: inout ArraySlice<ExportedInput>, _ scope: ExportedScope
  ) {
    func part(_ key: NodeInput, _ tree: ExportedTree) {
      if tree == .leaf, case .constant? = leaves.first {
        bind(leaves.popFirst(), .input(.none), scope)
        return
      }
      let type = tree == .leaf ? leaves.first?.valueType(in: scope.graph) ?? "Tensor" : tree.type.description
      let id = core.emitHidden(
        .getItem, named: "getitem", [.node(node), key], in: "", type: type, effects: Effects(aliases: [0]), at: nil)
      bindParts(tree, of: id, &leaves, scope)
    }
    switch tree {
    case .leaf: bind(leaves.popFirst(), .input(.node(node)), scope)
    case .list(let parts), .tuple(let parts, _), .other(_, let parts):
      for (index, inner) in parts.enumerated() { part(.int(index), inner) }
    case .dictionary(let keys, let parts):
      for (key, inner) in zip(keys, parts) { part(.literal(key), inner) }
    }
  }

  /// Records a check of the inputs' sizes, which runs with the graph.
  private func emitCheck(
    _ checked: [(node: NodeID, argument: ExportedArguments.Argument)], _ scope: ExportedScope
  ) throws {
    let constraint = try InputConstraint(checked.map(\.argument), program)
    guard !constraint.isEmpty else { return }
    let id = core.emitHidden(
      .leafFunction(LeafFunction(name: "check", qualifiedName: "check", provider: nil)), named: "check",
      checked.map { .node($0.node) }, in: "", type: "bool", at: nil)
    leaves[id] = HostLeaf(
      call: { values in
        try constraint.check(values)
        return .bool(true)
      }, expand: { _, _ in nil }, isRecordable: { true })
    let message = "the inputs have the sizes for which the model was exported: \(constraint)"
    let guardNode = core.emitHidden(
      .guard(Guard(expected: true, message: message, isOfShapes: true)), named: "_assert", [.node(id)], in: "",
      type: "None", at: nil)
    core.notes.append(TraceNote(kind: .shapeGuard, path: "", node: core.graph[guardNode].name, reason: message))
  }
}

extension ExportedInput {
  /// The type of the input's value.
  fileprivate func valueType(in graph: ExportedGraph) -> String? {
    guard case .user(let argument) = self else { return nil }
    return argument.names.first.map(graph.type(of:))
  }
}
