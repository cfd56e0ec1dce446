internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The values of one function call.
final class CallFrame {
  let code: ScriptCode
  var values: [TracedValue]
  /// Subscripts with steps still to come, by the number of the next value.
  var pendingSubscripts: [Int: PendingSubscript] = [:]

  init(_ code: ScriptCode) {
    self.code = code
    values = Array(repeating: .uninitialized, count: code.types.count)
  }

  func input(_ position: Int, of statement: ScriptCode.Statement) -> TracedValue {
    values[code.operands[statement.inputs.lowerBound + position]]
  }

  func inputs(of statement: ScriptCode.Statement) -> [TracedValue] {
    code.operands[statement.inputs].map { values[$0] }
  }

  func setOutput(_ value: TracedValue, of statement: ScriptCode.Statement) {
    if let first = statement.outputs.first { values[first] = value }
  }
}

extension ScriptTracer {
  /// The depth of nested function calls. Each takes some kilobytes of the thread's stack.
  static let depthLimit = 200
  /// The depth of nested blocks, over all running functions.
  static let blockLimit = 500

  /// Runs a function's code on traced values and returns its result.
  func run(_ code: ScriptCode, _ arguments: [TracedValue]) throws -> TracedValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw TraceErrors.recursion(Self.depthLimit, at: place) }
    let frame = CallFrame(code)
    let body = code.blocks[0]
    for (number, value) in zip(body.inputs, arguments) { frame.values[number] = value }
    running.append((code, 0))
    defer { running.removeLast() }
    try runBlock(body, frame)
    let results = code.operands[body.outputs].map { frame.values[$0] }
    guard results.count == 1 else { return results.isEmpty ? .none : .tuple(results, names: []) }
    return results[0]
  }

  func runBlock(_ block: ScriptCode.Block, _ frame: CallFrame) throws {
    blockDepth += 1
    defer { blockDepth -= 1 }
    guard blockDepth <= Self.blockLimit else { throw TraceErrors.recursion(Self.blockLimit, at: place) }
    for index in block.statements {
      running[running.count - 1].statement = index
      try spendStatement()
      let statement = frame.code.statements[index]
      guard keepsRunning, Self.canStandAlone(statement) else {
        try run(statement, at: index, frame)
        continue
      }
      // A call may have side effects before it fails; an operator fails before any.
      let start = statement.kind == .callMethod ? savepoint(before: index, frame) : nil
      do {
        try run(statement, at: index, frame)
      } catch let error as XylemError where error.canBeKeptWhole {
        if let start { goBack(to: start) }
        try emitRegion(statement, at: index, .statement, reason: error.message, frame)
      }
    }
  }

  /// Whether a statement can become a region by itself if it can't be traced.
  private static func canStandAlone(_ statement: ScriptCode.Statement) -> Bool {
    switch statement.kind {
    case .isInstance, .operator, .other, .callMethod, .tupleSlice: true
    default: false
    }
  }

  private func run(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) throws {
    switch statement.kind {
    case .constant: runConstant(statement, at: index, frame)
    case .getAttribute:
      frame.setOutput(
        try getAttribute(statement.name, of: frame.input(0, of: statement), statement, frame), of: statement)
    case .setAttribute:
      try setAttribute(statement.name, of: frame.input(0, of: statement), to: frame.input(1, of: statement))
    case .callMethod: frame.setOutput(try callMethod(statement, frame), of: statement)
    case .callFunction: frame.setOutput(try callFunction(statement, frame), of: statement)
    case .if: try runIf(statement, at: index, frame)
    case .loop: try runLoop(statement, at: index, frame)
    case .list:
      try spend(elements: statement.inputs.count)
      let type = frame.code.types[statement.outputs.lowerBound]
      frame.setOutput(.list(TracedList(frame.inputs(of: statement), type: type)), of: statement)
    case .tuple:
      let type = frame.code.types[statement.outputs.lowerBound]
      let tuple = TracedTuple(frame.inputs(of: statement), names: type.fieldNames, type: type)
      frame.setOutput(.tuple(tuple), of: statement)
    case .dictionary:
      let flat = frame.inputs(of: statement)
      let entries = stride(from: 0, to: flat.count - 1, by: 2).map { (key: flat[$0], value: flat[$0 + 1]) }
      let type = frame.code.types[statement.outputs.lowerBound]
      frame.setOutput(.dictionary(TracedDictionary(entries, type: type)), of: statement)
    case .listUnpack, .tupleUnpack: try unpack(statement, frame)
    case .tupleIndex:
      let index = frame.input(1, of: statement)
      frame.setOutput(try item(index, of: frame.input(0, of: statement), statement, frame), of: statement)
    case .tupleSlice:
      guard case .tuple(let tuple) = frame.input(0, of: statement) else {
        throw TraceErrors.unsupported("a slice of a tuple that is known only when running", at: place)
      }
      frame.setOutput(.tuple(Array(tuple.elements[statement.begin..<statement.end]), names: []), of: statement)
    case .raise: throw raised(message(of: frame.input(0, of: statement)))
    case .cast: frame.setOutput(frame.input(0, of: statement), of: statement)
    case .uninitialized: frame.setOutput(.uninitialized, of: statement)
    case .createObject:
      frame.setOutput(.object(TracedObject(type: frame.code.types[statement.outputs.lowerBound])), of: statement)
    case .isInstance: try runIsInstance(statement, at: index, frame)
    case .enter: try enter(frame.input(0, of: statement), statement, frame)
    case .exit: try exit(frame.input(0, of: statement))
    case .fork: try runFork(statement, frame)
    case .operator: try runOperator(statement, at: index, frame)
    case .other:
      throw TraceErrors.unsupported("the statement \(statement.name) is not supported", at: place)
    }
  }

  private func runConstant(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) {
    if let function = statement.function {
      frame.setOutput(.function(function), of: statement)
    } else if let value = statement.constant {
      let literal = TracedValue(literal: value)
      frame.setOutput(
        literal ?? .constant(CodeReference(function: frame.code.qualifiedName, statement: index), value),
        of: statement)
    } else {
      frame.setOutput(.none, of: statement)
    }
  }

  /// The message of a raise statement.
  func message(of value: TracedValue) -> String {
    switch value {
    case .literal(.string(let text)), .message(let text, _): text
    default: value.kindDescription
    }
  }

  private func runIsInstance(_ statement: ScriptCode.Statement, at index: Int, _ frame: CallFrame) throws {
    let value = frame.input(0, of: statement)
    let declared = frame.code.types[frame.code.operands[statement.inputs.lowerBound]]
    if let decided = frame.code.function.isInstance(statement: index, type: declared) {
      return frame.setOutput(.bool(decided), of: statement)
    }
    if let type = try runtimeType(of: value, declared: declared) {
      let decided = frame.code.function.isInstance(statement: index, type: type)
      return frame.setOutput(.bool(decided == true), of: statement)
    }
    if case .tuple(let tuple) = value, let type = tuple.type,
      let decided = frame.code.function.isInstance(statement: index, type: type)
    {
      return frame.setOutput(.bool(decided), of: statement)
    }
    throw TraceErrors.concreteValue("the type", value: describe(value), at: place, on: argumentsBehind(value))
  }

  /// The type that a value has when the code runs. Nil if it is not known while tracing.
  private func runtimeType(of value: TracedValue, declared: ScriptType) throws -> ScriptType? {
    switch value {
    case .list(let list) where list.type != nil: return list.type
    case .dictionary(let dictionary) where dictionary.type != nil: return dictionary.type
    case .object(let object): return object.type
    case .attribute(let attribute): return ScriptType(of: attribute.value)
    case .constant(_, let value): return ScriptType(of: value)
    case .message: return ScriptType(of: .string(""))
    case .number: return ScriptType(of: .tensor(try Tensor([0], shape: [1])))
    case .symbol(let id):
      switch core.graph[id].valueType {
      case .tensor: return ScriptType(of: .tensor(try Tensor([0], shape: [1])))
      case .int: return ScriptType(of: .int(0))
      case .float: return ScriptType(of: .float(0))
      case .bool: return ScriptType(of: .bool(false))
      default: return nil
      }
    default:
      // An empty list doesn't say which elements it may have.
      if value.hasEmptyContainer { return nil }
      return try literalValue(of: value).flatMap(ScriptType.init(of:))
    }
  }

  private func unpack(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws {
    let value = frame.input(0, of: statement)
    let elements: [TracedValue]
    switch value {
    case .tuple(let tuple): elements = tuple.elements
    case .list(let list) where list.symbol == nil: elements = list.elements
    default:
      let container = try argument(from: value)
      elements = statement.outputs.enumerated().map { position, number in
        emitGetItem(container, .int(position), type: typeName(number, frame.code))
      }
    }
    guard elements.count == statement.outputs.count else {
      throw raised(
        "expected \(statement.outputs.count) elements to unpack, there are \(elements.count)")
    }
    for (number, element) in zip(statement.outputs, elements) { frame.values[number] = element }
  }

  /// The fork's code runs immediately; waiting returns its result.
  private func runFork(_ statement: ScriptCode.Statement, _ frame: CallFrame) throws {
    guard let number = statement.blocks.first else {
      throw TraceErrors.unsupported("a fork without code", at: place)
    }
    let block = frame.code.blocks[number]
    for (input, value) in zip(block.inputs, frame.inputs(of: statement)) { frame.values[input] = value }
    try runBlock(block, frame)
    let results = frame.code.operands[block.outputs].map { frame.values[$0] }
    frame.setOutput(.future(results.count == 1 ? results[0] : .tuple(results, names: [])), of: statement)
  }

  /// The name of a value's declared type.
  func typeName(_ number: Int, _ code: ScriptCode) -> String {
    switch code.typeKinds[number] {
    case .tensor: "Tensor"
    case .int: "int"
    case .float: "float"
    case .bool: "bool"
    default: TypeName.readable(code.types[number].name)
    }
  }
}
