internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptTracer {
  func runOperator(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) throws {
    let inputs = frame.inputs(of: statement)
    if try runNatively(statement, inputs, frame) { return }
    if try runNumber(statement, at: index, inputs, frame) { return }
    if try runSubscript(statement, at: index, inputs, frame) { return }
    guard let op = statement.operator else {
      throw TraceErrors.unsupported("the operator \(statement.name) is unknown", at: place)
    }
    let facts = OperatorFacts.of(op)
    guard !facts.reachesOutside || model.archive.allowsFileOperators else {
      throw TraceErrors.fileOperator(facts.name, at: place)
    }
    // Warnings and prints leave no nodes.
    if facts.shortName == "warn" || facts.name.hasPrefix("prim::Print") { return }
    if let results = try evaluate(op, facts, inputs, statement, frame) {
      for (number, value) in zip(statement.outputs, results) { frame.values[number] = value }
      return
    }
    if try runText(facts, inputs, statement, frame) { return }
    try checkConversion(facts, inputs)
    try emitOperator(facts, inputs, statement, at: index, frame)
  }

  // MARK: - Values that are known

  /// Computes values that depend on no tensor and no input. Returns nil if a node is needed.
  private func evaluate(
    _ op: TensorOperator, _ facts: OperatorFacts, _ inputs: [TracedValue], _ statement: ScriptCode.Statement,
    _ frame: CallFrame
  ) throws -> [TracedValue]? {
    // Formatting takes any number of arguments, so its schema declares no effects.
    guard facts.isComputable, facts.effects.map(\.writes.isEmpty) ?? facts.isFormatting else { return nil }
    let makesTensors = statement.outputs.contains { frame.code.typeKinds[$0] == .tensor }
    guard !makesTensors else { return nil }
    var values: [Value] = []
    for (position, input) in inputs.enumerated() {
      if let literal = try literalValue(of: input) {
        values.append(literal)
      } else if position == 0, Self.metadata.contains(facts.shortName), case .attribute(let attribute) = input {
        values.append(attribute.value)
      } else if position == 0, Self.metadata.contains(facts.shortName), case .constant(_, let value) = input {
        values.append(value)
      } else if let enumeration = input.enumeration {
        values.append(enumeration)
      } else {
        return nil
      }
    }
    try spend(on: facts, values)
    let results: [Value]
    do {
      results = try op(values)
    } catch {
      throw raised(error.cause.map { String(describing: $0) } ?? error.message)
    }
    let traced = results.compactMap { TracedValue(literal: $0) }
    return traced.count == results.count ? traced : nil
  }

  /// Queries about a tensor of the model whose results don't depend on its elements.
  private static let metadata: Set<String> = [
    "size", "dim", "numel", "len", "dtype", "is_floating_point", "is_complex", "layout", "shape", "ndim",
  ]

  // MARK: - Strings and conversions

  /// Strings are mostly for messages: their nodes are not in name lists.
  private func runText(
    _ facts: OperatorFacts, _ inputs: [TracedValue], _ statement: ScriptCode.Statement, _ frame: CallFrame
  ) throws -> Bool {
    guard statement.outputs.count == 1, frame.code.typeKinds[statement.outputs.lowerBound] == .string else {
      return false
    }
    let pieces = inputs.map(text(of:))
    try spend(bytes: pieces.reduce(0) { $0 + $1.utf8.count })
    var result = pieces.joined()
    if facts.shortName == "format", let pattern = pieces.first {
      let parts = pattern.split(separator: "{}", omittingEmptySubsequences: false)
      result = ""
      for (position, part) in parts.enumerated() {
        result += part
        if position + 1 < parts.count, position + 1 < pieces.count { result += pieces[position + 1] }
      }
    }
    let path = currentModule.path
    let node = core.graph.append(
      .operator(name: facts.name), name: core.namer.name(forHidden: facts.shortName, in: path),
      inputs: try inputs.map(argument(from:)), modulePath: path, effects: Effects.none, type: "str", isListed: false)
    frame.setOutput(.message(result, node), of: statement)
    return true
  }

  private func text(of value: TracedValue) -> String {
    switch value {
    case .literal(.string(let text)), .literal(.device(let text)), .message(let text, _): text
    case .literal(.float(let number)): String(number)
    case .literal(let literal): literal.description
    case .symbol(let id): "{\(core.graph[id].name)}"
    default: "{\(value.kindDescription)}"
    }
  }

  /// Python's own functions of a number leave the graph if the number depends on the input, as in torch.fx: `int(x)`,
  /// `float(x)`, and `max(a, b)`, which compares.
  private func checkConversion(_ facts: OperatorFacts, _ inputs: [TracedValue]) throws {
    guard let value = inputs.first(where: \.isSymbolic), let function = Self.pythonFunction(facts) else { return }
    // The shapes decide it, and it may still be another one in a call.
    if try areKnown(inputs) { return }
    let error = TraceErrors.concreteValue(
      "\(function)(…)", value: describe(value), at: place, on: argumentsBehind(value),
      isOfShapes: wouldBeDecidedByShapes(value))
    guard keepsRunning else { throw error }
    core.notes.append(
      TraceNote(
        kind: .symbolicConversion, path: currentModule.path, type: currentModule.module.type,
        reason: "\(error.message) stays a node of the graph", location: currentLocation))
  }

  private static func pythonFunction(_ facts: OperatorFacts) -> String? {
    switch facts.name {
    case "prim::max.int", "prim::max.float", "prim::max.int_float", "prim::max.float_int", "prim::max": "max"
    case "prim::min.int", "prim::min.float", "prim::min.int_float", "prim::min.float_int", "prim::min": "min"
    default: facts.shortName == "Int" ? "int" : facts.shortName == "Float" ? "float" : nil
    }
  }

  // MARK: - Nodes

  private func emitOperator(
    _ facts: OperatorFacts, _ inputs: [TracedValue], _ statement: ScriptCode.Statement, at index: Int,
    _ frame: CallFrame
  ) throws {
    if try emitEmptyTensor(facts, inputs, statement, frame) { return }
    try shareContainers(inputs, facts, statement, frame)
    var arguments: [NodeInput] = []
    arguments.reserveCapacity(inputs.count)
    for input in inputs { arguments.append(try argument(from: input)) }
    var effects = facts.effects(of: arguments)
    if model.archive.missingOperators.contains(statement.name) {
      effects = nil
      noteMissing(statement.name)
    }
    let outputs = statement.outputs
    let type = outputs.count == 1 ? typeName(outputs.lowerBound, frame.code) : outputs.isEmpty ? "None" : "Tuple"
    let id = emit(facts, arguments, type: type, effects: effects, at: index, frame)
    if outputs.count == 1 {
      frame.values[outputs.lowerBound] = .symbol(id)
    } else {
      for (position, number) in outputs.enumerated() {
        frame.values[number] = emitGetItem(.node(id), .int(position), type: typeName(number, frame.code))
      }
    }
  }

  /// Emits a node for an operator. With torchvision's naming, the two halves of a reflected operator are one name.
  private func emit(
    _ facts: OperatorFacts, _ arguments: [NodeInput], type: String, effects: Effects?, at index: Int, _ frame: CallFrame
  ) -> NodeID {
    let operation = Operation.operator(name: facts.name)
    let base = bases { operationName(facts, at: index, frame, $0) }
    let isOwn = options.naming == .torchvision
    guard isOwn || options.comparesNamings, let part = reflectedPart(facts, arguments, at: index, frame) else {
      return emit(operation, named: base.own, other: (base.other, false), arguments, type: type, effects: effects)
    }
    switch part {
    case .first where isOwn:
      let path = currentModule.path
      let id = core.emitHidden(
        operation, named: facts.shortName, arguments, in: path, type: type, effects: effects, at: currentLocation)
      if let other = base.other { core.nameOther(id, other, in: currentModule.otherPath, reading: nil) }
      return id
    case .first:
      return emit(operation, named: base.own, other: (nil, true), arguments, type: type, effects: effects)
    case .second(let whole, let first):
      return emit(
        operation, named: isOwn ? whole : base.own, other: (isOwn ? base.other : whole, false), arguments, type: type,
        effects: effects, listing: .any(core.graph[first].inputs + arguments))
    }
  }

  /// A half of an operator that has the tensor on its right.
  private enum ReflectedPart {
    case first
    /// The name of both halves together, and the node of the first.
    case second(String, NodeID)
  }

  private func reflectedPart(
    _ facts: OperatorFacts, _ arguments: [NodeInput], at index: Int, _ frame: CallFrame
  ) -> ReflectedPart? {
    func isInRuntimeCode() -> Bool { OperationNames.isRuntimeCode(frame.code.function.source(of: index)) }
    if OperationNames.reflected[facts.shortName] != nil { return isInRuntimeCode() ? .first : nil }
    guard case .node(let first)? = arguments.first, case .operator(let name) = core.graph[first].operation,
      let whole = OperationNames.reflected[String(name.dropFirst("aten::".count))], whole.second == facts.shortName,
      isInRuntimeCode()
    else { return nil }
    return .second(whole.name, first)
  }

  /// `torch.tensor` of an empty list, whose type of elements decides that of the tensor and is not part of an argument.
  private func emitEmptyTensor(
    _ facts: OperatorFacts, _ inputs: [TracedValue], _ statement: ScriptCode.Statement, _ frame: CallFrame
  ) throws -> Bool {
    guard ["aten::tensor", "aten::as_tensor.list"].contains(facts.name), case .list(let list)? = inputs.first,
      list.symbol == nil, list.elements.isEmpty
    else { return false }
    let element = frame.code.types[frame.code.input(0, of: statement)].contained.first
    let dtype: NodeInput
    switch (inputs[1], element?.kind) {
    case (.literal(.none), .float): dtype = .none
    case (.literal(.none), .int): dtype = .int(Int(DType.int64.runtimeCode))
    case (.literal(.none), .bool): dtype = .int(Int(DType.bool.runtimeCode))
    case (let given, .float), (let given, .int), (let given, .bool): dtype = try argument(from: given)
    // An empty list of other elements gets to the runtime, which refuses it.
    default: return false
    }
    if inputs.count > 3, inputs[3].literal != .bool(false) { return false }
    let id = emit(
      .operator(name: "aten::empty.memory_format"), named: facts.shortName,
      [.list([.int(0)]), dtype, .none, try argument(from: inputs[2]), .none, .none], type: "Tensor")
    frame.values[statement.outputs.lowerBound] = .symbol(id)
    return true
  }

  private func operationName(
    _ facts: OperatorFacts, at index: Int, _ frame: CallFrame, _ naming: Naming
  ) -> String {
    // A slice of a list is a subscript, whatever the list holds.
    if facts.name == "aten::slice.t" { return "getitem" }
    guard naming == .torchvision else { return OperationNames.exact(facts.shortName) }
    let isSpelled = OperationNames.dependsOnSource(facts.shortName)
    let source = isSpelled ? frame.code.function.source(of: index) : ScriptSource()
    return OperationNames.torchvision(facts.shortName, source: source)
  }

  private func noteMissing(_ name: String) {
    guard core.missingOperators.insert(name).inserted else { return }
    core.notes.append(
      TraceNote(
        kind: .missingOperator, path: currentModule.path, reason: "\(name) is not registered: it can't be run",
        location: currentLocation))
  }

  /// A container that an operator writes at run time does not stay known, nor do containers within one of which an
  /// operator returns a part.
  private func shareContainers(
    _ inputs: [TracedValue], _ facts: OperatorFacts, _ statement: ScriptCode.Statement, _ frame: CallFrame
  ) throws {
    let code = frame.code
    let givesContainer = statement.outputs.contains { Self.containers.contains(code.types[$0].withoutOptional.kind) }
    // The effects of a missing operator are unknown. It must be registered before it runs, and the model is then traced
    // again.
    let isMissing = model.archive.missingOperators.contains(statement.name)
    for (position, input) in inputs.enumerated() where input.holdsContainers {
      let isWritten = facts.effects.map { $0.writes.contains(position) } ?? !isMissing
      guard isWritten || givesContainer && input.nestsContainers else { continue }
      try share(input, as: code.types[code.input(position, of: statement)])
    }
  }

  private static let containers: Set<ScriptType.Kind> = [.list, .dictionary, .tuple, .any, .other]

  // MARK: - Context managers

  func enter(_ manager: TracedValue, _ statement: ScriptCode.Statement, _ frame: CallFrame) throws {
    if let block = try autocast(manager) {
      emitContext("enter_autocast", block)
      return frame.setOutput(manager, of: statement)
    }
    let result = try call("__enter__", of: manager, [])
    if !statement.outputs.isEmpty { frame.setOutput(result, of: statement) }
  }

  func exit(_ manager: TracedValue) throws {
    if try autocast(manager) != nil { return emitContext("exit_autocast", []) }
    _ = try call("__exit__", of: manager, [.none, .none, .none])
  }

  /// The device, dtype and switch of an autocast block. Nil for another context manager.
  ///
  /// Its own methods do nothing in an archive: PyTorch adds the casts when it compiles the code.
  private func autocast(_ manager: TracedValue) throws -> [NodeInput]? {
    guard case .object(let object) = manager,
      TypeName.readable(object.type.name).hasSuffix("amp.autocast_mode.autocast")
    else { return nil }
    guard case .literal(.string(let device))? = object.fields["device"],
      case .literal(.int(let dtype))? = object.fields["fast_dtype"],
      case .literal(.bool(let isEnabled))? = object.fields["_enabled"]
    else { throw TraceErrors.unsupported("a block of autocast whose settings depend on the input", at: place) }
    return [.string(device), .int(dtype), .bool(isEnabled)]
  }

  private func emitContext(_ name: String, _ inputs: [NodeInput]) {
    let path = currentModule.path
    core.graph.append(
      .operator(name: "xylem::" + name), name: core.namer.name(forHidden: name, in: path), inputs: inputs,
      modulePath: path,
      effects: Effects(changesContext: true), type: "None",
      location: options.recordsLocations ? currentLocation : nil, isListed: false)
  }

  private func call(_ method: String, of manager: TracedValue, _ arguments: [TracedValue]) throws -> TracedValue {
    guard case .object(let object) = manager,
      let function = model.archive.function(named: object.type.name + "." + method)
    else { throw TraceErrors.unsupported("a 'with' block on \(manager.kindDescription)", at: place) }
    return try run(try model.code(of: function), [manager] + arguments)
  }
}
