internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

extension ModuleTracer: OperationRecorder {
  func record(
    _ op: OperatorReference, _ arguments: [Value], at site: CallSite?
  ) throws(XylemError) -> [Value] {
    if let site { self.site = site }
    var inputs: [NodeInput] = []
    inputs.reserveCapacity(arguments.count)
    for argument in arguments { inputs.append(try self.argument(from: argument)) }
    let isExact = options.naming == .exact
    let id = core.emit(
      .operator(name: op.fullName), named: isExact ? op.nodeName : op.torchvisionName, inputs, in: frame.path,
      other: (isExact ? op.torchvisionName : op.nodeName, nil, false),
      type: op.resultTypes.count == 1 ? op.resultTypes[0] : "Tuple", effects: nil, at: location(site))
    guard op.resultTypes.count > 1 else { return [standIn(id, type: op.resultTypes[0])] }
    return op.resultTypes.enumerated().map { position, type in
      standIn(item(of: .node(id), .int(position), type: type, at: site), type: type)
    }
  }

  func recordItem(
    of container: Value, _ index: Value, type: String, at site: CallSite?
  ) throws(XylemError) -> StandIn {
    if let site { self.site = site }
    let id = item(of: try argument(from: container), try argument(from: index), type: type, at: site)
    return StandIn(recorder: self, node: id.rawValue, type: type)
  }

  private func item(of container: NodeInput, _ index: NodeInput, type: String, at site: CallSite?) -> NodeID {
    core.emit(
      .getItem, named: "getitem", [container, index], in: frame.path, type: type, effects: Effects(aliases: [0]),
      at: location(site))
  }

  func recordCheck(_ condition: StandIn, message: String, at site: CallSite?) throws(XylemError) {
    let id = core.emit(
      .guard(Guard(expected: true, message: message)), named: "_assert", [try argument(from: .standIn(condition))],
      in: frame.path, type: "None", at: location(site))
    core.notes.append(
      TraceNote(
        kind: .guard, path: frame.path, node: core.graph[id].name,
        reason: "assumes that \(core.graph[NodeID(condition.node)].name) is true, else: \(message)",
        location: core.graph[id].location))
  }

  func recordContext(_ op: OperatorReference, _ arguments: [Value]) {
    do {
      var inputs: [NodeInput] = []
      for argument in arguments { inputs.append(try self.argument(from: argument)) }
      core.emitHidden(
        .operator(name: op.fullName), named: op.nodeName, inputs, in: frame.path, type: "None",
        effects: Effects(changesContext: true), at: location(site))
    } catch { poison(error) }
  }

  func decided(_ value: StandIn, at site: CallSite?) throws(XylemError) -> Literal? {
    guard core.shapes != nil else { return nil }
    let id = try node(of: value)
    return try typed { try core.decide(id, in: frame.path, at: location(site ?? self.site)) }
  }

  func decidedIntegers(_ value: StandIn, at site: CallSite?) throws(XylemError) -> [Int]? {
    guard core.shapes != nil else { return nil }
    let id = try node(of: value)
    return try typed { try core.decideIntegers(id, in: frame.path, at: location(site ?? self.site)) }
  }

  func example(of value: StandIn) throws(XylemError) -> Tensor? {
    guard core.shapes != nil else { return nil }
    let id = try node(of: value)
    return try typed { try core.knownValue(of: id)?.tensor }
  }

  /// The errors of running a model's nodes as errors of its trace.
  private func typed<Result>(_ body: () throws -> Result) throws(XylemError) -> Result {
    do { return try body() } catch let error as XylemError { throw error } catch {
      throw XylemError(.traceShape, "the model can't run on inputs of these shapes", at: place(site), cause: error)
    }
  }

  func concreteValueNeeded(_ what: String, _ value: StandIn, at site: CallSite?) -> XylemError {
    TraceErrors.concreteValue(
      what, value: describe(value), at: place(site ?? self.site), isOfShapes: wouldBeDecidedByShapes(value))
  }

  func controlFlow(_ condition: StandIn, at site: CallSite?) -> XylemError {
    TraceErrors.controlFlow(
      .if, condition: describe(condition), at: place(site ?? self.site), isOfShapes: wouldBeDecidedByShapes(condition))
  }

  /// Whether the shapes of the inputs would decide a value, and are not known.
  private func wouldBeDecidedByShapes(_ value: StandIn) -> Bool {
    let id = NodeID(value.node)
    return core.shapes == nil && core.graph.contains(id) && core.graph.isOfShapes(id)
  }

  func name(of standIn: StandIn) -> String {
    let id = NodeID(standIn.node)
    return core.graph.contains(id) ? core.graph[id].name : "?"
  }

  func poison(_ error: XylemError) { if poison == nil { poison = error } }
}
