internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// What the known shapes of the inputs decide.
extension ScriptTracer {
  /// Runs `body`, and then restores what running nodes changed in the model.
  func withKnownShapes<Result>(_ body: () throws -> Result) throws -> Result {
    let result: Result
    do { result = try body() } catch {
      try core.shapes?.finish()
      throw error
    }
    try core.shapes?.finish()
    return result
  }

  /// A value as a literal, if the known shapes of the inputs decide it, with a guard in the graph. Otherwise the value
  /// itself.
  ///
  /// - Throws: `trace.shape` if the model fails on inputs of these shapes.
  func decided(_ value: TracedValue) throws -> TracedValue {
    guard case .symbol(let id) = value, core.shapes != nil,
      let literal = try core.decide(id, in: currentModule.path, at: currentLocation)
    else { return value }
    return .literal(literal)
  }

  /// Adds an entry to a dictionary of the model in the trace alone, if it is a cache: its value is computed from nothing
  /// but the model's tensors. Each call then computes it, and the model's dictionary stays as it is.
  ///
  /// - Returns: false for any other entry, which is state of the model.
  func fold(
    _ value: TracedValue, at key: TracedValue, into dictionary: TracedDictionary, isNew: Bool
  ) throws -> Bool {
    guard isNew, core.shapes != nil, let origin = dictionary.origin, case .symbol(let node) = value,
      core.graph.isOfModelAlone(node)
    else { return false }
    try spend(elements: 2)
    dictionary.entries.append((key, value))
    foldedEntries.append((dictionary, key))
    core.notes.append(
      TraceNote(
        kind: .foldedCache, path: currentModule.path, type: currentModule.module.type, node: core.graph[node].name,
        reason: "the cache \(origin) is not written: each call computes its entry \(key.literal?.description ?? "")",
        location: currentLocation))
    return true
  }

  /// Whether the known shapes of the inputs decide all values that depend on the input.
  func areKnown(_ values: [TracedValue]) throws -> Bool {
    guard core.shapes != nil else { return false }
    for case .symbol(let id) in values where try core.knownValue(of: id) == nil { return false }
    return true
  }

  /// Whether the shapes of the inputs would decide a value, and are not known.
  func wouldBeDecidedByShapes(_ value: TracedValue) -> Bool {
    guard case .symbol(let id) = value else { return false }
    return core.shapes == nil && core.graph.isOfShapes(id)
  }
}

extension ScriptTracer: NodeCode {
  func call(_ node: Node, _ arguments: [Value]) throws -> Value? {
    if let plugin = try plugins.code(of: node) { return try plugin(arguments) }
    if case .region = node.operation { return nil }
    guard let callable = try model.callable(of: node, in: options.mode) else { return nil }
    var values = arguments
    var types = try model.argumentTypes(of: node).map { Optional($0) }
    if case .leafModule(let leaf) = node.operation, let module = model.module(at: leaf.path) {
      values.insert(.object(module.object.object), at: 0)
      types.insert(Optional<ScriptType>.none, at: 0)
    }
    let results = try callable(values, types: types)
    return results.count == 1 ? results[0] : .tuple(results, names: [])
  }

  func attribute(at path: String) -> Value? {
    let parts = path.split(separator: ".").map(String.init)
    guard let name = parts.last, let owner = model.root.submodule(Array(parts.dropLast())) else { return nil }
    return owner.object.attribute(name)
  }

  func constant(_ reference: CodeReference) throws -> Value { try model.constant(at: reference) }

  func module(_ path: String) -> Value? { model.module(at: path).map { .object($0.object.object) } }
}
