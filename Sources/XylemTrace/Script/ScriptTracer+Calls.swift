internal import XylemErrors
internal import XylemGraph
internal import XylemScript

extension ScriptTracer {
  func callMethod(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws -> TracedValue {
    let inputs = frame.inputs(of: statement)
    let type = statement.outputs.isEmpty ? "None" : typeName(statement.outputs.lowerBound, frame.code)
    if case .module(let module) = inputs[0] {
      guard let function = statement.function ?? module.object.method(statement.name) else {
        throw TraceErrors.unsupported("the module has no method '\(statement.name)'", at: place)
      }
      let arguments = Array(inputs.dropFirst())
      if model.isForward(statement.name, function, of: module) {
        return try callModule(module, function, method: statement.name, arguments, type: type)
      }
      return try callOtherMethod(of: module, function, named: statement.name, inputs, type: type)
    }
    guard let function = statement.function else {
      throw TraceErrors.unsupported("the method '\(statement.name)' of \(inputs[0].kindDescription)", at: place)
    }
    return try run(try model.code(of: function), inputs)
  }

  /// A method other than `forward`, called by another module, is a call of the module like any other: its operations
  /// are named by the module. torch.fx sees no call there, so torchvision's names are those of the caller.
  ///
  /// A type or path that the policy selects as a leaf is one here too. The default leaves are traced through, as in
  /// torch.fx.
  private func callOtherMethod(
    of module: ScriptModule, _ function: ScriptFunction, named name: String, _ inputs: [TracedValue], type: String
  ) throws -> TracedValue {
    guard module !== currentModule.module else { return try run(try model.code(of: function), inputs) }
    var (path, otherPath) = (namingPath(of: module), currentModule.otherPath)
    if options.naming == .torchvision { (path, otherPath) = (currentModule.path, path) }
    let frame = ModuleFrame(
      module: module, path: path, otherPath: otherPath, canBecomeLeaf: !module.hasSubmodules)
    let arguments = Array(inputs.dropFirst())
    if let rule = policy.chosenRule(forModule: module.type, at: module.path) {
      core.usedRules.insert(rule)
      modules.append(frame)
      defer { modules.removeLast() }
      return try emitLeafMethod(of: module, function, named: name, arguments, rule: rule.description, type: type)
    }
    return try withLeafInstead(
      of: frame, inputs,
      trace: {
        let result = try run(try model.code(of: function), inputs)
        if returnsFeature(result) { recordCall(of: module, result) }
        return result
      },
      leaf: {
        try emitLeafMethod(of: module, function, named: name, arguments, rule: "automatic", type: type)
      })
  }

  /// Records the result of a module call.
  private func recordCall(of module: ScriptModule, _ result: TracedValue) {
    guard let returned = try? argument(from: result) else { return }
    core.recordCall(path: namingPath(of: module), type: module.type, result: returned, isLeaf: false)
  }

  /// Whether a value contains a computed tensor. A method that returns sizes, settings or a parameter of its module is
  /// a helper, and not what a request for the module's path means.
  private func returnsFeature(_ value: TracedValue) -> Bool {
    value.contains { part in
      let node: NodeID? =
        switch part {
        case .symbol(let node): node
        case .list(let list): list.symbol
        case .dictionary(let dictionary): dictionary.symbol
        default: nil
        }
      return node.map { core.graph[$0].isFeature } ?? false
    }
  }

  /// Traces a module's code, and calls it as a leaf if that fails and the options allow it.
  private func withLeafInstead(
    of frame: ModuleFrame, _ arguments: [TracedValue], trace: () throws -> TracedValue,
    leaf: () throws -> TracedValue
  ) throws -> TracedValue {
    let (runningCount, depthBefore, moduleCount) = (running.count, depth, modules.count)
    func leave() {
      modules.removeLast(modules.count - moduleCount)
      running.removeLast(running.count - runningCount)
      depth = depthBefore
    }
    let start = options.makesLeaves ? savepoint(reaching: arguments) : nil
    modules.append(frame)
    do {
      let result = try trace()
      leave()
      return result
    } catch let error as XylemError where start != nil && error.isAboutTracing {
      leave()
      if let start { goBack(to: start) }
      let (outer, isExact) = (currentModule, options.naming == .exact)
      modules.append(
        ModuleFrame(
          module: frame.module, path: isExact ? frame.path : outer.path,
          otherPath: isExact ? outer.otherPath : frame.otherPath, canBecomeLeaf: false))
      defer { modules.removeLast() }
      let result = try leaf()
      noteAutomaticLeaf(frame.module, result, error)
      return result
    } catch {
      leave()
      throw error
    }
  }

  private func callModule(
    _ module: ScriptModule, _ function: ScriptFunction, method: String, _ arguments: [TracedValue], type: String
  ) throws -> TracedValue {
    if let rule = leafRule(for: module) {
      core.usedRules.insert(rule)
      return try emitLeafModule(
        module, function: function, method: method, arguments: arguments, rule: rule, type: type)
    }
    let path = namingPath(of: module)
    let frame = ModuleFrame(module: module, path: path, otherPath: path, canBecomeLeaf: !module.hasSubmodules)
    return try withLeafInstead(
      of: frame, arguments,
      trace: {
        let result = try run(try model.code(of: function), [.module(module)] + arguments)
        recordCall(of: module, result)
        return result
      },
      leaf: {
        try emitLeafModule(
          module, function: function, method: method, arguments: arguments, rule: nil, type: type)
      })
  }

  private func noteAutomaticLeaf(_ module: ScriptModule, _ result: TracedValue, _ error: XylemError) {
    var hidden: [String] = []
    module.forEachModule { if $0 !== module { hidden.append($0.path) } }
    var node: String?
    if case .symbol(let id) = result { node = core.graph[id].name }
    let cause = error.cause.map { ": \($0)" } ?? ""
    core.notes.append(
      TraceNote(
        kind: .automaticLeaf, path: module.path, type: module.type, node: node, reason: error.message + cause,
        location: error.place.source.flatMap(SourceLocation.init(parsing:)), hiddenModules: hidden))
  }

  func callFunction(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws -> TracedValue {
    let inputs = frame.inputs(of: statement)
    guard case .function(let function) = inputs[0] else {
      throw TraceErrors.unsupported("a call of \(inputs[0].kindDescription)", at: place)
    }
    let code = try model.code(of: function)
    let arguments = Array(inputs.dropFirst())
    if let module = hooked(by: code, arguments) { return try runHook(code, arguments, of: module) }
    let name = TypeName.readable(code.qualifiedName)
    // A function that a plugin replaces is always called. Otherwise the model's own code would run if all arguments are
    // known.
    guard let rule = policy.rule(forFunction: name), rule.provider != nil || arguments.contains(where: \.readsTensor)
    else {
      functions.append(name)
      defer { functions.removeLast() }
      return try run(code, arguments)
    }
    core.usedRules.insert(rule)
    try shareContainers(arguments, with: function, receiver: nil, provider: rule.provider)
    let id = emit(
      .leafFunction(LeafFunction(name: name, qualifiedName: code.qualifiedName, provider: rule.provider)),
      named: OperationNames.function(name), try arguments.map(argument(from:)),
      type: statement.outputs.isEmpty ? "None" : typeName(statement.outputs.lowerBound, frame.code),
      effects: rule.effects(inputs: arguments.count, in: options.mode), rule: rule.description)
    return .symbol(id)
  }
}

extension SourceLocation {
  /// Parses `file:line`.
  package init?(parsing text: String) {
    guard let colon = text.lastIndex(of: ":"), let line = Int(text[text.index(after: colon)...]) else { return nil }
    self.init(file: String(text[..<colon]), line: line)
  }
}
