internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The values of one call of an archive's function while it is read.
final class CodeFrame {
  let code: ScriptCode
  var values: [CodeValue]

  init(_ code: ScriptCode) {
    self.code = code
    values = Array(repeating: .none, count: code.types.count)
  }

  func inputs(of statement: ScriptCode.Statement) -> [CodeValue] {
    code.operands[statement.inputs].map { values[$0] }
  }
}

extension CodeReader {
  /// Reads a call of a function, and returns its result.
  func run(_ function: ScriptFunction, _ arguments: [CodeValue]) -> CodeValue {
    guard let code = source?.code(of: function), let body = code.blocks.first else {
      giveUp()
      return .none
    }
    let frame = CodeFrame(code)
    for (number, value) in zip(body.inputs, arguments) { frame.values[number] = value }
    call { _ = run(body, frame) }
    let results = code.operands[body.outputs].map { frame.values[$0] }
    return results.count == 1 ? results[0] : results.isEmpty ? .none : tuple(results)
  }

  /// Reads a block. Returns false if it raises an error.
  private func run(_ block: ScriptCode.Block, _ frame: CodeFrame) -> Bool {
    for index in block.statements {
      guard step() else { return true }
      let statement = frame.code.statements[index]
      if statement.kind == .raise { return false }
      if !run(statement, at: index, frame) { return false }
    }
    return true
  }

  /// Reads one statement. Returns false if every path through it raises an error.
  func run(_ statement: ScriptCode.Statement, at index: Int, _ frame: CodeFrame) -> Bool {
    let inputs = frame.inputs(of: statement)
    func give(_ value: CodeValue) { if let number = statement.outputs.first { frame.values[number] = value } }
    switch statement.kind {
    case .constant: give(constant(statement, at: index, frame.code))
    case .getAttribute: give(get(statement.name, of: inputs[0]))
    case .setAttribute: set(statement.name, of: inputs[0], to: inputs[1])
    case .callMethod: give(callMethod(statement, inputs))
    case .callFunction:
      if case .function(let function) = inputs[0] { give(run(function, Array(inputs.dropFirst()))) } else { giveUp() }
    case .if: return runIf(statement, inputs[0], frame)
    case .loop: runLoop(statement, inputs, frame)
    case .list: give(list(inputs))
    case .tuple: give(tuple(inputs))
    case .dictionary:
      give(.symbol(container("dictionary", of: inputs)))
    case .listUnpack, .tupleUnpack:
      let elements = self.elements(of: inputs[0])
      for (position, number) in statement.outputs.enumerated() {
        frame.values[number] =
          elements?.count == statement.outputs.count
          ? elements?[position] ?? .none : item(.literal(.int(position)), of: inputs[0])
      }
    case .tupleIndex: give(item(inputs[1], of: inputs[0]))
    case .tupleSlice:
      if case .tuple(let whole) = inputs[0], statement.end <= whole.elements.count, statement.begin <= statement.end {
        give(tuple(Array(whole.elements[statement.begin..<statement.end])))
      } else {
        give(part("slice \(statement.begin) \(statement.end)", of: inputs))
      }
    case .cast:
      if case .symbol(var symbol) = inputs[0] {
        symbol.isSome = true
        give(.symbol(symbol))
      } else {
        give(inputs[0])
      }
    case .createObject: give(.symbol(CodeSymbol(digest: hash("object", []), places: [places.fresh()], isSome: true)))
    case .isInstance:
      let declared = frame.code.types[frame.code.operands[statement.inputs.lowerBound]]
      let decided = frame.code.function.isInstance(statement: index, type: declared)
      give(decided.map { .literal(.bool($0)) } ?? part("isinstance", of: inputs))
    case .enter: give(part("enter", of: inputs))
    case .fork:
      guard let number = statement.blocks.first else { return true }
      let block = frame.code.blocks[number]
      for (input, value) in zip(block.inputs, inputs) { frame.values[input] = value }
      _ = run(block, frame)
      let results = frame.code.operands[block.outputs].map { frame.values[$0] }
      give(results.count == 1 ? results[0] : tuple(results))
    case .operator: runOperator(statement, inputs, frame)
    case .uninitialized, .exit: break
    case .raise: return false
    case .other: giveUp()
    }
    return true
  }

  private func constant(_ statement: ScriptCode.Statement, at index: Int, _ code: ScriptCode) -> CodeValue {
    if let function = statement.function { return .function(function) }
    guard let value = statement.constant else { return .none }
    if let literal = value.literal { return .literal(literal) }
    let path = "a constant of \(TypeName.readable(code.qualifiedName))"
    let digest = hash(code.qualifiedName, [], salt: index)
    return .symbol(CodeSymbol(digest: digest, places: [places.attribute("\(path) \(index)")], isSome: true))
  }

  // MARK: - Attributes

  private func get(_ name: String, of owner: CodeValue) -> CodeValue {
    guard case .module(let module) = owner, let source else { return part("." + name, of: [owner]) }
    let path = module.path(of: name)
    if let value = assigned[path] { return value }
    switch source.content(of: name, in: module) {
    case .module(let child)?: return .module(child)
    case .literal(let literal)?: return .literal(literal)
    case .list(let elements)?:
      return list(elements, places: [places.attribute(path)])
    case .tuple(let elements)?: return tuple(elements)
    case .value?:
      return .symbol(
        CodeSymbol(digest: hash(path, []), places: [places.attribute(path)], isSome: true, copies: path))
    case .open?:
      readAttributes.insert(path)
      return .symbol(CodeSymbol(digest: hash(path, []), places: [places.attribute(path)], copies: path))
    case nil:
      giveUp()
      return .none
    }
  }

  private func set(_ name: String, of owner: CodeValue, to value: CodeValue) {
    guard case .module(let module) = owner else {
      write(owner, by: "=", digest: hash(name, [value]), isRandom: isRandom(value), isContainer: true)
      if case .symbol(let symbol) = owner { places.put(placesOf(value), into: symbol.places) }
      return
    }
    guard digest(get(name, of: owner)) != digest(value) else { return }
    assign(module.path(of: name), value)
  }

  private func callMethod(_ statement: ScriptCode.Statement, _ inputs: [CodeValue]) -> CodeValue {
    var function = statement.function
    if case .module(let module) = inputs[0] { function = function ?? module.object.method(statement.name) }
    guard let function else {
      giveUp()
      return .none
    }
    return run(function, inputs)
  }

  // MARK: - Containers

  private func elements(of value: CodeValue) -> [CodeValue]? {
    switch value {
    case .tuple(let sequence), .list(let sequence): sequence.symbol == nil ? sequence.elements : nil
    default: nil
    }
  }

  func item(_ index: CodeValue, of container: CodeValue) -> CodeValue {
    guard let elements = elements(of: container) else { return part("item", of: [container, index]) }
    // A single alternative is not a choice.
    if elements.count == 1 { return elements[0] }
    guard let index = index.int else { return part("item", of: [container, index]) }
    let position = index < 0 ? index + elements.count : index
    return elements.indices.contains(position) ? elements[position] : part("item", of: [container])
  }

  // MARK: - Branches and loops

  private func runIf(_ statement: ScriptCode.Statement, _ condition: CodeValue, _ frame: CodeFrame) -> Bool {
    let blocks = statement.blocks.map { frame.code.blocks[$0] }
    func results(_ block: ScriptCode.Block) -> [CodeValue] {
      frame.code.operands[block.outputs].map { frame.values[$0] }
    }
    func give(_ values: [CodeValue]) {
      for (number, value) in zip(statement.outputs, values) { frame.values[number] = value }
    }
    if let flag = condition.bool {
      guard run(blocks[flag ? 0 : 1], frame) else { return false }
      give(results(blocks[flag ? 0 : 1]))
      return true
    }
    // Values that one branch assigns are not set in the other.
    let before = assigned
    depth += 1
    defer { depth -= 1 }
    let first = run(blocks[0], frame)
    let (a, assignedFirst) = (results(blocks[0]), assigned)
    assigned = before
    let second = run(blocks[1], frame)
    let (b, assignedSecond) = (results(blocks[1]), assigned)
    switch (first, second) {
    case (false, false): return false
    case (true, false):
      assigned = assignedFirst
      give(a)
    case (false, true): give(b)
    case (true, true):
      for path in Set(assignedFirst.keys).union(assignedSecond.keys) {
        let missing = part("." + path, of: [])
        assigned[path] = merged(condition, assignedFirst[path] ?? missing, assignedSecond[path] ?? missing)
      }
      give(zip(a, b).map { merged(condition, $0, $1) })
    }
    return true
  }

  /// Iterations that are read one by one; for longer loops one iteration represents all.
  private static let roundLimit = 256

  private func runLoop(_ statement: ScriptCode.Statement, _ inputs: [CodeValue], _ frame: CodeFrame) {
    let code = frame.code
    let body = code.blocks[statement.blocks.lowerBound]
    var carried = Array(inputs.dropFirst(2))
    var condition = inputs[1]
    func round(_ number: CodeValue) {
      for (input, value) in zip(body.inputs, [number] + carried) { frame.values[input] = value }
      _ = run(body, frame)
      let results = code.operands[body.outputs].map { frame.values[$0] }
      (condition, carried) = (results[0], Array(results.dropFirst()))
    }
    func finish() { for (number, value) in zip(statement.outputs, carried) { frame.values[number] = value } }
    if let rounds = inputs[0].int, rounds <= Self.roundLimit {
      var number = 0
      while number < rounds, condition.bool == true, isComplete {
        round(.literal(.int(number)))
        number += 1
      }
      if number >= rounds || condition.bool == false || !isComplete { return finish() }
    }
    // The number of iterations is unknown: values are what they may be after any iteration.
    depth += 1
    defer { depth -= 1 }
    let before = carried
    for pass in 0..<4 {
      let start = carried
      carried = zip(before, carried).enumerated().map { position, values in
        var value = CodeSymbol(digest: hash("round \(position) \(pass)", [inputs[0], values.0, values.1]))
        value.places = placesOf(values.0).union(placesOf(values.1))
        value.isRandom = isRandom(values.0) || isRandom(values.1) || isRandom(condition)
        value.isSome = isSome(values.0) && isSome(values.1)
        value.copies = copies(values.0) == copies(values.1) ? copies(values.0) : nil
        return .symbol(value)
      }
      round(part("number", of: [inputs[0]]))
      func known(_ values: [CodeValue]) -> (Int, Int) {
        (values.reduce(into: Set<Int>()) { $0.formUnion(placesOf($1)) }.count, values.filter(isRandom).count)
      }
      if pass > 0, known(start) == known(carried) { break }
    }
    carried = zip(before, carried).map { merged(condition, $0, $1) }
    finish()
  }
}
