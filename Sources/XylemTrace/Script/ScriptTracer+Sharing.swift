internal import Synchronization
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Lists and dictionaries that both traced and untraced code hold.
///
/// The tracer holds the containers of the code that it runs, and passes copies of their contents to nodes. That is
/// enough as long as no other code changes, returns or keeps a container. Otherwise the container becomes a value of
/// the graph: a node creates it, all code gets that object, and later readers read its contents at run time.
extension ScriptTracer {
  /// Shares the containers of arguments with an untraced function, if its code may change, return or keep them.
  ///
  /// - Parameter receiver: the module whose method it is, which precedes the arguments; nil for a function.
  /// - Throws: `trace.unsupported` for a container of unknown type, and if a plugin would have to change one.
  func shareContainers(
    _ arguments: [TracedValue], with function: ScriptFunction, receiver: ScriptModule?, provider: LeafProvider?
  ) throws {
    guard arguments.contains(where: \.holdsContainers) else { return }
    let shift = receiver == nil ? 0 : 1
    let use = model.containerUse(of: function)
    let types = try function.schema().arguments.map(\.type)
    for (position, argument) in arguments.enumerated() where argument.holdsContainers {
      guard use.shared.contains(position + shift) else { continue }
      if let provider, provider.replaces {
        guard !use.changed.contains(position + shift) else { throw TraceErrors.replacesWriter(provider, at: place) }
        continue
      }
      guard types.indices.contains(position + shift) else { continue }
      try share(argument, as: types[position + shift])
    }
  }

  /// Turns the lists and dictionaries in a value into objects of the runtime, which the graph passes by reference.
  ///
  /// - Parameter type: the value's declared type, which decides what an empty container may hold.
  func share(_ value: TracedValue, as type: ScriptType) throws {
    let type = type.container(for: value)
    switch value {
    case .list(let list) where list.symbol == nil:
      try willChange(origin: list.origin)
      guard type.kind == .list, let element = type.contained.first else {
        throw TraceErrors.openType(describe(value), at: place)
      }
      for item in list.elements { try share(item, as: element) }
      list.symbol = emitContainer(try argument(from: value), "aten::copy.t", type)
    case .dictionary(let dictionary) where dictionary.symbol == nil:
      try willChange(origin: dictionary.origin)
      guard type.kind == .dictionary, type.contained.count == 2, let copy = Self.copies[type.contained[0].name] else {
        throw TraceErrors.openType(describe(value), at: place)
      }
      for entry in dictionary.entries { try share(entry.value, as: type.contained[1]) }
      dictionary.symbol = emitContainer(try argument(from: value), copy, type)
    case .tuple(let tuple) where value.holdsContainers:
      guard type.kind == .tuple, type.contained.count == tuple.elements.count else {
        throw TraceErrors.openType(describe(value), at: place)
      }
      for (element, inner) in zip(tuple.elements, type.contained) { try share(element, as: inner) }
    case .future(let inner): try share(inner, as: type)
    default: break
    }
  }

  /// A copy of a container's contents as one object. Its type is the node's: the elements alone don't determine it.
  private func emitContainer(_ contents: NodeInput, _ copy: String, _ type: ScriptType) -> NodeID {
    core.emitHidden(
      .operator(name: copy), named: "container", [contents], in: currentModule.path, type: type.name,
      effects: Effects(aliases: [0]), at: currentLocation)
  }

  /// The operator that copies a dictionary, by the type of its keys.
  private static let copies = [
    "str": "aten::copy.Dict_str", "int": "aten::copy.Dict_int", "bool": "aten::copy.Dict_bool",
    "float": "aten::copy.Dict_float", "complex": "aten::copy.Dict_complex", "Tensor": "aten::copy.Dict_Tensor",
  ]
}

extension ScriptType {
  /// The type of a value that is not None.
  var withoutOptional: ScriptType { kind == .optional ? contained.first ?? self : self }

  /// The type of a container with this type, which may allow other values too: `Union[Tensor, List[Tensor]]`.
  fileprivate func container(for value: TracedValue) -> ScriptType {
    let type = withoutOptional
    let wanted: Kind
    switch value {
    case .list: wanted = .list
    case .dictionary: wanted = .dictionary
    case .tuple: wanted = .tuple
    default: return type
    }
    guard type.kind == .other else { return type }
    let fitting = type.contained.filter { $0.kind == wanted }
    return fitting.count == 1 ? fitting[0] : type
  }
}

extension ScriptModel {
  /// The arguments with containers that a function may change, return or keep, and those of which it may change a
  /// container or a tensor in one. All of them if nothing is known about the function. Computed once.
  func containerUse(of function: ScriptFunction) -> (shared: [Int], changed: [Int]) {
    if let known = containerUses.withLock({ $0[function] }) { return known }
    let count = (try? function.schema().arguments.count) ?? 0
    var use = (shared: Array(0..<count), changed: Array(0..<count))
    if let callable = try? Callable(function, known: Array(repeating: nil, count: count), modes: []),
      let effects = try? callable.effects(), let shared = try? callable.sharedContainers()
    {
      use = (shared, effects.writes)
    }
    containerUses.withLock { $0[function] = use }
    return use
  }
}
