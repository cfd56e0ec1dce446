internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// The code of the leaves of a model written in Swift, with its effects.
struct HostLinker: Linker {
  private let code: TraceCode
  /// The leaves that are known to consist of operators, as operators.
  private var expansions: [NodeID: HostExpansion] = [:]
  /// Whether leaves that are called directly become operators too, where their code may be run with stand-ins.
  private let expandsAll: Bool

  init(_ code: TraceCode, expandsAll: Bool = false) {
    self.code = code
    self.expandsAll = expandsAll
  }

  /// Adds the effects of nodes, up to a position, to the graph. A trace leaves them open, since finding them needs the
  /// runtime.
  mutating func resolve(_ graph: inout Graph, upTo limit: Int) throws {
    let types = Dictionary(graph.nodes.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
    for var node in Array(graph.nodes).prefix(limit) {
      if let inputs = try code.bound(node) {
        graph.setInputs(of: node.id, to: inputs)
        node = graph[node.id]
      }
      guard node.effects == nil else { continue }
      if let effects = try Self.operatorEffects(node) {
        graph.setEffects(of: node.id, to: effects)
        continue
      }
      guard let leaf = code.leaves[node.id] else { continue }
      var known = try Self.expanded(leaf.expand, node, types)
      if known == nil, expandsAll { known = try Self.expanded(leaf.read, node, types) }
      if var expansion = known {
        var inner = expansion.graph
        for var part in Array(inner.nodes) {
          if let inputs = try expansion.code.bound(part) {
            inner.setInputs(of: part.id, to: inputs)
            part = inner[part.id]
          }
          if part.effects == nil, let effects = try Self.operatorEffects(part) {
            inner.setEffects(of: part.id, to: effects)
          }
        }
        expansion = HostExpansion(
          graph: inner, inputs: expansion.inputs, result: expansion.result, code: expansion.code)
        expansions[node.id] = expansion
        graph.setEffects(of: node.id, to: EffectsOfGraph(expansion, of: node).effects)
      }
    }
  }

  func call(of node: Node) -> LinkedCall? {
    if let expansion = expansions[node.id] { return .operators(expansion) }
    return code.leaves[node.id].map { .host($0) }
  }

  func attribute(_ path: String) throws(XylemError) -> LinkedAttribute {
    guard let tensor = code.tensor(path) else {
      throw XylemError(.extractExecution, "the model has no tensor '\(path)'")
    }
    return .tensor(tensor)
  }

  func constant(_ reference: CodeReference) throws -> Value {
    guard reference.function == TraceCode.constantsFunction, code.constants.indices.contains(reference.statement) else {
      throw XylemError(.extractExecution, "the trace has no constant \(reference.statement)")
    }
    return code.constants[reference.statement]
  }

  func type(named name: String) -> ScriptType? { nil }

  func module(_ path: String) throws(XylemError) -> Value {
    throw ExtractErrors.unaddressable(path, "modules written in Swift are not values")
  }

  /// The operators of a leaf. Nil for a leaf whose code needs more information than stand-ins have. Such a leaf is
  /// called directly, and may have any effect.
  private static func expanded(
    _ expand: ([NodeInput], [NodeID: String]) throws -> HostExpansion?, _ node: Node, _ types: [NodeID: String]
  ) throws -> HostExpansion? {
    do { return try expand(node.inputs, types) } catch let error as XylemError where error.isAboutTracing { return nil }
  }

  static func operatorEffects(_ node: Node) throws -> Effects? {
    guard case .operator(let name) = node.operation else { return nil }
    return OperatorFacts.of(try TensorOperator(fullName: name)).effects(of: node.inputs)
  }
}

/// The effects of a leaf written in Swift, according to its operators.
///
/// An archive's leaf is compiled code, whose effects the runtime finds: ``Callable/effects()``. What the reader of
/// behaviours says of either is about one mode's constants, and not conservative enough to run by.
struct EffectsOfGraph {
  private(set) var effects = Effects()

  init(_ expansion: HostExpansion, of node: Node) {
    let graph = expansion.graph
    var classes = StorageClasses(graph)
    // The storage classes of the node's inputs, and the classes that hold a tensor of the model.
    var inputs: [Int: Set<Int>] = [:]
    for (inner, outer) in expansion.inputs {
      for (position, argument) in node.inputs.enumerated() {
        argument.forEachNode { if $0 == outer { inputs[classes.find(inner.rawValue), default: []].insert(position) } }
      }
    }
    var ofModel: Set<Int> = []
    for part in graph.nodes where part.effects?.aliasesModel == true { ofModel.insert(classes.find(part.id.rawValue)) }
    var writes: Set<Int> = []
    for part in graph.nodes {
      let own = part.effects ?? .unknown(inputs: part.inputs.count)
      effects.usesRandomState = effects.usesRandomState || own.usesRandomState
      effects.changesContext = effects.changesContext || own.changesContext
      effects.writesModel = effects.writesModel || own.writesModel
      for position in own.writes where position < part.inputs.count {
        part.inputs[position].forEachNode {
          let place = classes.find($0.rawValue)
          writes.formUnion(inputs[place] ?? [])
          if ofModel.contains(place) { effects.writesModel = true }
        }
      }
    }
    var aliases: Set<Int> = []
    expansion.result.forEachNode {
      let place = classes.find($0.rawValue)
      aliases.formUnion(inputs[place] ?? [])
      if ofModel.contains(place) { effects.aliasesModel = true }
    }
    effects.writes = writes.sorted()
    effects.aliases = aliases.sorted()
  }
}
