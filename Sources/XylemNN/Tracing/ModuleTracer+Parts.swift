internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

extension ModuleTracer {
  /// The type of a part's results.
  private static let resultType = "Dict[str, Tensor]"

  /// Traces through a part of another model, or calls it as a leaf if a rule says so or if it has no graph.
  ///
  /// - Returns: the dictionary of the part's results.
  func callPart(_ module: PartModule, _ values: [Value], at site: CallSite) throws -> Value {
    self.site = site
    guard let entry = model.tree.entry(of: module) else {
      throw ModuleErrors.foreignModule(entryType(module), at: place(site))
    }
    let body: ([Value]) throws -> Value = { try module.forward($0) }
    let rule = options.policy.rule(forModule: entry.type, at: entry.path)
    if let rule { core.usedRules.insert(rule) }
    if rule == nil, module.swiftModel != nil {
      let result = try traced(entry, values, leafType: Self.resultType, at: site, body: body) { try body(values) }
      return try parts(of: result, module)
    }
    let result = try callLeaf(entry, values, type: Self.resultType, rule: rule, at: site, body)
    if rule == nil {
      core.notes.append(
        TraceNote(
          kind: .automaticLeaf, path: entry.path, type: entry.type, node: core.graph.nodes.last?.name,
          reason: "it runs a part of an archive, whose operations are not those of a model written in Swift",
          location: location(site),
          hiddenModules: model.modulePaths(below: entry.path).filter { $0 != entry.path }))
    }
    return try parts(of: result, module)
  }

  private func entryType(_ module: Module) -> String { Swift.type(of: module).typeName }

  /// A leaf's result as a dictionary, whose values are nodes.
  private func parts(of value: Value, _ module: PartModule) throws -> Value {
    guard case .standIn = value else { return value }
    var entries: [(key: Value, value: Value)] = []
    for (key, type) in try module.part.results(in: module.modes) {
      entries.append((.string(key), try value.part(key, as: type)))
    }
    let result = Value.dictionary(entries)
    core.graph.setResultOfLastCall(to: try argument(from: result))
    return result
  }

  /// Records the nodes of a part's graph, named as in its own model, below the part's path.
  func replay(_ graph: PartGraph, of module: PartModule) throws -> Value {
    guard let entry = model.tree.entry(of: module), let code = graph.trace.code else {
      throw ModuleErrors.foreignModule(entryType(module), at: place())
    }
    var replay = PartReplay(self, graph, code, below: entry)
    return try replay.result()
  }
}

/// Records the nodes of a part of a model in the trace of the model that holds the part.
///
/// A leaf of the part is a leaf again if a rule of the trace makes it one, or if it could not be traced. Otherwise its
/// code is traced. Names are counted over the whole model, so they do not depend on what the part needs.
private struct PartReplay {
  private let tracer: ModuleTracer
  private let part: PartGraph
  private let code: TraceCode
  private let root: ModuleTree.Entry
  /// What the part's nodes are in the trace.
  private var known: [NodeID: NodeInput] = [:]
  /// The copies of results that later nodes overwrite.
  private var copies: [Int: NodeInput] = [:]

  init(_ tracer: ModuleTracer, _ part: PartGraph, _ code: TraceCode, below root: ModuleTree.Entry) {
    (self.tracer, self.part, self.code, self.root) = (tracer, part, code, root)
  }

  mutating func result() throws -> Value {
    let whole = part.trace.graph
    let order = Dictionary(uniqueKeysWithValues: whole.nodes.enumerated().map { ($1.id, $0) })
    let copied = copyPositions(order)
    var returns: [NodeID: [ModuleCall]] = [:]
    for call in whole.calls where !call.isLeaf && !call.path.isEmpty {
      if let moment = call.returnedAfter { returns[moment, default: []].append(call) }
    }
    let replaced = Dictionary(uniqueKeysWithValues: replacements().map { ($0.value, $0) })
    let starts = Dictionary(replaced.values.map { ($0.start, $0.value) }, uniquingKeysWith: { first, _ in first })
    var moments: [NodeID: NodeID] = [:]
    for (position, node) in whole.nodes.enumerated() {
      if let value = starts[node.id] { moments[value] = tracer.core.graph.nodes.last?.id }
      if part.graph.contains(node.id) { try record(part.graph[node.id]) } else { skip(node) }
      if let replacement = replaced[node.id], let moment = moments[node.id] { substitute(replacement, after: moment) }
      for index in copied[position] ?? [] { copies[index] = copy(part.results[index].value) }
      for call in returns[node.id] ?? [] { recordReturn(of: call) }
    }
    var entries: [(key: Value, value: Value)] = []
    for (index, result) in part.results.enumerated() {
      var value = value(of: try copies[index] ?? mapped(result.value))
      for step in result.steps {
        switch step {
        case .index(let index): value = try value.part(index, as: "Any")
        case .key(let key): value = try value.part(key, as: "Any")
        }
      }
      entries.append((.string(result.key), value))
    }
    return .dictionary(entries)
  }

  // MARK: - Replaced values

  /// A value that the extractor replaces.
  private struct Replacement {
    let original: NodeID
    /// The first node that computes the other value.
    let start: NodeID
    let value: NodeID
  }

  private func replacements() -> [Replacement] {
    let whole = part.trace.graph
    let nodes = Array(whole.nodes)
    return (part.trace.replacedNodes ?? []).compactMap { value in
      guard let end = nodes.firstIndex(where: { $0.id == value }),
        let original = whole.node(named: nodes[end].name + Graph.originalSuffix)
      else { return nil }
      var start = end
      while start > 0, nodes[start - 1].id != original.id, nodes[start - 1].name.hasPrefix(nodes[end].name + "'") {
        start -= 1
      }
      return Replacement(original: original.id, start: nodes[start].id, value: value)
    }
  }

  /// Gives the value that replaces another its name, and has module calls return it, as in the extractor.
  private mutating func substitute(_ replacement: Replacement, after moment: NodeID) {
    guard case .node(let original)? = known[replacement.original], case .node(let value)? = known[replacement.value]
    else { return }
    // Nothing runs after it yet.
    tracer.core.graph.substitute(original, by: value, after: moment, except: Set(tracer.core.graph.nodes.map(\.id)))
  }

  private func isReplacement(_ node: Node) -> Bool { part.trace.replacedNodes?.contains(node.id) == true }

  /// Whether a node has a name of the model: of a value that is replaced, the original, until the other has it.
  private func isNamed(_ node: Node) -> Bool {
    node.isListed ? !isReplacement(node) : node.name.hasSuffix(Graph.originalSuffix)
  }

  // MARK: - Nodes

  private mutating func record(_ node: Node) throws {
    switch node.operation {
    case .output: return
    case .placeholder:
      guard let value = part.inputs[node.id] else { return }
      known[node.id] = try tracer.argument(from: value)
    case .attribute(let path):
      guard let tensor = code.tensor(path), let own = tracer.model.tree.tensorPaths[tensor.identity] else {
        throw ModuleErrors.foreignParameter(at: tracer.place())
      }
      known[node.id] = .node(
        tracer.core.attributeNode(
          path: own.path, isParameter: own.isParameter, readBy: self.path(of: node), type: node.type, at: node.location)
      )
    case .leafModule(let leaf): try recordLeaf(node, leaf)
    case .leafFunction(let function): try recordLeaf(node, function)
    case .operator, .getItem, .getField, .guard: try emit(node, node.operation)
    case .setAttribute, .region:
      throw XylemError(
        .traceUnsupported, "the node '\(node.name)' of an extractor can't be a part of another model's trace",
        at: tracer.place(), remedies: ["options.policy.leaf(path: \"\(root.path)\")  // calls the extractor as a whole"]
      )
    }
  }

  @discardableResult
  private mutating func emit(
    _ node: Node, _ operation: Operation, effects: Effects? = nil, rule: String? = nil
  ) throws -> NodeID {
    let inputs = try node.inputs.map(mapped)
    let (name, place, effects) = (base(of: node), path(of: node), effects ?? node.effects)
    let id =
      isNamed(node)
      ? tracer.core.emit(
        operation, named: name, inputs, in: place, type: node.type, effects: effects, rule: rule ?? node.rule,
        at: node.location)
      : tracer.core.emitHidden(
        operation, named: name, inputs, in: place, type: node.type, effects: effects, at: node.location)
    known[node.id] = .node(id)
    return id
  }

  /// Counts the name of a node that the part does not need.
  private func skip(_ node: Node) {
    guard isNamed(node) else { return }
    switch node.operation {
    case .placeholder, .output, .attribute: return
    case .leafModule: tracer.core.skipName(ofModule: path(of: node))
    default: tracer.core.skipName(of: base(of: node), in: path(of: node))
    }
  }

  private mutating func recordLeaf(_ node: Node, _ leaf: LeafModule) throws {
    guard let host = code.leaves[node.id] else { return }
    guard let entry = entry(at: leaf.path) else { throw ModuleErrors.foreignModule(leaf.type, at: tracer.place()) }
    let rule = tracer.options.policy.rule(forModule: leaf.type, at: entry.path)
    if let rule { tracer.core.usedRules.insert(rule) }
    guard rule != nil || node.rule == "automatic" else {
      let values = try node.inputs.map { value(of: try mapped($0)) }
      let result = try tracer.traced(entry, values, leafType: node.type, at: nil, body: host.call) {
        try host.call(values)
      }
      known[node.id] = try tracer.argument(from: result)
      return
    }
    let inputs = try node.inputs.map(mapped)
    let id = tracer.core.emitLeafModule(
      LeafModule(path: entry.path, type: leaf.type, method: leaf.method, provider: rule?.provider), inputs,
      type: node.type, effects: rule?.effects(inputs: inputs.count, in: tracer.options.mode),
      rule: rule?.description ?? "automatic", at: node.location)
    tracer.leaves[id] = host
    known[node.id] = .node(id)
  }

  private mutating func recordLeaf(_ node: Node, _ function: LeafFunction) throws {
    guard let host = code.leaves[node.id] else { return }
    let rule = node.isListed ? tracer.options.policy.rule(forFunction: function.name) : nil
    if let rule { tracer.core.usedRules.insert(rule) }
    guard rule != nil || !node.isListed || node.rule == "automatic" || isReplacement(node) else {
      let values = try node.inputs.map { value(of: try mapped($0)) }
      tracer.frames.append(
        ModuleTracer.Frame(entry: entry(at: node.modulePath) ?? root, path: path(of: node)))
      defer { tracer.frames.removeLast() }
      known[node.id] = try tracer.argument(from: host.call(values))
      return
    }
    var own = function
    own.provider = rule?.provider ?? (isReplacement(node) ? function.provider : nil)
    own.modulePath = function.modulePath.map { root.path(of: $0) }
    let id = try emit(
      node, .leafFunction(own),
      effects: rule?.effects(inputs: node.inputs.count, in: tracer.options.mode)
        ?? (isReplacement(node) ? node.effects : nil),
      rule: rule?.description)
    tracer.leaves[id] = host
  }

  private func recordReturn(of call: ModuleCall) {
    var isKnown = true
    call.result.forEachNode { isKnown = isKnown && known[$0] != nil }
    guard isKnown, let result = try? mapped(call.result), let entry = entry(at: call.path) else { return }
    tracer.core.recordCall(path: entry.path, type: call.type, result: result, isLeaf: false)
  }

  // MARK: - Copies

  /// For each position, the results that are copied there because later nodes may overwrite them.
  private func copyPositions(_ order: [NodeID: Int]) -> [Int: [Int]] {
    var found: [Int: [Int]] = [:]
    for (index, result) in part.results.enumerated() where result.isOverwritten {
      var position = result.moment.flatMap { order[$0] } ?? 0
      result.value.forEachNode { position = max(position, order[$0] ?? 0) }
      found[position, default: []].append(index)
    }
    return found
  }

  private func copy(_ argument: NodeInput) -> NodeInput {
    argument.mapNodes { id in
      guard case .node(let own)? = known[id], tracer.core.graph[own].type == "Tensor" else { return known[id] ?? .none }
      return .node(
        tracer.core.emit(
          .operator(name: "aten::clone"), named: "clone", [.node(own), .none], in: root.path, type: "Tensor",
          effects: nil, at: part.graph.contains(id) ? part.graph[id].location : nil))
    }
  }

  // MARK: - Paths and values

  private func entry(at path: String) -> ModuleTree.Entry? {
    path.isEmpty ? root : tracer.model.tree.entry(at: root.path(of: path))
  }

  private func path(of node: Node) -> String {
    entry(at: node.modulePath)?.path ?? (node.modulePath.isEmpty ? root.path : root.path(of: node.modulePath))
  }

  /// The name of a node's operation, without its module and its number.
  private func base(of node: Node) -> String {
    let whole = part.trace.graph
    let isOriginal = !node.isListed && node.name.hasSuffix(Graph.originalSuffix)
    let fullName = isOriginal ? node.name.dropLast(Graph.originalSuffix.count) : node.name[...]
    var name = fullName
    if !node.modulePath.isEmpty, name.hasPrefix(node.modulePath + ".") {
      name = name.dropFirst(node.modulePath.count + 1)
    }
    if let hidden = name.lastIndex(of: "'"), !node.isListed, !isOriginal { return String(name[..<hidden]) }
    guard let cut = name.lastIndex(of: "_"), Int(name[name.index(after: cut)...]) != nil else { return String(name) }
    let first = fullName.dropLast(name.distance(from: cut, to: name.endIndex))
    let isNumbered = whole.node(named: String(first)) != nil || entry(at: String(first)) != nil
    return isNumbered ? String(name[..<cut]) : String(name)
  }

  private func mapped(_ argument: NodeInput) throws -> NodeInput {
    switch argument {
    case .node(let id):
      guard let own = known[id] else {
        throw XylemError(
          .traceUnsupported, "a value of an extractor is needed that its graph does not have", at: tracer.place())
      }
      return own
    case .list(let elements): return .list(try elements.map(mapped))
    case .tuple(let elements, let names): return .tuple(try elements.map(mapped), names: names)
    case .dictionary(let entries):
      return .dictionary(try entries.map { .init(key: try mapped($0.key), value: try mapped($0.value)) })
    case .constant(let reference):
      guard code.constants.indices.contains(reference.statement) else { return argument }
      return try tracer.argument(from: code.constants[reference.statement])
    case .literal, .module: return argument
    }
  }

  private func value(of argument: NodeInput) -> Value {
    switch argument {
    case .node(let id): return tracer.standIn(id, type: tracer.core.graph[id].type)
    case .list(let elements): return .list(elements.map(value))
    case .tuple(let elements, let names): return .tuple(elements.map(value), names: names ?? [])
    case .dictionary(let entries): return .dictionary(entries.map { (value(of: $0.key), value(of: $0.value)) })
    case .constant(let reference) where tracer.constants.values.indices.contains(reference.statement):
      return tracer.constants.values[reference.statement]
    default: return Value(literal: argument)
    }
  }
}
