internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
internal import XylemRuntime

/// What a statement that is kept whole reads from the code around it.
struct RegionScan {
  /// Numbers of captured values in the order of their first use; constants are copied into the region instead.
  private(set) var captures: [Int] = []
  /// Whether code in the statement puts things into containers or takes them out.
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
    case .callMethod, .callFunction: changesContainers = true
    case .operator:
      guard let schema = statement.operator?.schema else { break }
      for (position, argument) in schema.arguments.enumerated() where argument.isWritten {
        let number = code.input(position, of: statement)
        if [.list, .dictionary].contains(code.typeKinds[number]) { changesContainers = true }
      }
    default: break
    }
  }

  private mutating func read(_ number: Int) {
    guard !defined.contains(number), !constants.contains(number), captured.insert(number).inserted else { return }
    captures.append(number)
  }
}

extension ScriptTracer {
  /// Writes a statement down as one node that the runtime's interpreter runs.
  func emitRegion(
    _ statement: ScriptCode.Statement, at index: Int, _ kind: Region.Kind, reason: String, _ frame: CallFrame
  ) throws {
    let code = frame.code
    let scan = RegionScan(index, of: code)
    let values = scan.captures.map { frame.values[$0] }
    try checkWrites(scan, values)
    let changed = scan.changesContainers ? values.indices.filter { isContainer(values[$0]) } : []
    for position in changed { try willChange(origin: origin(of: values[position])) }
    let region = Region(
      kind: kind, code: CodeReference(function: code.qualifiedName, statement: index),
      captures: scan.captures.map { code.valueNames[$0].isEmpty ? "%\($0)" : code.valueNames[$0] },
      resultCount: statement.outputs.count, changedCaptures: changed, hiddenModules: hiddenModules(values, index, code))
    let location = currentLocation
    let type = !region.returnsTuple && changed.isEmpty ? typeName(statement.outputs.lowerBound, code) : "Tuple"
    let id = emit(
      .region(region), named: regionName(kind, statement), try values.map(argument(from:)), type: type, effects: nil,
      rule: "automatic")
    if region.returnsTuple {
      for (position, number) in statement.outputs.enumerated() {
        frame.values[number] = emitGetItem(.node(id), .int(position), type: typeName(number, code))
      }
    } else if let number = statement.outputs.first {
      frame.values[number] = .symbol(id)
    }
    for (order, position) in changed.enumerated() {
      let contents: TracedValue =
        region.returnsTuple
        ? emitGetItem(
          .node(id), .int(statement.outputs.count + order), type: typeName(scan.captures[position], code))
        : .symbol(id)
      if case .symbol(let node) = contents { becomeSymbolic(values[position], node) }
    }
    core.notes.append(
      TraceNote(
        kind: .automaticRegion, path: currentModule.path, type: currentModule.module.type, node: core.graph[id].name,
        reason: reason, location: location, hiddenModules: region.hiddenModules))
  }

  private func regionName(_ kind: Region.Kind, _ statement: ScriptCode.Statement) -> String {
    guard kind == .statement else { return kind.rawValue }
    let short = statement.name.split(separator: ":").last.map(String.init) ?? statement.name
    return OperationNames.exact(short)
  }

  /// Attributes that the region writes have to be read when running, everywhere.
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
    case .list(let list): list.symbol = node
    case .dictionary(let dictionary): dictionary.symbol = node
    default: break
    }
  }

  /// Paths of the modules that are called in a statement, as far as its code says which they are.
  private func hiddenModules(_ captured: [TracedValue], _ index: Int, _ code: ScriptCode) -> [String] {
    var known: [Int: ScriptModule] = [:]
    for (number, value) in zip(RegionScan(index, of: code).captures, captured) {
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
