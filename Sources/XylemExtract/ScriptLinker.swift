internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// The callables of an archive's leaves and regions, with the effects of their calls.
struct ScriptLinker: Linker {
  /// The callables, by node.
  private var callables: [NodeID: Callable] = [:]
  private let model: ScriptModel
  private let mode: Mode

  init(model: ScriptModel, mode: Mode) {
    self.model = model
    self.mode = mode
  }

  /// Compiles the opaque nodes of a graph up to a position, and adds their effects to it.
  mutating func resolve(_ graph: inout Graph, upTo limit: Int) throws {
    for node in Array(graph.nodes).prefix(limit) {
      guard let callable = try callable(of: node) else { continue }
      callables[node.id] = callable
      var effects = try callable.effects()
      // A method's first argument is the module itself, which is not an input of the node.
      let shift = takesSelf(node) ? 1 : 0
      let inputs: ([Int]) -> [Int] = { $0.map { $0 - shift }.filter { $0 >= 0 && $0 < node.inputs.count } }
      effects.aliasesModel = effects.aliasesModel || effects.aliases.contains { $0 < shift }
      effects.writes = inputs(effects.writes)
      effects.aliases = inputs(effects.aliases)
      effects.keeps = inputs(effects.keeps)
      graph.setEffects(of: node.id, to: effects)
    }
  }

  func call(of node: Node) throws -> LinkedCall? {
    guard let callable = callables[node.id] else { return nil }
    switch node.operation {
    case .leafModule(let leaf):
      guard let module = model.module(at: leaf.path) else { return nil }
      let types = try argumentTypes(of: module.object.method(leaf.method)).dropFirst()
      return .compiled(callable, receiver: .object(module.object.object), types: Array(types))
    case .leafFunction(let leaf):
      let types = try argumentTypes(of: model.archive.function(named: leaf.qualifiedName))
      return .compiled(callable, receiver: nil, types: types)
    case .region(let region):
      return .compiled(callable, receiver: nil, types: try model.captureTypes(of: region))
    default: return nil
    }
  }

  private func argumentTypes(of function: ScriptFunction?) throws -> [ScriptType] {
    try function?.schema().arguments.map(\.type) ?? []
  }

  func attribute(_ path: String) throws(XylemError) -> LinkedAttribute {
    let parts = path.split(separator: ".").map(String.init)
    guard let name = parts.last else { throw missing("an attribute has no name") }
    var current = model.root.object
    for part in parts.dropLast() {
      guard case .object(let next)? = current.attribute(part) else {
        throw missing("the model has no attribute '\(path)'")
      }
      current = model.archive.object(next)
    }
    return .field(current, name)
  }

  func constant(_ reference: CodeReference) throws -> Value { try model.constant(at: reference) }

  func type(named name: String) -> ScriptType? { model.archive.type(named: name) }

  func module(_ path: String) throws(XylemError) -> Value {
    guard let module = model.module(at: path) else {
      throw ExtractErrors.unaddressable(path, "the model has no such module")
    }
    return .object(module.object.object)
  }

  private func takesSelf(_ node: Node) -> Bool {
    if case .leafModule = node.operation { return true }
    return false
  }

  private func callable(of node: Node) throws -> Callable? {
    // A plugin's code replaces it, and the trace has its effects.
    if node.operation.provider?.replaces == true { return nil }
    switch node.operation {
    case .leafModule(let leaf):
      guard let module = model.module(at: leaf.path), let function = module.object.method(leaf.method) else {
        throw ExtractErrors.execution(at: node, missing("the module '\(leaf.path)' has no method '\(leaf.method)'"))
      }
      return try Callable(
        function, known: [module.object] + known(node), flags: flags(node, shift: 1),
        modes: modes([module] + modules(node)))
    case .leafFunction(let leaf):
      guard let function = model.archive.function(named: leaf.qualifiedName) else {
        throw ExtractErrors.execution(at: node, missing("the archive has no function '\(leaf.qualifiedName)'"))
      }
      return try Callable(function, known: known(node), flags: flags(node), modes: modes(modules(node)))
    case .region(let region):
      guard let function = model.archive.function(named: region.code.function) else {
        throw ExtractErrors.execution(at: node, missing("the archive has no function '\(region.code.function)'"))
      }
      let captures = try model.captures(of: region)
      return try Callable(
        function, statement: region.code.statement, captures: captures.set, unset: captures.unset,
        known: known(node), flags: flags(node),
        modes: modes(try choosesModule(node, region) ? [model.root] : modules(node)))
    default: return nil
    }
  }

  /// Whether the region calls a module that is known only at run time. If so, any module's mode may matter.
  private func choosesModule(_ node: Node, _ region: Region) throws -> Bool {
    let types = try model.captureTypes(of: region)
    return zip(node.inputs, types).contains { input, type in
      input.node != nil && (type.kind == .module || type.kind == .interface)
    }
  }

  private func missing(_ what: String) -> XylemError { XylemError(.extractExecution, what) }

  private func known(_ node: Node) -> [ScriptObject?] {
    node.inputs.map { input in
      if case .module(let path) = input { return model.module(at: path)?.object }
      return nil
    }
  }

  private func flags(_ node: Node, shift: Int = 0) -> [Int: Bool] {
    var found: [Int: Bool] = [:]
    for (position, input) in node.inputs.enumerated() {
      if case .literal(.bool(let flag)) = input { found[position + shift] = flag }
    }
    return found
  }

  private func modules(_ node: Node) -> [ScriptModule] {
    node.inputs.compactMap { if case .module(let path) = $0 { model.module(at: path) } else { nil } }
  }

  /// The modes of modules and of those below them.
  private func modes(_ roots: [ScriptModule]) -> [Callable.ModuleMode] {
    var found: [Callable.ModuleMode] = []
    var seen: Set<UInt64> = []
    for root in roots {
      for module in model.modules(below: root) where seen.insert(module.object.identity).inserted {
        guard module.isTraining != nil else { continue }
        found.append(.init(module: module.object, isTraining: model.isTraining(module, in: mode)))
      }
    }
    return found
  }
}
