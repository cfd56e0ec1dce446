internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptTracer {
  /// Records a statement as one node that the runtime's interpreter runs.
  func emitRegion(
    _ statement: ScriptCode.Statement, at index: Int, _ kind: Region.Kind, reason: String, _ frame: CallFrame
  ) throws {
    let code = frame.code
    let summary = code.summary(of: index)
    let isUnset = summary.captures.map { if case .uninitialized = frame.values[$0] { true } else { false } }
    let numbers = zip(summary.captures, isUnset).filter { !$0.1 }.map(\.0)
    let values = numbers.map { frame.values[$0] }
    try checkAssignments(summary.code.assigned, values)
    let changed = summary.changesContainers ? values.indices.filter { isContainer(values[$0]) } : []
    if summary.changesContainers { try checkWays(values) }
    let region = Region(
      kind: kind, code: CodeReference(function: code.qualifiedName, statement: index),
      captures: numbers.map { code.valueNames[$0].isEmpty ? "%\($0)" : code.valueNames[$0] },
      unsetCaptures: isUnset.indices.filter { isUnset[$0] }, resultCount: statement.outputs.count,
      changedCaptures: changed, hiddenModules: hiddenModules(summary, values, numbers))
    let location = currentLocation
    let single = (statement.outputs + changed.map { numbers[$0] }).first
    let type = region.returnsTuple ? "Tuple" : single.map { typeName($0, code) } ?? "None"
    let id = emit(
      .region(region), named: regionName(kind, statement), try values.map(argument(from:)), type: type, effects: nil,
      rule: "automatic", listing: .always)
    if region.returnsTuple {
      for (position, number) in statement.outputs.enumerated() {
        let type = typeName(number, code)
        if mayBeUnset(number, frame) {
          // Values that a return leaves unset when it is not taken are never requested: the code knows whether to read
          // them.
          let item = core.emitHidden(
            .getItem, named: "getitem", [.node(id), .int(position)], in: currentModule.path, type: type,
            effects: Effects(aliases: [0]), at: location)
          unsetNodes.insert(item)
          frame.values[number] = .symbol(item)
        } else {
          frame.values[number] = emitGetItem(.node(id), .int(position), type: type)
        }
      }
    } else if let number = statement.outputs.first {
      frame.values[number] = .symbol(id)
    }
    if summary.changesContainers { loseParts(of: values, to: id) }
    for (order, position) in changed.enumerated() {
      let contents: TracedValue =
        region.returnsTuple
        ? emitGetItem(.node(id), .int(statement.outputs.count + order), type: typeName(numbers[position], code))
        : .symbol(id)
      if case .symbol(let node) = contents { becomeSymbolic(values[position], node) }
    }
    core.notes.append(
      TraceNote(
        kind: .automaticRegion, path: currentModule.path, type: currentModule.module.type, node: core.graph[id].name,
        reason: reason, location: location, hiddenModules: region.hiddenModules))
  }

  /// Whether there is a path through the code on which a value is not set.
  private func mayBeUnset(_ number: Int, _ frame: CallFrame) -> Bool {
    let code = frame.code
    var seen: Set<Int> = []
    var pending = [number]
    while let next = pending.popLast() {
      guard seen.insert(next).inserted else { continue }
      if case .symbol(let node) = frame.values[next], unsetNodes.contains(node) { return true }
      guard let statement = code.definition(of: next) else { continue }
      if statement.kind == .uninitialized { return true }
      let position = next - statement.outputs.lowerBound
      for number in statement.blocks {
        let block = code.blocks[number]
        let shift = statement.kind == .loop ? 1 : 0
        if position + shift < block.outputs.count {
          pending.append(code.operands[block.outputs.lowerBound + position + shift])
        }
      }
      if statement.kind == .loop { pending.append(code.input(position + 2, of: statement)) }
    }
    return false
  }

  private func regionName(_ kind: Region.Kind, _ statement: ScriptCode.Statement) -> String {
    guard kind == .statement else { return kind.rawValue }
    let short = statement.name.split(separator: ":").last.map(String.init) ?? statement.name
    return OperationNames.exact(short)
  }

  /// Attributes that the region assigns must be read at run time, everywhere.
  private func checkAssignments(_ names: Set<String>, _ values: [TracedValue]) throws {
    guard !names.isEmpty else { return }
    for case .module(let module) in values {
      var found: String?
      module.forEachModule { inner in
        for name in names.sorted() where inner.attributes[name] != nil {
          let path = inner.path(of: name)
          if !dynamicAttributes.contains(path) { found = found ?? path }
        }
      }
      if let found { throw RestartTrace(attribute: found) }
    }
  }

  private func isContainer(_ value: TracedValue) -> Bool {
    switch value {
    case .list, .dictionary: true
    default: false
    }
  }

  private func origin(of value: TracedValue) -> String? {
    switch value {
    case .list(let list): list.origin
    case .dictionary(let dictionary): dictionary.origin
    default: nil
    }
  }

  private func becomeSymbolic(_ value: TracedValue, _ node: NodeID) {
    switch value {
    case .list(let list): (list.symbol, list.isLost) = (node, false)
    case .dictionary(let dictionary): (dictionary.symbol, dictionary.isLost) = (node, false)
    default: break
    }
  }

  /// A region gets copies of the containers that it captures. A container that it can reach in two ways would become
  /// two, and a change would show in only one. A container that is an attribute must be read at run time.
  private func checkWays(_ values: [TracedValue]) throws {
    var walk = ContainerWalk(values)
    var containers: [TracedValue] = []
    while let next = walk.next() { containers.append(next) }
    guard !walk.meetsTwice else {
      throw TraceErrors.unsupported(
        "a region changes a container that it reaches in two ways", at: place)
    }
    for container in containers { try willChange(origin: origin(of: container)) }
  }

  /// The contents of containers and tuples are unknown after a region that changes containers, except through those
  /// that it returns.
  private func loseParts(of captured: [TracedValue], to region: NodeID) {
    var walk = ContainerWalk(captured)
    while let part = walk.next() {
      switch part {
      case .list(let list): (list.symbol, list.isLost) = (region, true)
      case .dictionary(let dictionary): (dictionary.symbol, dictionary.isLost) = (region, true)
      default: break
      }
    }
  }

  /// Paths of the modules that a statement calls, as far as its code identifies them, each once.
  private func hiddenModules(_ summary: StatementSummary, _ captured: [TracedValue], _ numbers: [Int]) -> [String] {
    let values = Dictionary(uniqueKeysWithValues: zip(numbers, captured))
    var found: OrderedSet<String> = []
    for call in summary.moduleCalls {
      guard case .module(let root)? = values[call.root], let module = root.submodule(call.path) else { continue }
      found.append(module.path)
    }
    return Array(found)
  }
}
