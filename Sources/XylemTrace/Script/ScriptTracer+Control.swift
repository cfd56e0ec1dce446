internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptTracer {
  func runIf(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) throws {
    let code = frame.code
    let condition = frame.input(0, of: statement)
    let branches = statement.blocks.map { code.blocks[$0] }
    switch condition {
    case .literal(.bool(let flag)): try take(branches[flag ? 0 : 1], statement, frame)
    case .literal(.int(let number)): try take(branches[number != 0 ? 0 : 1], statement, frame)
    case .symbol(let node):
      let onlyRaises = branches.map { raises($0, code) }
      switch (onlyRaises[0], onlyRaises[1]) {
      case (true, true):
        throw raised("both branches of an 'if' raise")
      case (true, false), (false, true):
        let expected = onlyRaises[1]
        let message = try guardMessage(branches[expected ? 1 : 0], of: index, frame)
        emitGuard(node, expected: expected, message: message)
        try take(branches[expected ? 0 : 1], statement, frame)
      case (false, false):
        if case .literal(.bool(let flag)) = try decided(condition) {
          return try take(branches[flag ? 0 : 1], statement, frame)
        }
        try keepWhole(statement, at: index, .if, condition: Decisive(condition, self), frame)
      }
    default:
      throw TraceErrors.unsupported("an 'if' on \(condition.kindDescription)", at: place)
    }
  }

  private func take(_ block: ScriptCode.Block, _ statement: ScriptCode.Statement, _ frame: CallFrame) throws {
    let own = running[running.count - 1].statement
    try runBlock(block, frame)
    running[running.count - 1].statement = own
    for (output, result) in zip(statement.outputs, frame.code.operands[block.outputs]) {
      frame.values[output] = frame.values[result]
    }
  }

  /// Whether a block does nothing but raise.
  private func raises(_ block: ScriptCode.Block, _ code: ScriptCode) -> Bool {
    for index in block.statements {
      switch code.statements[index].kind {
      case .raise: return true
      case .constant, .uninitialized, .operator, .tuple, .list, .getAttribute, .cast, .tupleIndex: continue
      case .if:
        // An assertion may choose its message; it raises if all its branches do.
        let inner = code.statements[index].blocks
        if inner.allSatisfy({ raises(code.blocks[$0], code) }) { return true }
      default: return false
      }
    }
    return false
  }

  /// The message of a statement's raising block. The run of the block is rolled back.
  private func guardMessage(_ block: ScriptCode.Block, of index: Int, _ frame: CallFrame) throws -> String {
    let start = savepoint(before: index, frame)
    defer { goBack(to: start) }
    do {
      try runBlock(block, frame)
    } catch let error as XylemError where error.id == .traceRaised {
      return error.cause.map { String(describing: $0) } ?? "an error"
    } catch let error as XylemError where error.isAboutTracing {
      return "an error"
    }
    return "an error"
  }

  private func emitGuard(_ node: NodeID, expected: Bool, message: String) {
    let id = emit(.guard(Guard(expected: expected, message: message)), named: "_assert", [.node(node)], type: "None")
    core.notes.append(
      TraceNote(
        kind: .guard, path: currentModule.path, node: core.graph[id].name,
        reason: "assumes that \(core.graph[node].name) is \(expected ? "true" : "false"), else: \(message)",
        location: core.graph[id].location))
  }

  /// Runs the iterations of a counted loop, or turns the loop into a region if the input decides their number.
  ///
  /// This may become clear only after some iterations, as with a `break` on data. These iterations are then rolled
  /// back.
  func runLoop(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) throws {
    let code = frame.code
    let body = code.blocks[statement.blocks.lowerBound]
    var inputs = frame.inputs(of: statement)
    for position in 0...1 { inputs[position] = try decided(inputs[position]) }
    guard case .literal(.int(let rounds)) = inputs[0], case .literal(.bool) = inputs[1] else {
      let decisive = if case .literal(.int) = inputs[0] { inputs[1] } else { inputs[0] }
      return try keepWhole(statement, at: index, .loop, condition: Decisive(decisive, self), frame)
    }
    let start = savepoint(before: index, frame)
    var carried = Array(inputs.dropFirst(2))
    var condition = inputs[1]
    var round = 0
    let own = running[running.count - 1].statement
    while round < rounds {
      guard case .literal(.bool(let goesOn)) = condition else {
        // The node of the condition is removed with its iteration, so it is described first.
        let decisive = Decisive(condition, self)
        goBack(to: start)
        return try keepWhole(statement, at: index, .loop, condition: decisive, frame)
      }
      guard goesOn else { break }
      try spendStatement()
      frame.values[body.inputs.lowerBound] = .int(round)
      for (number, value) in zip(body.inputs.dropFirst(), carried) { frame.values[number] = value }
      try runBlock(body, frame)
      running[running.count - 1].statement = own
      let results = code.operands[body.outputs].map { frame.values[$0] }
      condition = try decided(results[0])
      carried = Array(results.dropFirst())
      round += 1
    }
    for (number, value) in zip(statement.outputs, carried) { frame.values[number] = value }
  }

  /// Turns a statement into a region, or throws the reason why one is needed.
  private func keepWhole(
    _ statement: ScriptCode.Statement, at index: Int, _ kind: Region.Kind, condition: Decisive, _ frame: CallFrame
  ) throws {
    let error = TraceErrors.controlFlow(
      kind, condition: condition.description, at: place, on: condition.arguments, isOfShapes: condition.isOfShapes)
    guard keepsRunning else { throw error }
    try emitRegion(statement, at: index, kind, reason: error.message, frame)
  }

  /// Whether code that can't be traced is handled at this place. A module without submodules hides nothing when it
  /// becomes a leaf, which reads better than a region in it; for other modules the error propagates.
  var keepsRunning: Bool { options.makesLeaves && !currentModule.canBecomeLeaf }
}

/// A value that control flow depends on, described while its node exists.
private struct Decisive {
  let description: String
  let arguments: [BlockingArgument]
  let isOfShapes: Bool

  init(_ value: TracedValue, _ tracer: ScriptTracer) {
    isOfShapes = tracer.wouldBeDecidedByShapes(value)
    description = tracer.describe(value)
    arguments = tracer.argumentsBehind(value)
  }
}
