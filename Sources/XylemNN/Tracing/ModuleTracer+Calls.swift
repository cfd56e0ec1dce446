internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

extension ModuleTracer {
  /// Traces a module's `forward`, or calls the module as a leaf if a rule says so, or if tracing fails and the options
  /// allow it.
  func callModule<each Input: ModuleValue, Output: ModuleValue>(
    _ module: Module, _ input: repeat each Input, at site: CallSite?,
    forward: @escaping (repeat each Input) throws -> Output
  ) throws -> Output {
    if let site { self.site = site }
    guard let entry = model.tree.entry(of: module) else {
      throw ModuleErrors.foreignModule(Swift.type(of: module).typeName, at: place(site))
    }
    let rule = options.policy.rule(forModule: entry.type, at: entry.path)
    if let rule { core.usedRules.insert(rule) }
    if rule == nil, !options.makesLeaves {
      return try traced(entry, [], leafType: "", at: site, body: nil) { try forward(repeat each input) }
    }
    var values: [Value] = []
    repeat values.append((each input).moduleValue)
    let body = onValues(forward)
    if let rule {
      let value = try callLeaf(
        entry, values, type: Output.typeDescription, rule: rule, at: site, body)
      return try typed(value)
    }
    let value = try traced(entry, values, leafType: Output.typeDescription, at: site, body: body) { try body(values) }
    return try Output(moduleValue: value)
  }

  /// Runs a module's code in its own frame. `body` is what a leaf in its place would call.
  func traced<Output: ModuleValue>(
    _ entry: ModuleTree.Entry, _ values: [Value], leafType: String, at site: CallSite?,
    body: (([Value]) throws -> Value)?, run: () throws -> Output
  ) throws -> Output {
    guard frames.count < Self.depthLimit else { throw TraceErrors.recursion(Self.depthLimit, at: place(site)) }
    let depth = frames.count
    let checkpoint = options.makesLeaves ? core.checkpoint : nil
    frames.append(Frame(entry: entry, path: entry.path))
    do {
      let result = try run()
      if let error = poison { throw error }
      frames.removeLast(frames.count - depth)
      if depth > 0 {
        core.recordCall(
          path: entry.path, type: entry.type, result: try argument(from: result.moduleValue), isLeaf: false)
      }
      return result
    } catch {
      frames.removeLast(frames.count - depth)
      poison = nil
      guard let checkpoint, let body, let reason = error as? XylemError, reason.isAboutTracing else { throw error }
      core.rollBack(to: checkpoint)
      leaves = leaves.filter { core.graph.contains($0.key) }
      let value = try callLeaf(entry, values, type: leafType, rule: nil, at: site, body)
      noteAutomaticLeaf(
        path: entry.path, type: entry.type,
        hiddenModules: model.modulePaths(below: entry.path).filter { $0 != entry.path }, reason)
      return try typed(value)
    }
  }

  /// The result of a leaf, converted to the type that its caller expects. The parts of a structure are nodes, so that
  /// they can be requested.
  private func typed<Output: ModuleValue>(_ value: Value) throws -> Output {
    let output = try Output(moduleValue: value)
    if case .standIn = value, Output.self != Value.self {
      let result = try argument(from: output.moduleValue)
      if result.node == nil { core.graph.setResultOfLastCall(to: result) }
    }
    return output
  }

  /// Records a call of a module that is not traced through.
  ///
  /// - Parameter rule: nil for a module that became a leaf because it can't be traced.
  func callLeaf(
    _ entry: ModuleTree.Entry, _ values: [Value], type: String, rule: LeafPolicy.Rule?, at site: CallSite?,
    _ body: @escaping ([Value]) throws -> Value
  ) throws(XylemError) -> Value {
    var inputs: [NodeInput] = []
    for value in values { inputs.append(try argument(from: value)) }
    let id = core.emitLeafModule(
      LeafModule(path: entry.path, type: entry.type, provider: rule?.provider), inputs, type: type,
      effects: rule?.effects(inputs: inputs.count, in: options.mode), rule: rule?.description ?? "automatic",
      at: location(site))
    leaves[id] = leaf(
      { entry.runsAsOperators }, reads: { entry.isOfPackage }, records: { entry.isOfPackage }, in: entry, body)
    return standIn(id, type: type)
  }

  /// Traces a function, or calls it as a leaf if a rule says so, or if tracing fails and the options allow it.
  func callFunction<each Input: ModuleValue, Output: ModuleValue>(
    _ name: String, consistsOfOperators: Bool, isOfPackage: Bool = false, _ input: repeat each Input,
    at site: CallSite?,
    _ function: @escaping (repeat each Input) throws -> Output
  ) throws -> Output {
    if let site { self.site = site }
    func leaf(_ rule: LeafPolicy.Rule?) throws -> Output {
      var inputs: [NodeInput] = []
      func add(_ value: Value) throws(XylemError) { inputs.append(try argument(from: value)) }
      repeat try add((each input).moduleValue)
      let id = core.emit(
        .leafFunction(LeafFunction(name: name, qualifiedName: name, provider: rule?.provider)),
        named: OperationNames.function(name), inputs, in: frame.path, type: Output.typeDescription,
        effects: rule?.effects(inputs: inputs.count, in: options.mode), rule: rule?.description ?? "automatic",
        at: location(site))
      leaves[id] = self.leaf(
        { consistsOfOperators }, records: { consistsOfOperators || isOfPackage }, in: frame.entry, onValues(function))
      return try Output(moduleValue: standIn(id, type: Output.typeDescription))
    }
    if let rule = options.policy.rule(forFunction: name) {
      core.usedRules.insert(rule)
      return try leaf(rule)
    }
    let (depth, failedBefore) = (frames.count, poison != nil)
    let checkpoint = options.makesLeaves && !failedBefore ? core.checkpoint : nil
    do {
      let result = try function(repeat each input)
      if let error = poison, !failedBefore { throw error }
      return result
    } catch var error as XylemError where error.isAboutTracing {
      guard let checkpoint else {
        error.remedies = Array(([TraceErrors.wrapping(name)] + error.remedies).prefix(3))
        throw error
      }
      frames.removeLast(frames.count - depth)
      poison = nil
      core.rollBack(to: checkpoint)
      leaves = leaves.filter { core.graph.contains($0.key) }
      let result = try leaf(nil)
      noteAutomaticLeaf(path: frame.path, type: nil, hiddenModules: [], error)
      return result
    }
  }

  /// Records a check of sizes, which runs with the graph. Name lists leave it out.
  func recordCheck(
    of inputs: [Tensor], _ check: @escaping ([[Int]]) throws(XylemError) -> Void
  ) throws(XylemError) {
    var arguments: [NodeInput] = []
    for input in inputs { arguments.append(try argument(from: .tensor(input))) }
    let id = core.emitHidden(
      .leafFunction(LeafFunction(name: "check", qualifiedName: "check", provider: nil)), named: "check", arguments,
      in: frame.path, type: "bool", at: location(site))
    let modes = modes
    leaves[id] = HostLeaf(
      call: { values in
        try ModuleModes.$current.withValue(modes) { try check(values.compactMap { $0.tensor?.knownSizes }) }
        return .bool(true)
      }, expand: { _, _ in nil }, isRecordable: { true }, isSizeCheck: true)
    core.emitHidden(
      .guard(Guard(expected: true, message: "the input's sizes are allowed")), named: "_assert", [.node(id)],
      in: frame.path, type: "None", at: location(site))
  }

  /// - Parameters:
  ///   - consistsOfOperators: whether operators may run instead.
  ///   - reads: whether its code may be run with stand-ins, to see what it does; nil if that is the same.
  ///   - records: whether its code does nothing but call operators and look at sizes.
  private func leaf(
    _ consistsOfOperators: @escaping () -> Bool, reads: (() -> Bool)? = nil, records: @escaping () -> Bool,
    in entry: ModuleTree.Entry,
    _ body: @escaping ([Value]) throws -> Value
  ) -> HostLeaf {
    // The tracer itself is not captured: it holds the leaves.
    let (modes, model, mode, outer, pinned) = (modes, model, options.mode, constants, pinned)
    func expansion(_ inputs: [NodeInput], _ types: [NodeID: String]) throws -> HostExpansion? {
      try ModuleTracer(model, TraceOptions(mode: mode, policy: .none, recordsLocations: false), pinned: pinned)
        .expansion(of: entry, inputs, types, constants: outer.values, body)
    }
    // Both are needed later: a trace alone does not use them.
    return HostLeaf(
      call: { values in try ModuleModes.$current.withValue(modes) { try body(values) } },
      expand: { inputs, types in consistsOfOperators() ? try expansion(inputs, types) : nil },
      read: { inputs, types in (reads ?? consistsOfOperators)() ? try expansion(inputs, types) : nil },
      isRecordable: records)
  }

  private func noteAutomaticLeaf(path: String, type: String?, hiddenModules: [String], _ error: XylemError) {
    let cause = error.cause.map { ": \($0)" } ?? ""
    core.notes.append(
      TraceNote(
        kind: .automaticLeaf, path: path, type: type, node: core.graph.nodes.last?.name, reason: error.message + cause,
        location: error.place.source.flatMap(SourceLocation.init(parsing:)), hiddenModules: hiddenModules))
  }

  // MARK: - Leaves as operators

  /// The operators of a leaf, for inputs of a form.
  private func expansion(
    of entry: ModuleTree.Entry, _ inputs: [NodeInput], _ types: [NodeID: String], constants outer: [Value],
    _ body: @escaping ([Value]) throws -> Value
  ) throws -> HostExpansion {
    var placeholders: [NodeID: Value] = [:]
    var origins: [NodeID: NodeID] = [:]
    func value(_ argument: NodeInput) -> Value {
      switch argument {
      case .node(let id):
        if let known = placeholders[id] { return known }
        let type = types[id] ?? "Tensor"
        let own = core.emitPlaceholder(
          Placeholder(name: "input_\(origins.count)", position: origins.count), type: type)
        origins[own] = id
        let stand = standIn(own, type: type)
        placeholders[id] = stand
        return stand
      case .list(let elements): return .list(elements.map(value))
      case .tuple(let elements, let names): return .tuple(elements.map(value), names: names ?? [])
      case .dictionary(let entries): return .dictionary(entries.map { (value($0.key), value($0.value)) })
      case .constant(let reference) where outer.indices.contains(reference.statement): return outer[reference.statement]
      default: return Value(literal: argument)
      }
    }
    let values = inputs.map(value)
    frames = [Frame(entry: entry, path: entry.path)]
    let result = try running { try body(values) }
    if let error = poison { throw error }
    return HostExpansion(graph: core.graph, inputs: origins, result: try argument(from: result), code: code)
  }
}

/// A function of typed values as a function of values.
func onValues<each Input: ModuleValue, Output: ModuleValue>(
  _ function: @escaping (repeat each Input) throws -> Output
) -> ([Value]) throws -> Value {
  { values in
    var position = 0
    func next<Element: ModuleValue>(_ type: Element.Type) throws(XylemError) -> Element {
      guard values.indices.contains(position) else {
        throw ModuleErrors.argumentCount(values.count, wanted: [])
      }
      defer { position += 1 }
      return try Element(moduleValue: values[position])
    }
    return try function(repeat next((each Input).self)).moduleValue
  }
}
