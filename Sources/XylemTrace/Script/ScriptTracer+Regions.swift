internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The values that a region reads from the surrounding code.
struct RegionScan {
  /// Numbers of captured values in the order of their first use. Constants are copied into the region instead.
  private(set) var captures: [Int] = []
  /// Whether code in the statement may put values into containers or take them out, or returns containers that may be
  /// captured ones: a value that is later put into one is then in the other.
  private(set) var changesContainers = false
  /// Names of attributes that code in the statement writes.
  private(set) var writtenAttributes: Set<String> = []

  private let code: ScriptCode
  private var defined: Set<Int> = []
  private var captured: Set<Int> = []
  private let constants: Set<Int>

  init(_ statement: Int, of code: ScriptCode) {
    self.code = code
    var constants: Set<Int> = []
    for statement in code.statements where statement.kind == .constant {
      constants.formUnion(statement.outputs)
    }
    self.constants = constants
    visit(code.statements[statement])
    let results = code.statements[statement].outputs
    changesContainers = changesContainers || results.contains { Self.holdsContainers(code.types[$0]) }
  }

  private mutating func visit(_ statement: ScriptCode.Statement) {
    for number in code.operands[statement.inputs] { read(number) }
    for blockNumber in statement.blocks {
      let block = code.blocks[blockNumber]
      defined.formUnion(block.inputs)
      for index in block.statements { visit(code.statements[index]) }
      for number in code.operands[block.outputs] { read(number) }
    }
    defined.formUnion(statement.outputs)
    switch statement.kind {
    case .setAttribute: writtenAttributes.insert(statement.name)
    case .callMethod, .callFunction, .enter, .exit, .fork, .other: changesContainers = true
    case .operator:
      guard let schema = statement.operator?.schema, schema.isKnown else { break }
      for (position, argument) in schema.arguments.enumerated()
      where argument.isWritten && position < statement.inputs.count {
        if code.typeKinds[code.input(position, of: statement)] != .tensor { changesContainers = true }
      }
    default: break
    }
  }

  private static func holdsContainers(_ type: ScriptType) -> Bool {
    switch type.kind {
    case .list, .dictionary: true
    case .optional, .tuple: type.contained.contains(where: holdsContainers)
    default: false
    }
  }

  private mutating func read(_ number: Int) {
    guard !defined.contains(number), !constants.contains(number), captured.insert(number).inserted else { return }
    captures.append(number)
  }
}

extension ScriptTracer {
  /// Records a statement as one node that the runtime's interpreter runs.
  func emitRegion(
    _ statement: ScriptCode.Statement, at index: Int, _ kind: Region.Kind, reason: String, _ frame: CallFrame
  ) throws {
    let code = frame.code
    let scan = scan(of: index, in: code)
    let isUnset = scan.captures.map { if case .uninitialized = frame.values[$0] { true } else { false } }
    let numbers = zip(scan.captures, isUnset).filter { !$0.1 }.map(\.0)
    let values = numbers.map { frame.values[$0] }
    try checkWrites(scan, values)
    let changed = scan.changesContainers ? values.indices.filter { isContainer(values[$0]) } : []
    if scan.changesContainers { try checkWays(values) }
    let region = Region(
      kind: kind, code: CodeReference(function: code.qualifiedName, statement: index),
      captures: numbers.map { code.valueNames[$0].isEmpty ? "%\($0)" : code.valueNames[$0] },
      unsetCaptures: isUnset.indices.filter { isUnset[$0] }, resultCount: statement.outputs.count,
      changedCaptures: changed, hiddenModules: hiddenModules(values, numbers, index, code))
    let location = currentLocation
    let single = (statement.outputs + changed.map { numbers[$0] }).first
    let type = region.returnsTuple ? "Tuple" : single.map { typeName($0, code) } ?? "None"
    let id = emit(
      .region(region), named: regionName(kind, statement), try values.map(argument(from:)), type: type, effects: nil,
      rule: "automatic")
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
    if scan.changesContainers { loseParts(of: values, to: id) }
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

  /// Attributes that the region writes must be read at run time, everywhere.
  private func checkWrites(_ scan: RegionScan, _ values: [TracedValue]) throws {
    guard !scan.writtenAttributes.isEmpty else { return }
    for case .module(let module) in values {
      var found: String?
      module.forEachModule { inner in
        for name in scan.writtenAttributes.sorted() where inner.attributes[name] != nil {
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

  /// Paths of the modules that a statement calls, as far as its code identifies them.
  private func hiddenModules(
    _ captured: [TracedValue], _ numbers: [Int], _ index: Int, _ code: ScriptCode
  ) -> [String] {
    var known: [Int: ScriptModule] = [:]
    for (number, value) in zip(numbers, captured) {
      if case .module(let module) = value { known[number] = module }
    }
    var found: [String] = []
    func visit(_ statement: ScriptCode.Statement) {
      switch statement.kind {
      case .getAttribute:
        if let owner = known[code.input(0, of: statement)],
          case .module(let child)? = owner.attributes[statement.name]?.content
        {
          known[statement.outputs.lowerBound] = child
        }
      case .callMethod:
        if let module = known[code.input(0, of: statement)], statement.name == "forward", !found.contains(module.path) {
          found.append(module.path)
        }
      default: break
      }
      for block in statement.blocks { for inner in code.blocks[block].statements { visit(code.statements[inner]) } }
    }
    visit(code.statements[index])
    return found
  }
}
