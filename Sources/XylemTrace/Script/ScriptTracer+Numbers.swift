internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// A tensor without dimensions that holds a number of the model's code.
///
/// `torch.jit.trace` sees sizes as tensors: `x.size(0) // 2` is `NumToTensor`, `floor_divide` of two tensors, and
/// `Int`. Here the number stays a number, so that the archive's graph is that of the scripted code. The tensor is
/// created only if an operator needs one.
final class TracedNumber {
  /// The kind of number, which is the tensor's type.
  enum Kind: String {
    case int, float, bool

    /// The kind of number of a type. Nil for any other type.
    init?(_ type: TypeExpression) { self.init(rawValue: type.description) }
  }

  /// A literal, or a node that computes a number.
  let number: TracedValue
  let kind: Kind
  /// The operator that creates the tensor, and its inputs.
  let operation: String
  let inputs: [TracedValue]
  /// The tracer's identifier for it.
  let id: Int

  init(_ id: Int, _ number: TracedValue, _ kind: Kind, _ operation: String, _ inputs: [TracedValue]) {
    self.id = id
    self.number = number
    self.kind = kind
    self.operation = operation
    self.inputs = inputs
  }
}

extension ScriptTracer {
  /// Runs an operator on a tensor that holds a number. Returns false if there is none, or if the tensor itself is
  /// needed.
  func runNumber(
    _ statement: ScriptCode.Statement, at index: Int, _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> Bool {
    guard let op = statement.operator, statement.outputs.count == 1 else { return false }
    if statement.name == "prim::NumToTensor" {
      guard let (number, kind) = number(inputs[0]) else { return false }
      frame.setOutput(.number(makeNumber(number, kind, OperatorFacts.of(op).name, inputs)), of: statement)
      return true
    }
    guard let first = inputs.lazy.compactMap(held).first else { return false }
    if let kind = Self.conversions[statement.name] {
      frame.setOutput(try converted(first.number, first.kind, to: kind ?? first.kind), of: statement)
      return true
    }
    if Self.identities.contains(statement.name) {
      frame.setOutput(.number(first), of: statement)
      return true
    }
    guard let (result, kind) = try arithmetic(statement, at: index, inputs, frame) else { return false }
    let isTensor = frame.code.typeKinds[statement.outputs.lowerBound] == .tensor
    frame.setOutput(
      isTensor ? .number(makeNumber(result, kind, OperatorFacts.of(op).name, inputs)) : result, of: statement)
    return true
  }

  private func makeNumber(
    _ number: TracedValue, _ kind: TracedNumber.Kind, _ operation: String, _ inputs: [TracedValue]
  ) -> TracedNumber {
    numberCount += 1
    return TracedNumber(numberCount, number, kind, operation, inputs)
  }

  /// The number of a value that is a tensor with a number and has no node yet: one with a node may have been written.
  private func held(_ value: TracedValue) -> TracedNumber? {
    guard case .number(let number) = value, core.numberNodes[number.id] == nil else { return nil }
    return number
  }

  /// Operators that convert a tensor to a number, with the kind of number. Nil for the tensor's own kind.
  private static let conversions: [String: TracedNumber.Kind?] = [
    "aten::Int": .int, "aten::IntImplicit": .int, "aten::Float": .float, "aten::FloatImplicit": .float,
    "aten::Bool": .bool, "aten::ScalarImplicit": nil, "aten::item": nil,
  ]

  /// Operators whose result is the tensor itself.
  private static let identities: Set<String> = ["aten::detach", "aten::alias", "aten::contiguous"]

  // MARK: - Numbers

  /// A value as a number: a literal, a node that computes one, or a tensor that holds one.
  private func number(_ value: TracedValue) -> (TracedValue, TracedNumber.Kind)? {
    switch value {
    case .literal(.int): return (value, .int)
    case .literal(.float): return (value, .float)
    case .literal(.bool): return (value, .bool)
    case .symbol(let id): return TracedNumber.Kind(core.graph[id].valueType).map { (value, $0) }
    case .number: return held(value).map { ($0.number, $0.kind) }
    case .constant(_, .tensor(let tensor)):
      guard let array = try? tensor.hostArray(), array.shape.isEmpty, let number = (try? array.doubles())?.first else {
        return nil
      }
      switch array.dtype {
      case .bool: return (.bool(number != 0), .bool)
      case .int8, .uint8, .int16, .int32, .int64: return Int(exactly: number).map { (.int($0), .int) }
      case .float32, .float64: return (.float(number), .float)
      default: return nil
      }
    default: return nil
    }
  }

  /// A number converted to another kind.
  private func converted(
    _ number: TracedValue, _ kind: TracedNumber.Kind, to wanted: TracedNumber.Kind
  ) throws -> TracedValue {
    guard kind != wanted else { return number }
    let function =
      switch wanted {
      case .int: "aten::Int"
      case .float: "aten::Float"
      case .bool: "aten::Bool"
      }
    return try calculate("\(function).\(kind.rawValue)", [number], named: nil, type: wanted.rawValue)
  }

  /// The result of an operator on numbers: a literal if all are known, otherwise a node.
  ///
  /// - Parameter name: the node's name; nil for one that name lists leave out.
  private func calculate(
    _ operation: String, _ numbers: [TracedValue], named name: (own: String, other: String?)?, type: String
  ) throws -> TracedValue {
    let literals = numbers.compactMap(\.literal).map { Value.literal($0) }
    if literals.count == numbers.count {
      do {
        if let value = try TensorOperator(fullName: operation)(literals).first, let known = TracedValue(literal: value)
        {
          return known
        }
      } catch { throw raised(error.cause.map { String(describing: $0) } ?? error.message) }
    }
    let arguments = try numbers.map(argument(from:))
    if let name {
      return .symbol(
        emit(.operator(name: operation), named: name.own, other: (name.other, false), arguments, type: type))
    }
    return .symbol(
      core.emitHidden(
        .operator(name: operation), named: OperationNames.exact(operation.operatorShortName), arguments,
        in: currentModule.path, type: type, at: currentLocation))
  }

  // MARK: - Arithmetic

  /// The operator on numbers that corresponds to one on tensors. Nil if there is none.
  private static let numberOperators: [String: String] = [
    "aten::add": "aten::add", "aten::sub": "aten::sub", "aten::rsub": "aten::sub", "aten::mul": "aten::mul",
    "aten::div": "aten::div", "aten::true_divide": "aten::div", "aten::floor_divide": "aten::floordiv",
    "aten::remainder": "aten::remainder", "aten::pow": "aten::pow", "aten::eq": "aten::eq", "aten::ne": "aten::ne",
    "aten::lt": "aten::lt", "aten::le": "aten::le", "aten::gt": "aten::gt", "aten::ge": "aten::ge",
    "aten::maximum": "prim::max", "aten::minimum": "prim::min", "aten::neg": "aten::neg", "aten::abs": "prim::abs",
    "aten::floor": "aten::floor", "aten::ceil": "aten::ceil", "aten::trunc": "aten::Int", "aten::sqrt": "aten::sqrt",
  ]

  private static let comparisons: Set<String> = [
    "aten::eq", "aten::ne", "aten::lt", "aten::le", "aten::gt", "aten::ge",
  ]
  private static let roundings: Set<String> = ["aten::floor", "aten::ceil", "aten::trunc"]
  private static let unary: Set<String> = roundings.union(["aten::neg", "aten::abs", "aten::sqrt"])

  /// The number that an operator on tensors without dimensions computes. Nil if it must run on tensors.
  private func arithmetic(
    _ statement: ScriptCode.Statement, at index: Int, _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> (TracedValue, TracedNumber.Kind)? {
    let name = statement.name
    guard var operation = Self.numberOperators[name] else { return nil }
    let count = Self.unary.contains(name) ? 1 : 2
    guard inputs.count >= count else { return nil }
    switch (name, inputs.dropFirst(count).first) {
    case (_, nil), ("aten::div", .literal(.none)?): break
    case ("aten::add", .literal(.int(1))?), ("aten::sub", .literal(.int(1))?), ("aten::rsub", .literal(.int(1))?): break
    case ("aten::div", .literal(.string("floor"))?): operation = "aten::floordiv"
    default: return nil
    }
    var numbers: [(value: TracedValue, kind: TracedNumber.Kind)] = []
    for input in inputs.prefix(count) {
      guard let (value, kind) = number(input) else { return nil }
      // In arithmetic a Boolean is 0 or 1.
      numbers.append(
        kind == .bool ? (try converted(value, kind, to: .int), .int) : (value, kind))
    }
    if name == "aten::rsub" { numbers.swapAt(0, 1) }
    var kind: TracedNumber.Kind = numbers.contains { $0.kind == .float } ? .float : .int
    if Self.roundings.contains(name) {
      // Rounding gives a tensor of the same type, but an operator on numbers gives an integer.
      guard kind == .float else { return (numbers[0].value, .int) }
      let whole = try calculate(
        "\(operation).float", [numbers[0].value], named: bases { base(operation, at: index, frame, $0) }, type: "int")
      return (try converted(whole, .int, to: .float), .float)
    }
    let values = try numbers.map { try converted($0.value, $0.kind, to: kind) }
    var overload = kind.rawValue
    if operation == "aten::pow", kind == .int {
      guard case .literal(.int(let exponent)) = values[1], exponent >= 0 else { return nil }
      overload = "int_to_int"
    }
    if Self.comparisons.contains(name) {
      kind = .bool
    } else if operation == "aten::div" || name == "aten::sqrt" {
      kind = .float
    }
    let result = try calculate(
      "\(operation).\(overload)", values, named: bases { base(operation, at: index, frame, $0) }, type: kind.rawValue)
    return (result, kind)
  }

  private func base(_ operation: String, at index: Int, _ frame: CallFrame, _ naming: Naming) -> String {
    let short = operation.operatorShortName
    guard naming == .torchvision else { return OperationNames.exact(short) }
    return OperationNames.torchvision(short, source: frame.code.function.source(of: index))
  }

  // MARK: - Tensors

  /// The node of the tensor, created on first use. Name lists leave it out.
  func tensorNode(of number: TracedNumber) throws -> NodeID {
    if let known = core.numberNodes[number.id] { return known }
    let made = try makeTensor(of: number)
    core.numberNodes[number.id] = made
    return made
  }

  /// A separate node, since those of the operands may have been written in the meantime.
  private func makeTensor(of number: TracedNumber) throws -> NodeID {
    let inputs = try number.inputs.map { input -> NodeInput in
      if case .number(let operand) = input { return .node(try makeTensor(of: operand)) }
      return try argument(from: input)
    }
    return core.emitHidden(
      .operator(name: number.operation), named: OperationNames.exact(number.operation.operatorShortName), inputs,
      in: currentModule.path, type: "Tensor", at: currentLocation)
  }
}

extension String {
  /// `floordiv` of `aten::floordiv.int`.
  fileprivate var operatorShortName: String {
    let name = split(separator: ":").last ?? self[...]
    return String(name.prefix { $0 != "." })
  }
}
