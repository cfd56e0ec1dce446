internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Operators that hold graphs: blocks without gradients or with autocast, and conditions.
extension ExportedTracer {
  func emitBlock(_ node: ExportedNode, _ scope: ExportedScope) throws {
    switch node.target {
    case ExportedBlocks.gradients: try emitGradients(node, scope)
    case ExportedBlocks.autocast: try emitAutocast(node, scope)
    case ExportedBlocks.condition: try emitCondition(node, scope)
    default:
      let name = node.target.dropFirst(ExportedBlocks.prefix.count)
      throw ExportedTraceErrors.unsupported("the operator '\(String(name).printable)' is not supported", at: place)
    }
  }

  /// `with torch.no_grad():` and its opposite.
  private func emitGradients(_ node: ExportedNode, _ scope: ExportedScope) throws {
    guard node.inputs.count >= 2, case .literal(.bool(let isEnabled)) = node.inputs[0].argument,
      case .graph(let inner) = node.inputs[1].argument
    else { throw malformed(node) }
    let before = core.emitHidden(
      .operator(name: "aten::is_grad_enabled"), named: "is_grad_enabled", [], in: currentPath, type: "bool",
      effects: Effects.none, at: location)
    func set(_ value: NodeInput) {
      core.emitHidden(
        .operator(name: "aten::set_grad_enabled"), named: "set_grad_enabled", [value], in: currentPath, type: "None",
        effects: Effects(changesContext: true), at: location)
    }
    set(.bool(isEnabled))
    try inline(inner, node.inputs.dropFirst(2), node, scope)
    set(.node(before))
  }

  /// `with torch.autocast(…):`.
  private func emitAutocast(_ node: ExportedNode, _ scope: ExportedScope) throws {
    guard let position = node.inputs.firstIndex(where: { if case .graph = $0.argument { true } else { false } }),
      case .graph(let inner) = node.inputs[position].argument, (3...4).contains(position),
      case .literal(.string(let device)) = node.inputs[0].argument, case .literal(let dtype) = node.inputs[1].argument,
      case .literal(.bool(let isEnabled)) = node.inputs[2].argument
    else { throw malformed(node) }
    // Without a type, the device's own is used: bfloat16 on a CPU, float16 on others.
    let type: Literal = dtype == .none ? .int(device == "cpu" ? 15 : 5) : dtype
    func emit(_ name: String, _ inputs: [NodeInput]) {
      core.emitHidden(
        .operator(name: "xylem::" + name), named: name, inputs, in: currentPath, type: "None",
        effects: Effects(changesContext: true), at: location)
    }
    emit("enter_autocast", [.string(device), .literal(type), .bool(isEnabled)])
    try inline(inner, node.inputs[(position + 1)...], node, scope)
    emit("exit_autocast", [])
  }

  /// Traces the operators of a block as if they were in the graph around it.
  private func inline(
    _ graph: ExportedGraph, _ operands: ArraySlice<ExportedNode.Input>, _ node: ExportedNode, _ scope: ExportedScope
  ) throws {
    let inner = ExportedScope(graph, returned: graph.outputs.flatMap(\.names))
    guard operands.count == graph.inputs.count else { throw malformed(node) }
    for (input, operand) in zip(graph.inputs, operands) {
      guard case .value(let name) = input else { continue }
      if case .value(let outer) = operand.argument, let known = scope.values[outer] {
        inner.values[name] = known
      } else {
        inner.values[name] = .input(try resolve(operand.argument, scope))
      }
    }
    let outside = frames.count
    try run(inner)
    while let last = frames.last, last.scope === inner { closeFrames(to: frames.count - 1) }
    if frames.count > outside { closeFrames(to: outside) }
    let results = node.outputs.count == 1 ? flattened(node.outputs[0]) : node.outputs
    guard results.count == graph.outputs.count else { throw malformed(node) }
    for (result, output) in zip(results, graph.outputs) {
      guard case .value(let name) = result else { continue }
      if case .value(let own) = output, let known = inner.values[own] {
        scope.values[name] = known
      } else {
        scope.values[name] = .input(try resolve(output, inner))
      }
    }
  }

  private func flattened(_ output: ExportedArgument) -> [ExportedArgument] {
    if case .list(let elements) = output { return elements }
    return [output]
  }

  /// `torch.cond(…)`: a region that runs one of two graphs.
  private func emitCondition(_ node: ExportedNode, _ scope: ExportedScope) throws {
    guard node.inputs.count >= 3, case .graph(let yes) = node.inputs[1].argument,
      case .graph(let no) = node.inputs[2].argument
    else { throw malformed(node) }
    let operands = node.inputs.dropFirst(3).flatMap { flattened($0.argument) }
    guard operands.count == yes.inputs.count, operands.count == no.inputs.count else { throw malformed(node) }
    let results = node.outputs.count == 1 ? flattened(node.outputs[0]) : node.outputs
    guard results.count == yes.outputs.count, results.count == no.outputs.count, !results.isEmpty else {
      throw malformed(node)
    }
    let inputs = try [resolve(node.inputs[0].argument, scope)] + operands.map { try resolve($0, scope) }
    let captures = ["condition"] + operands.map { $0.names.first ?? "constant" }
    let region = Region(
      kind: .if, code: CodeReference(function: program.name, statement: scope.position), captures: captures,
      resultCount: results.count)
    let condition = try ExportedCondition(model, program, options.mode, yes: yes, no: no)
    let type = results.count == 1 ? results[0].names.first.map(scope.graph.type(of:)) ?? "Tensor" : "Tuple"
    let id = core.emit(
      .region(region), named: "if", inputs, in: currentPath, type: type,
      effects: condition.writes ? nil : Effects(aliases: Array(inputs.indices), usesRandomState: true),
      rule: "automatic",
      listing: .always, at: location)
    core.notes.append(
      TraceNote(
        kind: .automaticRegion, path: currentPath, node: core.graph[id].name,
        reason: "the model's own torch.cond decides by the input which of two graphs runs", location: location))
    leaves[id] = condition.leaf
    if results.count == 1, case .value(let name) = results[0] {
      scope.values[name] = .input(.node(id))
      return
    }
    for (index, result) in results.enumerated() {
      guard case .value(let name) = result else { continue }
      scope.values[name] = .input(.node(getItem(id, .int(index), type: scope.graph.type(of: name))))
    }
  }

  private func malformed(_ node: ExportedNode) -> XylemError {
    ExportedTraceErrors.unsupported("a call of '\(node.target.printable)' has an unknown form", at: place)
  }
}

/// A condition whose branches are graphs.
struct ExportedCondition {
  private let yes: HostExpansion
  private let no: HostExpansion
  private let allowsFileOperators: Bool

  init(
    _ model: ExportedModel, _ program: ExportedProgram, _ mode: Mode, yes: ExportedGraph, no: ExportedGraph
  ) throws {
    func branch(_ graph: ExportedGraph) throws -> HostExpansion {
      let tracer = ExportedTracer(
        model, program, TraceOptions(mode: mode, policy: .none, recordsLocations: false), isWithinLeaf: true)
      let scope = ExportedScope(graph, returned: graph.outputs.flatMap(\.names))
      var inputs: [NodeID: NodeID] = [:]
      for (position, input) in graph.inputs.enumerated() {
        let name = input.names.first
        let id = tracer.core.emitPlaceholder(
          Placeholder(name: "input_\(position)", position: position), type: name.map(graph.type(of:)) ?? "Tensor")
        inputs[id] = id
        if let name { scope.values[name] = .input(.node(id)) }
      }
      try tracer.run(scope)
      let results = try graph.outputs.map { try tracer.resolve($0, scope) }
      return HostExpansion(
        graph: tracer.core.graph, inputs: inputs, result: results.count == 1 ? results[0] : .tuple(results, names: nil),
        code: tracer.code)
    }
    (self.yes, self.no) = (try branch(yes), try branch(no))
    allowsFileOperators = model.allowsFileOperators
  }

  /// Whether an operator of a branch may write one of its inputs: its name ends like one in place.
  var writes: Bool {
    [yes, no].contains { branch in
      branch.graph.nodes.contains { node in
        switch node.operation {
        case .operator(let name): name.prefix { $0 != "." }.hasSuffix("_")
        case .region: true
        default: false
        }
      }
    }
  }

  /// The region's code. Its operators are not a part of the graph around it.
  var leaf: HostLeaf {
    let (yes, no) = (GraphRun(yes, allowsFileOperators), GraphRun(no, allowsFileOperators))
    return HostLeaf(
      call: { values in
        guard let condition = values.first else { return .none }
        return try (GraphRun.isTrue(condition) ? yes : no).result(of: Array(values.dropFirst()))
      }, expand: { _, _ in nil })
  }
}
