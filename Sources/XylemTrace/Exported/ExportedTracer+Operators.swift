internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript

extension ExportedTracer {
  /// Records one operator.
  func emit(_ node: ExportedNode, _ scope: ExportedScope) throws {
    if node.target == Self.tracepoint { return try pass(node, scope) }
    if node.target.hasPrefix(ExportedBlocks.prefix) { return try emitBlock(node, scope) }
    guard let name = OperatorName(node.target) else { return try emitNumber(node, scope) }
    switch name.full {
    // A check of types that were the same when the model was exported: operators have no other effect.
    case "aten::_assert_tensor_metadata": return
    case "aten::_assert_scalar", "aten::_assert_async.msg": return try emitAssertion(node, scope)
    default: break
    }
    let inputs = try node.inputs.map { try resolve($0.argument, scope) }
    // The second operand, unlike the size of `split` or the dimension of `slice`.
    let hasOperands = node.inputs.count > 1 && node.inputs[1].name == "other"
    let operation = Operation.operator(name: hasOperands ? name.accepting(inputs.map(isNumber)) : name.full)
    let base = bases(node, name)
    let type = resultType(of: node, scope)
    // Literals of the code are copied where they are read. `torch.tensor(…)` then detaches the copy.
    let isListed = !node.outputs.isEmpty && name.short != "lift_fresh_copy"
    let id =
      isListed
      ? core.emit(
        operation, named: base.own, inputs, in: currentPath, other: (base.other, nil, false),
        type: type, effects: nil, at: location)
      : core.emitHidden(
        operation, named: base.own, inputs, in: currentPath, type: type, effects: nil, at: location)
    if let first = node.inputs.firstIndex(where: \.isKeyword) {
      keywords[id] = node.inputs.enumerated().map { $0 < first ? nil : $1.name }
    }
    bindResults(of: node, to: id, scope)
  }

  /// Marks the inputs and results of a module's call within a block. Its results are its first arguments.
  private static let tracepoint = "torch.ops.higher_order._export_tracepoint"

  private func pass(_ node: ExportedNode, _ scope: ExportedScope) throws {
    for (output, input) in zip(node.outputs.flatMap(\.names), node.inputs.filter { !$0.isKeyword }) {
      scope.values[output] = .input(try resolve(input.argument, scope))
    }
  }

  /// Whether an input is a number, and not a tensor.
  private func isNumber(_ input: NodeInput) -> Bool {
    switch input {
    case .literal(let literal): literal.number != nil || literal == .bool(true) || literal == .bool(false)
    case .node(let id): ["int", "float", "bool"].contains(core.graph[id].type)
    default: false
    }
  }

  /// The name of a node's operation under this naming and under the other one, if they are compared.
  private func bases(_ node: ExportedNode, _ name: OperatorName) -> (own: String, other: String?) {
    let exact = exactBase(node, name)
    let vision = OperationNames.torchvision(name.short, source: ScriptSource())
    let isExact = options.naming == .exact
    return (isExact ? exact : vision, options.comparesNamings ? (isExact ? vision : exact) : nil)
  }

  private func exactBase(_ node: ExportedNode, _ name: OperatorName) -> String {
    if name.short == "detach_", node.calledName == "tensor" { return "tensor" }
    if let function = node.leafFunction, options.policy.rule(forFunction: function) != nil {
      return OperationNames.function(function)
    }
    return OperationNames.exact(name.short)
  }

  /// The type of an operator's value.
  private func resultType(of node: ExportedNode, _ scope: ExportedScope) -> String {
    guard node.outputs.count == 1 else { return node.outputs.isEmpty ? "None" : "Tuple" }
    switch node.outputs[0] {
    case .value(let name): return scope.graph.type(of: name)
    case .list: return "List[Tensor]"
    default: return "None"
    }
  }

  /// Makes an operator's results known. Those that the model's code took from a list or a tuple are nodes of their own.
  func bindResults(of node: ExportedNode, to id: NodeID, _ scope: ExportedScope) {
    var parts = node.outputs
    if parts.count == 1 {
      if case .value(let name) = parts[0] {
        scope.values[name] = .input(.node(id))
        return
      }
      guard case .list(let elements) = parts[0] else { return }
      parts = elements
    }
    for (index, part) in parts.enumerated() {
      guard case .value(let name) = part, !name.contains("_unused_") || scope.isRead(name, from: 0) else { continue }
      let item = getItem(id, .int(index), type: scope.graph.type(of: name))
      scope.values[name] = .input(.node(item))
    }
  }

  /// A check that the model's code, or torch.export, made.
  private func emitAssertion(_ node: ExportedNode, _ scope: ExportedScope) throws {
    guard node.inputs.count >= 2, case .literal(.string(let message)) = node.inputs[1].argument else {
      throw ExportedTraceErrors.unsupported("a check has no message", at: place)
    }
    let condition = try resolve(node.inputs[0].argument, scope)
    guard case .node = condition else { return }
    let id = core.emitHidden(
      .guard(Guard(expected: true, message: message.printable)), named: "_assert", [condition], in: currentPath,
      type: "None", at: location)
    core.notes.append(
      TraceNote(
        kind: .guard, path: currentPath, node: core.graph[id].name, reason: message.printable, location: location))
  }
}

/// The name of an operator of the runtime: `torch.ops.aten.add.Tensor` is `aten::add.Tensor`.
struct OperatorName {
  /// The name with the overload.
  let full: String
  /// The name without namespace and overload.
  let short: String

  /// Nil for a target that is not an operator of the runtime.
  init?(_ target: String) {
    guard target.hasPrefix("torch.ops.") else { return nil }
    let parts = target.split(separator: ".", omittingEmptySubsequences: false).dropFirst(2).map(String.init)
    // The operators of these namespaces are the runtime's own, and a model has none of them.
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), !["xylem", "prim"].contains(parts[0]) else { return nil }
    // The sizes of tensors are numbers here, and not symbols.
    let name = parts[0] == "aten" ? Self.sizes[parts[1]] ?? parts[1] : parts[1]
    short = name
    full = "\(parts[0])::\(name)" + (parts[2] == "default" ? "" : ".\(parts[2])")
  }

  /// The operator's overload for inputs of which some are numbers. Python passes a number where an operator takes a
  /// tensor; the result is that of the overload for numbers.
  func accepting(_ areNumbers: [Bool]) -> String {
    guard areNumbers.count > 1, areNumbers[1] else { return full }
    for (overload, other) in [(".Tensor", ".Scalar"), (".Tensor_mode", ".Scalar_mode")] where full.hasSuffix(overload) {
      return full.dropLast(overload.count) + other
    }
    return full == "aten::floor_divide" || full == "aten::floor_divide_" ? full + ".Scalar" : full
  }

  private static let sizes = [
    "sym_size": "size", "sym_numel": "numel", "sym_stride": "stride", "sym_storage_offset": "storage_offset",
  ]
}
