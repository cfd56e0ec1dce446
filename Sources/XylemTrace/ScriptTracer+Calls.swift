internal import XylemErrors
internal import XylemGraph
internal import XylemRuntime

extension ScriptTracer {
  func callMethod(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws -> TracedValue {
    let inputs = frame.inputs(of: statement)
    let type = statement.outputs.isEmpty ? "None" : typeName(statement.outputs.lowerBound, frame.code)
    if case .module(let module) = inputs[0] {
      guard let function = statement.function ?? module.object.method(statement.name) else {
        throw TraceErrors.unsupported("the module has no method '\(statement.name)'", at: place)
      }
      let arguments = Array(inputs.dropFirst())
      if isForward(statement.name) {
        return try callModule(module, function, method: statement.name, arguments, type: type)
      }
      return try callOtherMethod(of: module, function, inputs)
    }
    guard let function = statement.function else {
      throw TraceErrors.unsupported("the method '\(statement.name)' of \(inputs[0].kindDescription)", at: place)
    }
    return try run(try model.code(of: function), inputs)
  }

  private func isForward(_ name: String) -> Bool { name == "forward" || name.hasPrefix("forward__") }

  /// A method other than forward is part of whoever calls it; its operations are named by the module whose method it is.
  private func callOtherMethod(
    of module: ScriptModule, _ function: ScriptFunction, _ inputs: [TracedValue]
  ) throws -> TracedValue {
    let code = try model.code(of: function)
    guard module !== currentModule.module else { return try run(code, inputs) }
    let path = options.naming == .exact ? module.path : currentModule.path
    modules.append(ModuleFrame(module: module, path: path))
    defer { modules.removeLast() }
    return try run(code, inputs)
  }

  private func callModule(
    _ module: ScriptModule, _ function: ScriptFunction, method: String, _ arguments: [TracedValue], type: String
  ) throws -> TracedValue {
    if let rule = policy.rule(forModule: module.type, at: module.path) {
      usedRules.insert(rule)
      return try emitLeafModule(
        module, function: function, method: method, arguments: arguments, rule: rule.description, type: type)
    }
    guard options.makesLeaves else { return try traceThrough(module, function, arguments) }
    let checkpoint = checkpoint()
    let contents = ContainerSnapshot(arguments)
    do {
      return try traceThrough(module, function, arguments)
    } catch let error as XylemError where error.isAboutTracing {
      rollBack(to: checkpoint)
      contents.restore()
      let result = try emitLeafModule(
        module, function: function, method: method, arguments: arguments, rule: "automatic", type: type)
      noteAutomaticLeaf(module, result, error)
      return result
    }
  }

  private func noteAutomaticLeaf(_ module: ScriptModule, _ result: TracedValue, _ error: XylemError) {
    var hidden: [String] = []
    module.forEachModule { if $0 !== module { hidden.append($0.path) } }
    var node: String?
    if case .symbol(let id) = result { node = graph[id].name }
    let cause = error.cause.map { ": \($0)" } ?? ""
    notes.append(
      TraceNote(
        kind: .automaticLeaf, path: module.path, type: module.type, node: node, reason: error.message + cause,
        location: error.place.source.flatMap(SourceLocation.init(parsing:)), hiddenModules: hidden))
  }

  private func traceThrough(
    _ module: ScriptModule, _ function: ScriptFunction, _ arguments: [TracedValue]
  ) throws -> TracedValue {
    modules.append(ModuleFrame(module: module, path: module.path))
    // On an error the stack is put back as well: an automatic leaf goes on from here.
    let runningCount = running.count
    let depthBefore = depth
    defer {
      modules.removeLast()
      running.removeLast(running.count - runningCount)
      depth = depthBefore
    }
    let result = try run(try model.code(of: function), [.module(module)] + arguments)
    if let returned = try? argument(from: result) { recordCall(module, result: returned, isLeaf: false) }
    return result
  }

  func callFunction(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws -> TracedValue {
    let inputs = frame.inputs(of: statement)
    guard case .function(let function) = inputs[0] else {
      throw TraceErrors.unsupported("a call of \(inputs[0].kindDescription)", at: place)
    }
    let code = try model.code(of: function)
    let arguments = Array(inputs.dropFirst())
    let name = TypeName.readable(code.qualifiedName)
    guard let rule = policy.rule(forFunction: name), arguments.contains(where: readsTensor) else {
      return try run(code, arguments)
    }
    usedRules.insert(rule)
    let id = emit(
      .leafFunction(LeafFunction(name: name, qualifiedName: code.qualifiedName)),
      named: OperationNames.function(name), try arguments.map(argument(from:)),
      type: statement.outputs.isEmpty ? "None" : typeName(statement.outputs.lowerBound, frame.code), effects: nil,
      rule: rule.description)
    return .symbol(id)
  }

  /// Whether a value is known only when running, or is a tensor of the model.
  private func readsTensor(_ value: TracedValue) -> Bool {
    switch value {
    case .attribute, .constant: true
    case .list(let list): list.symbol != nil || list.elements.contains(where: readsTensor)
    case .tuple(let elements, _): elements.contains(where: readsTensor)
    default: value.isSymbolic
    }
  }
}

/// What the containers reachable from values hold, to be put back.
struct ContainerSnapshot {
  private var lists: [(TracedList, [TracedValue], NodeID?)] = []
  private var dictionaries: [(TracedDictionary, [(key: TracedValue, value: TracedValue)], NodeID?)] = []
  private var objects: [(TracedObject, [String: TracedValue])] = []
  private var seen: Set<ObjectIdentifier> = []

  init(_ values: [TracedValue]) { for value in values { add(value) } }

  private mutating func add(_ value: TracedValue) {
    switch value {
    case .list(let list):
      guard seen.insert(ObjectIdentifier(list)).inserted else { return }
      lists.append((list, list.elements, list.symbol))
      for element in list.elements { add(element) }
    case .tuple(let elements, _): for element in elements { add(element) }
    case .dictionary(let dictionary):
      guard seen.insert(ObjectIdentifier(dictionary)).inserted else { return }
      dictionaries.append((dictionary, dictionary.entries, dictionary.symbol))
      for entry in dictionary.entries { add(entry.value) }
    case .object(let object):
      guard seen.insert(ObjectIdentifier(object)).inserted else { return }
      objects.append((object, object.fields))
      for field in object.fields.values { add(field) }
    default: break
    }
  }

  func restore() {
    for (list, elements, symbol) in lists { (list.elements, list.symbol) = (elements, symbol) }
    for (dictionary, entries, symbol) in dictionaries { (dictionary.entries, dictionary.symbol) = (entries, symbol) }
    for (object, fields) in objects { object.fields = fields }
  }
}

extension SourceLocation {
  /// Reads `file:line` back.
  init?(parsing text: String) {
    guard let colon = text.lastIndex(of: ":"), let line = Int(text[text.index(after: colon)...]) else { return nil }
    self.init(file: String(text[..<colon]), line: line)
  }
}
