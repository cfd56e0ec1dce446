package import XylemErrors
package import XylemGraph
internal import XylemScript
package import XylemTensor
package import XylemTrace

/// Turns a trace and requests into a plan.
package struct PlanBuilder {
  package let model: any TracedModel
  package let trace: Trace
  package var graph: Graph
  package var linker: any Linker
  var plugins: PluginLeaves

  package var instructions: [Program.Instruction] = []
  /// The slot of each node's value.
  package var places: [NodeID: Program.Operand] = [:]
  /// For nodes with several results, the slot of each.
  package var parts: [NodeID: [Int]] = [:]
  package var slotCount = 0
  package var origins: [Node] = []
  /// The leaf whose operators are being compiled, if any.
  var enclosing: Node?
  /// The reasons of nodes that run although no value needs them.
  private(set) var reasons: [NodeID: Pruning.Reason] = [:]

  package init(model: any TracedModel, trace: Trace) throws(XylemError) {
    self.model = model
    self.trace = trace
    graph = trace.graph
    linker = try Self.linker(model, trace)
    plugins = PluginLeaves(model, mode: trace.mode)
  }

  mutating func build(_ requests: [ReturnRequest]) throws -> Plan {
    try build(RequestResolver(trace).resolve(requests))
  }

  mutating func build(_ resolved: [ResolvedRequest]) throws -> Plan {
    var requested: [NodeID] = []
    for request in resolved { request.value.forEachNode { requested.append($0) } }
    // Nodes after the last requested position can't matter.
    let wanted = Set(requested + resolved.compactMap(\.moment))
    let all = Array(graph.nodes)
    let last = all.lastIndex { wanted.contains($0.id) }.map { $0 + 1 } ?? 0
    try linker.resolve(&graph, upTo: last)
    graph.remove(Set(all[last...].map(\.id)))
    let reachable = Array(graph.nodes)
    let model = model
    let pruning = Pruning(graph, requested: resolved) { model.pathsElsewhere(below: $0) }
    reasons = pruning.reasons
    let kept = reachable.filter { pruning.needed.contains($0.id) }
    graph.remove(Set(reachable.map(\.id)).subtracting(pruning.needed))

    let placeholders = kept.compactMap { node -> (Node, Placeholder)? in
      if case .placeholder(let placeholder) = node.operation { return (node, placeholder) }
      return nil
    }
    for (node, _) in placeholders { places[node.id] = .slot(newSlot()) }
    let inputCount = slotCount
    // For each node that could have run, the number of instructions up to its end.
    var ends: [NodeID: Int] = [:]
    // For each node that could have run, the last node up to it that does run.
    var moments: [NodeID: NodeID] = [:]
    var latest: NodeID?
    for node in reachable {
      if pruning.needed.contains(node.id) {
        try compile(node)
        latest = node.id
      }
      ends[node.id] = instructions.count
      moments[node.id] = latest
    }
    let (protected, positions) = protect(resolved, ends: ends)
    var results: [(operand: Program.Operand, protected: Int?)] = []
    for (index, request) in resolved.enumerated() {
      results.append((try operand(request.value, type: nil), positions[index]))
    }
    free(results.map(\.operand) + protected.map(\.operand))
    let program = try Program(
      instructions, slotCount: slotCount, inputCount: inputCount, protected: protected, results: results)
    return Plan(
      mode: trace.mode, graph: graph, prunedCount: trace.graph.count - 1 - kept.count,
      keys: resolved.map(\.key), nodes: resolved.map(\.node),
      valueNodes: resolved.map { request in
        var nodes: [NodeID] = []
        request.value.forEachNode { nodes.append($0) }
        return nodes
      },
      requests: resolved.map { ReturnRequest($0.exact, as: $0.key) }, resolved: resolved.map { $0.after(moments) },
      arguments: placeholders.map(\.1),
      notes: notes(kept, all: reachable), program: program,
      source: ProgramSource(instructions: instructions, protected: protected, results: results),
      steps: resolved.map(\.steps),
      structures: resolved.map { $0.value.hasNames ? $0.value : nil },
      knownShapes: trace.knownShapes,
      protectedKeys: protected.indices.map { position in
        positions.firstIndex(of: position).map { resolved[$0].key } ?? ""
      },
      overwriters: overwriters(of: resolved, positions), origins: origins)
  }

  /// For each request, the nodes that may overwrite its value, judged by what they write and not by when it is read.
  private func overwriters(of resolved: [ResolvedRequest], _ positions: [Int?]) -> [[String]] {
    var classes = StorageClasses(graph)
    return zip(resolved, positions).map { request, position in
      guard let position else { return [] }
      var own: Set<Int> = []
      request.value.forEachNode { own.insert(classes.find($0.rawValue)) }
      return instructions.filter { $0.mayOverwrite.contains(position) }.compactMap { instruction in
        let node = origins[instruction.origin]
        let effects = node.effects ?? .unknown(inputs: node.inputs.count)
        var hits = effects.writesModel
        for written in effects.writes where written < node.inputs.count {
          node.inputs[written].forEachNode { hits = hits || own.contains(classes.find($0.rawValue)) }
        }
        return hits ? node.name : nil
      }
    }
  }

  package mutating func newSlot() -> Int {
    defer { slotCount += 1 }
    return slotCount
  }

  private func notes(_ kept: [Node], all: [Node]) -> [String] {
    let ids = Set(kept.map(\.id))
    // Random numbers drawn before a seed is set do not affect later ones.
    let start = all.firstIndex { ids.contains($0.id) && $0.setsSeed } ?? 0
    let random = all[start...].filter(\.drawsRandomNumbers)
    guard let pruned = random.first(where: { !ids.contains($0.id) }),
      random.contains(where: { ids.contains($0.id) })
    else { return [] }
    return [
      "random numbers differ from those of the whole model: \(pruned.name) draws some, is not needed and does not run"
    ]
  }

  // MARK: - Nodes

  package mutating func compile(_ node: Node) throws {
    switch node.operation {
    case .placeholder, .output: return
    case .attribute(let path):
      switch try attribute(path, node) {
      case .field(let owner, let name): add(.readAttribute(owner, name), [], node)
      case .tensor(let tensor): places[node.id] = .constant(.tensor(tensor))
      }
    case .setAttribute(let path):
      guard case .field(let owner, let name) = try attribute(path, node) else {
        throw ExtractErrors.execution(at: node, XylemError(.extractExecution, "'\(path)' can't be replaced"))
      }
      add(.writeAttribute(owner, name), [try operand(node.inputs[0], type: nil)], node, results: 0)
    case .operator(let name): try compileOperator(name, node)
    case .getItem: try compileGetItem(node)
    case .getField(let name): add(.field(name), [try operand(node.inputs[0], type: nil)], node)
    case .guard(let assumption):
      add(.check(expected: assumption.expected), [try operand(node.inputs[0], type: nil)], node, results: 0)
    case .leafModule, .leafFunction, .region: try compileCall(node)
    }
  }

  private mutating func compileCall(_ node: Node) throws {
    let plugin = try plugins.code(of: node).map { LinkedCall.host(HostLeaf(call: $0, expand: { _, _ in nil })) }
    switch try plugin ?? linker.call(of: node) {
    case nil: return
    case .compiled(let callable, let receiver, let types):
      var operands = receiver.map { [Program.Operand.constant($0)] } ?? []
      for (position, input) in node.inputs.enumerated() {
        operands.append(try operand(input, type: types.indices.contains(position) ? types[position] : nil))
      }
      guard case .region(let region) = node.operation else {
        return add(.call(callable), operands, node, selfCount: receiver == nil ? 0 : 1)
      }
      add(
        .call(callable), operands, node, results: region.resultCount + region.changedCaptures.count,
        changed: region.changedCaptures)
    case .host(let leaf):
      add(
        .host(HostFunction(isRecordable: leaf.isRecordable(), isSizeCheck: leaf.isSizeCheck, leaf.call)),
        try node.inputs.map { try operand($0, type: nil) }, node)
    case .operators(let expansion): try inline(expansion, node)
    }
  }

  /// Runs the operators of a leaf instead of the leaf. Failures name the leaf.
  private mutating func inline(_ expansion: HostExpansion, _ node: Node) throws {
    var inner = self
    inner.linker = HostLinker(expansion.code)
    inner.graph = expansion.graph
    inner.places = [:]
    inner.parts = [:]
    inner.enclosing = node
    for (placeholder, outer) in expansion.inputs { inner.places[placeholder] = try operand(.node(outer), type: nil) }
    for part in expansion.graph.nodes { try inner.compile(part) }
    let result = try inner.operand(expansion.result, type: nil)
    instructions = inner.instructions
    slotCount = inner.slotCount
    origins = inner.origins
    places[node.id] = result
  }

  private func attribute(_ path: String, _ node: Node) throws(XylemError) -> LinkedAttribute {
    do throws(XylemError) { return try linker.attribute(path) } catch {
      throw ExtractErrors.execution(at: enclosing ?? node, error)
    }
  }

  /// Whether operators may access files, processes and the network.
  private var allowsFileOperators: Bool {
    switch model {
    case let model as ScriptModel: model.archive.allowsFileOperators
    case let model as ExportedModel: model.allowsFileOperators
    default: true
    }
  }

  private mutating func compileOperator(_ name: String, _ node: Node) throws {
    let op = try TensorOperator(fullName: name)
    let schema = op.schema
    // Operators called by compiled Swift code are the program's own responsibility. An archive, or a file's description
    // of it, is restricted.
    if schema.reachesOutside, !allowsFileOperators {
      throw ExtractErrors.fileOperator(name, at: node)
    }
    let operands = try node.inputs.enumerated().map { position, input in
      // The contents of a copied container do not tell what else the container may hold; the node's type does.
      let declared = schema.arguments.indices.contains(position) ? schema.arguments[position].type : nil
      return try operand(
        input, type: schema.name == "aten::copy" ? linker.type(named: node.type) ?? declared : declared)
    }
    add(.callOperator(op), operands, node, results: schema.resultCount)
  }

  /// Adds an instruction for a node. The node's value is the single result, or a tuple of the results.
  package mutating func add(
    _ action: Program.Action, _ operands: [Program.Operand], _ node: Node, results: Int = 1, changed: [Int] = [],
    selfCount: Int = 0
  ) {
    let slots = (0..<results).map { _ in newSlot() }
    origins.append(enclosing ?? node)
    var instruction = Program.Instruction(action, operands, results: slots, origin: origins.count - 1)
    instruction.changed = changed
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    instruction.writes = effects.writes.map { $0 + selfCount }.filter { $0 < operands.count }
    instruction.writesModel = effects.writesModel
    instructions.append(instruction)
    if slots.count == 1 {
      places[node.id] = .slot(slots[0])
    } else {
      parts[node.id] = slots
      places[node.id] = .tuple(slots.map { .slot($0) }, nil)
    }
  }

  // MARK: - Subscripts

  private mutating func compileGetItem(_ node: Node) throws {
    let container = node.inputs[0]
    if case .node(let id) = container, let slots = parts[id], case .literal(.int(let index)) = node.inputs[1] {
      let position = index < 0 ? index + slots.count : index
      if slots.indices.contains(position) {
        places[node.id] = .slot(slots[position])
        return
      }
    }
    let source = try operand(container, type: nil)
    guard case .list(let steps) = node.inputs[1], containerType(container) == .tensor else {
      return try compileElement(of: source, containerType(container), node)
    }
    var current = source
    for (position, step) in steps.enumerated() {
      guard case .tuple(let parts, _) = step, case .literal(.string(let kind))? = parts.first,
        let (name, overload) = Subscripts.step(kind)
      else {
        throw ExtractErrors.execution(at: node, XylemError(.extractExecution, "a subscript has an unknown step"))
      }
      let op = try TensorOperator(name, overload: overload)
      let types = op.schema.arguments.map(\.type)
      var operands = [current]
      for (index, part) in parts.dropFirst().enumerated() {
        operands.append(try operand(part, type: types.indices.contains(index + 1) ? types[index + 1] : nil))
      }
      add(.callOperator(op), operands, node)
      current = places[node.id] ?? current
      if position + 1 < steps.count { continue }
    }
    places[node.id] = current
  }

  private func containerType(_ argument: NodeInput) -> TypeExpression {
    switch argument {
    case .node(let id): (graph.contains(id) ? graph[id] : trace.graph[id]).valueType.unwrapped
    case .list: .list(.any)
    case .dictionary: .dictionary(key: .string, value: .any)
    default: .any
    }
  }

  private mutating func compileElement(
    of source: Program.Operand, _ type: TypeExpression, _ node: Node
  ) throws {
    let overload: String
    switch type {
    case .list: overload = "t"
    case .dictionary(let key, _): overload = "Dict_\(key)"
    default:
      if case .literal(.int(let index)) = node.inputs[1] { return add(.element(index), [source], node) }
      overload = "t"
    }
    let key = try operand(node.inputs[1], type: nil)
    add(.callOperator(try TensorOperator("aten::__getitem__", overload: overload)), [source, key], node)
  }

  // MARK: - Operands

  package func operand(_ argument: NodeInput, type: ScriptType?) throws -> Program.Operand {
    switch argument {
    case .node(let id):
      guard let place = places[id] else {
        throw ExtractErrors.execution(
          at: trace.graph[id], XylemError(.extractExecution, "a value is needed that was not computed"))
      }
      return place
    case .list(let elements):
      return .list(try elements.map { try operand($0, type: nil) }, type)
    case .tuple(let elements, _):
      return .tuple(try elements.map { try operand($0, type: nil) }, type)
    case .dictionary(let entries):
      return .dictionary(
        try entries.flatMap { [try operand($0.key, type: nil), try operand($0.value, type: nil)] }, type)
    case .module(let path): return .constant(try linker.module(path))
    case .constant(let reference): return .constant(try linker.constant(reference))
    case .literal(let literal): return .constant(.literal(literal))
    }
  }
}
