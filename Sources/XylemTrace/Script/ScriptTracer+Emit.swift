internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptTracer {
  /// Adds a node in the module whose code runs.
  ///
  /// - Parameter other: the base of the name under the other naming, where it differs.
  @discardableResult
  func emit(
    _ operation: Operation, named base: String, other: (base: String?, isHidden: Bool) = (nil, false),
    _ inputs: [NodeInput], type: String, effects: Effects? = Effects.none, rule: String? = nil,
    listing: TraceCore.Listing = .inputs
  ) -> NodeID {
    core.emit(
      operation, named: base, inputs, in: currentModule.path,
      other: (other.base, currentModule.otherPath, other.isHidden), type: type, effects: effects, rule: rule,
      listing: listing, at: currentLocation)
  }

  /// The base of a name under this trace's naming, and under the other one if they are compared.
  func bases(_ base: (Naming) -> String) -> (own: String, other: String?) {
    (base(options.naming), options.comparesNamings ? base(options.naming.other) : nil)
  }

  /// One element of a container that is known only at run time.
  func emitGetItem(_ container: NodeInput, _ index: NodeInput, type: String) -> TracedValue {
    .symbol(emit(.getItem, named: "getitem", [container, index], type: type, effects: Effects(aliases: [0])))
  }

  /// `container[index]` for lists, tuples and dictionaries.
  func item(
    _ index: TracedValue, of container: TracedValue, _ statement: ScriptCode.Statement, _ frame: CallFrame
  ) throws -> TracedValue {
    switch (container, index) {
    case (.tuple(let tuple), .literal(.int(let position))):
      return try element(position, of: tuple.elements)
    case (.list(let list), .literal(.int(let position))) where list.symbol == nil:
      return try element(position, of: list.elements)
    case (.dictionary(let dictionary), _) where dictionary.symbol == nil && index.literalKey != nil:
      guard let found = dictionary.index(of: index) else {
        throw raised("KeyError: \(index.literal?.description ?? describe(index))")
      }
      return dictionary.entries[found].value
    default:
      if container.nestsContainers { try share(container, as: frame.code.types[frame.code.input(0, of: statement)]) }
      return emitGetItem(
        try argument(from: container), try argument(from: index),
        type: typeName(statement.outputs.lowerBound, frame.code))
    }
  }

  private func element(_ position: Int, of elements: [TracedValue]) throws -> TracedValue {
    let index = position < 0 ? position + elements.count : position
    guard elements.indices.contains(index) else {
      throw raised("IndexError: list index out of range")
    }
    return elements[index]
  }

  /// The path that names a module and its operations: the first path, if it has several.
  func namingPath(of module: ScriptModule) -> String { model.twins.first(module.path) }

  /// The rule that makes a module a leaf, by its type or any of its paths. Nil for one that is traced through.
  func leafRule(for module: ScriptModule) -> LeafPolicy.Rule? {
    policy.rule(forModule: module.type, at: module.path)
      ?? policy.rule(forModule: module.type, at: namingPath(of: module))
  }

  /// A node that calls a module that is not traced through.
  ///
  /// - Parameter rule: nil for a module that became a leaf because it can't be traced.
  func emitLeafModule(
    _ module: ScriptModule, function: ScriptFunction, method: String, arguments: [TracedValue], rule: LeafPolicy.Rule?,
    type: String = "Tensor"
  ) throws -> TracedValue {
    try shareContainers(arguments, with: function, receiver: module, provider: rule?.provider)
    let inputs = try arguments.map(argument(from:))
    let id = core.emitLeafModule(
      LeafModule(path: module.path, type: module.type, method: method, provider: rule?.provider), inputs,
      namedAt: namingPath(of: module), type: type, effects: rule?.effects(inputs: inputs.count, in: options.mode),
      rule: rule?.description ?? "automatic", at: currentLocation)
    return .symbol(id)
  }

  /// A node that calls a method other than `forward` of a module that is not traced through, named after the method.
  func emitLeafMethod(
    of module: ScriptModule, _ function: ScriptFunction, named method: String, _ arguments: [TracedValue], rule: String,
    type: String
  ) throws -> TracedValue {
    try shareContainers(arguments, with: function, receiver: module, provider: nil)
    let id = emit(
      .leafModule(LeafModule(path: module.path, type: module.type, method: method)), named: method,
      try arguments.map(argument(from:)), type: type, effects: nil, rule: rule)
    if core.graph[id].isFeature {
      core.recordCall(path: namingPath(of: module), type: module.type, result: .node(id), isLeaf: true)
    }
    return .symbol(id)
  }
}
