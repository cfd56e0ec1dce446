public import XylemErrors
internal import XylemGraph

/// The size of one dimension of a tensor: a number, or while a model is traced a number that depends on the input.
///
/// Arithmetic on sizes gives sizes. On symbolic sizes it is recorded as nodes, so that a trace made at one size runs at
/// others. `Int(size)` leaves the graph: for a symbolic size it throws `trace.concrete-value`.
///
///     let n = try x.shape[0]
///     let y = try x.reshape([n, -1])       // any batch
///     let rows = try Int(x.shape[0])       // only outside of traces, or in a leaf
public struct Size: Sendable, ExpressibleByIntegerLiteral {
  package enum Storage: Sendable {
    case known(Int)
    case standIn(StandIn)
  }

  package let storage: Storage

  /// A number.
  public init(_ value: Int) { storage = .known(value) }

  /// A number.
  public init(integerLiteral value: Int) { storage = .known(value) }

  package init(_ standIn: StandIn) { storage = .standIn(standIn) }

  /// The number, if it is known without running a model.
  package var known: Int? {
    if case .known(let value) = storage { return value }
    return nil
  }

  /// The size as an operator's argument.
  package var value: Value {
    switch storage {
    case .known(let value): .int(value)
    case .standIn(let standIn): .standIn(standIn)
    }
  }

  /// Creates a size from an operator's result.
  init(_ value: Value?) throws(XylemError) {
    switch value {
    case .literal(.int(let number)): self.init(number)
    case .standIn(let standIn): self.init(standIn)
    default:
      throw RuntimeErrors.failed(.runtimeOperator, "a size can't be computed", reason: "the result is not an integer")
    }
  }
}

extension Int {
  /// The size as a number.
  ///
  /// - Throws: `trace.concrete-value` for a size that depends on the input of a model that is being traced, with the
  ///   line of the call.
  public init(_ size: Size, file: String = #fileID, line: Int = #line) throws(XylemError) {
    switch size.storage {
    case .known(let value): self = value
    case .standIn(let standIn):
      let site = CallSite(file, line)
      guard case .int(let number)? = try standIn.recorder.decided(standIn, at: site) else {
        throw standIn.needed("Int(…)", at: site)
      }
      self = number
    }
  }
}

extension Size: CustomStringConvertible {
  /// The number, or in braces the node of a size that depends on the input: `{getitem_2}`.
  public var description: String {
    switch storage {
    case .known(let value): String(value)
    case .standIn(let standIn): "{\(standIn.recorder.name(of: standIn))}"
    }
  }
}

/// Operators on integers that return an integer.
enum SizeOperators {
  static let add = OperatorReference("aten::add", "int", resultType: "int")
  static let sub = OperatorReference("aten::sub", "int", resultType: "int")
  static let mul = OperatorReference("aten::mul", "int", resultType: "int")
  static let floordiv = OperatorReference("aten::floordiv", "int", resultType: "int")
  static let remainder = OperatorReference("aten::remainder", "int", torchvisionName: "mod", resultType: "int")
  static let neg = OperatorReference("aten::neg", "int", resultType: "int")

  static func apply(
    _ op: OperatorReference, _ a: Size, _ b: Size, _ known: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) throws(XylemError) -> Size {
    if let a = a.known, let b = b.known {
      let (value, overflow) = known(a, b)
      guard !overflow else {
        throw RuntimeErrors.failed(
          .runtimeOperator, "\(op.nodeName) of the sizes \(a) and \(b) failed", reason: "the result is not an integer")
      }
      return Size(value)
    }
    return try Size(op.results([a.value, b.value]).first)
  }

  /// Division that rounds towards minus infinity, as Python's `//`.
  static func floorDivision(_ a: Int, _ b: Int) -> (partialValue: Int, overflow: Bool) {
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    guard !overflow else { return (quotient, true) }
    return (quotient - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0), false)
  }

  /// The remainder that has the divisor's sign, as Python's `%`.
  static func floorRemainder(_ a: Int, _ b: Int) -> (partialValue: Int, overflow: Bool) {
    let (rest, overflow) = a.remainderReportingOverflow(dividingBy: b)
    guard !overflow else { return (rest, true) }
    return (rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest, false)
  }
}

extension Size {
  /// The sum.
  public static func + (a: Size, b: Size) throws(XylemError) -> Size {
    try SizeOperators.apply(SizeOperators.add, a, b) { $0.addingReportingOverflow($1) }
  }

  /// The difference.
  public static func - (a: Size, b: Size) throws(XylemError) -> Size {
    try SizeOperators.apply(SizeOperators.sub, a, b) { $0.subtractingReportingOverflow($1) }
  }

  /// The product.
  public static func * (a: Size, b: Size) throws(XylemError) -> Size {
    try SizeOperators.apply(SizeOperators.mul, a, b) { $0.multipliedReportingOverflow(by: $1) }
  }

  /// The quotient rounded towards minus infinity: Python's `//`.
  public static func / (a: Size, b: Size) throws(XylemError) -> Size {
    try SizeOperators.apply(SizeOperators.floordiv, a, b, SizeOperators.floorDivision)
  }

  /// The remainder with the divisor's sign: Python's `%`.
  public static func % (a: Size, b: Size) throws(XylemError) -> Size {
    try SizeOperators.apply(SizeOperators.remainder, a, b, SizeOperators.floorRemainder)
  }
}
