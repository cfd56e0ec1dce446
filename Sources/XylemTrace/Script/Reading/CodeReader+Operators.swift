internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension CodeReader {
  func runOperator(_ statement: ScriptCode.Statement, _ inputs: [CodeValue], _ frame: CodeFrame) {
    func give(_ value: CodeValue) { if let number = statement.outputs.first { frame.values[number] = value } }
    let name = statement.name.split(separator: ":").last.map(String.init) ?? statement.name
    if Self.speaks.contains(name) { return give(part(statement.name, of: inputs)) }
    if let folded = fold(name, inputs) { return give(folded) }
    if runContainer(name, inputs, give) { return }
    guard let op = statement.operator, source?.isMissing(statement.name) != true else { return giveUp() }
    let results = apply(
      OperatorFacts.of(op), inputs,
      results: statement.outputs.map { number in
        switch frame.code.typeKinds[number] {
        case .int, .float, .bool, .number, .string, .none, .function: (false, true)
        case .optional, .any, .other: (true, false)
        default: (true, true)
        }
      })
    for (number, value) in zip(statement.outputs, results) { frame.values[number] = value }
  }

  /// Operators that format strings or print, and take any arguments.
  private static let speaks: Set<String> = ["warn", "Print", "format", "percentFormat"]

  /// The result of Python's operators on numbers and Booleans. Nil if an argument is unknown.
  private func fold(_ name: String, _ inputs: [CodeValue]) -> CodeValue? {
    if name == "wait", let value = inputs.first { return value }
    if ["__is__", "__isnot__"].contains(name), inputs.count == 2 {
      return isSame(inputs, negated: name == "__isnot__")
    }
    if name == "len", let list = inputs.first, case .list(let known) = list, known.symbol == nil {
      return .literal(.int(known.elements.count))
    }
    let literals = inputs.compactMap(\.literal)
    guard literals.count == inputs.count else { return nil }
    switch (name, literals.first, literals.dropFirst().first) {
    case ("__not__", .bool(let flag)?, nil): return .literal(.bool(!flag))
    case ("Bool", let value?, nil): return CodeValue.literal(value).bool.map { .literal(.bool($0)) }
    case ("neg", .int(let number)?, nil): return .literal(.int(-number))
    case ("neg", .float(let number)?, nil): return .literal(.float(-number))
    case ("__and__", .bool(let a)?, .bool(let b)?): return .literal(.bool(a && b))
    case ("__or__", .bool(let a)?, .bool(let b)?): return .literal(.bool(a || b))
    case ("eq", let a?, let b?) where literals.count == 2: return equality(a, b).map { .literal(.bool($0)) }
    case ("ne", let a?, let b?) where literals.count == 2: return equality(a, b).map { .literal(.bool(!$0)) }
    case (_, let a?, let b?) where literals.count == 2: return arithmetic(name, a, b)
    default: return nil
    }
  }

  private func isSame(_ inputs: [CodeValue], negated: Bool) -> CodeValue? {
    let nones = inputs.map { $0.literal == Literal.none }
    guard nones.contains(true) else { return nil }
    if nones == [true, true] { return .literal(.bool(!negated)) }
    let other = inputs[nones[0] ? 1 : 0]
    return isSome(other) ? .literal(.bool(negated)) : nil
  }

  private func equality(_ a: Literal, _ b: Literal) -> Bool? {
    if let a = a.number, let b = b.number { return a == b }
    switch (a, b) {
    case (.string, .string), (.bool, .bool), (.device, .device): return a == b
    default: return nil
    }
  }

  private func arithmetic(_ name: String, _ a: Literal, _ b: Literal) -> CodeValue? {
    guard let left = a.number, let right = b.number else { return nil }
    switch name {
    case "lt": return .literal(.bool(left < right))
    case "le": return .literal(.bool(left <= right))
    case "gt": return .literal(.bool(left > right))
    case "ge": return .literal(.bool(left >= right))
    default: break
    }
    if case .int(let x) = a, case .int(let y) = b {
      switch name {
      case "add": return whole(x.addingReportingOverflow(y))
      case "sub": return whole(x.subtractingReportingOverflow(y))
      case "mul": return whole(x.multipliedReportingOverflow(by: y))
      default: return nil
      }
    }
    switch name {
    case "add": return .literal(.float(left + right))
    case "sub": return .literal(.float(left - right))
    case "mul": return .literal(.float(left * right))
    case "div": return right == 0 ? nil : .literal(.float(left / right))
    default: return nil
    }
  }

  private func whole(_ result: (partialValue: Int, overflow: Bool)) -> CodeValue? {
    result.overflow ? nil : .literal(.int(result.partialValue))
  }

  /// Lists with known elements, and queries about containers.
  private func runContainer(_ name: String, _ inputs: [CodeValue], _ give: (CodeValue) -> Void) -> Bool {
    guard let first = inputs.first, case .list(let list) = first else { return false }
    switch name {
    case "__getitem__" where inputs.count == 2:
      give(item(inputs[1], of: first))
      return true
    case "append" where inputs.count == 2 && list.symbol == nil && list.depth == depth && list.places.isEmpty:
      list.elements.append(inputs[1])
      give(first)
      return true
    default: return false
    }
  }
}
