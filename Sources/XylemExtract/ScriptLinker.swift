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

  /// The code of nodes that are no part of the archive.
  private let replacements: [NodeID: HostLeaf]

  init(model: ScriptModel, mode: Mode, replacements: [NodeID: HostLeaf]) {
    self.model = model
    self.mode = mode
    self.replacements = replacements
  }

  /// Compiles the opaque nodes of a graph up to a position, and adds their effects to it.
  mutating func resolve(_ graph: inout Graph, upTo limit: Int) throws {
    for node in Array(graph.nodes).prefix(limit) {
      guard replacements[node.id] == nil, let callable = try callable(of: node) else { continue }
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
    if let code = replacements[node.id] { return .host(code) }
    guard let callable = callables[node.id] else { return nil }
    let types = try model.argumentTypes(of: node)
    guard case .leafModule(let leaf) = node.operation else {
      return .compiled(callable, receiver: nil, types: types)
    }
    return model.module(at: leaf.path).map {
      .compiled(callable, receiver: .object($0.object.object), types: types)
    }
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
    node.operation.provider?.replaces == true ? nil : try model.callable(of: node, in: mode)
  }

  private func missing(_ what: String) -> XylemError { XylemError(.extractExecution, what) }
}
