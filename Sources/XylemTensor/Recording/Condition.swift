public import XylemErrors
internal import XylemGraph

/// Whether something holds: known, or while a model is traced something that depends on the input.
///
/// A symbolic condition can be checked (``require(_:_:file:line:)``), which writes a check into the graph; it can't decide an
/// `if`: comparing sizes where a `Bool` is wanted is the error `trace.control-flow` then.
public struct Condition: Sendable {
  package enum Storage: Sendable {
    case known(Bool)
    case standIn(StandIn)
  }

  package let storage: Storage

  /// A condition that is known.
  public init(_ value: Bool) { storage = .known(value) }

  init(_ value: Value?) throws(XylemError) {
    switch value {
    case .literal(.bool(let flag)): storage = .known(flag)
    case .standIn(let standIn): storage = .standIn(standIn)
    default:
      throw RuntimeErrors.failed(.runtimeOperator, "sizes can't be compared", reason: "the result is no truth value")
    }
  }

  /// The truth value, to branch on.
  ///
  /// - Throws: `trace.control-flow` where it depends on the input of a model that is being traced.
  func decided() throws(XylemError) -> Bool {
    switch storage {
    case .known(let flag): return flag
    case .standIn(let standIn): throw standIn.recorder.controlFlow(standIn, at: nil)
    }
  }
}

/// Goes on only where a condition holds. In a trace this becomes a check that is made when the graph runs.
///
///     try require(x.shape[2] == 224, "the image is not 224 pixels high")
///
/// - Throws: `model.requirement` where it does not hold.
public func require(
  _ condition: Condition, _ message: @autoclosure () throws(XylemError) -> String, file: String = #fileID,
  line: Int = #line
) throws(XylemError) {
  switch condition.storage {
  case .known(true): return
  case .known(false):
    throw XylemError(.modelRequirement, try message(), at: .init(source: "\(file):\(line)"))
  case .standIn(let standIn):
    try standIn.recorder.recordCheck(standIn, message: try message(), at: CallSite(file, line))
  }
}

private enum Comparisons {
  static let eq = OperatorReference("aten::eq", "int", resultType: "bool")
  static let ne = OperatorReference("aten::ne", "int", resultType: "bool")
  static let lt = OperatorReference("aten::lt", "int", resultType: "bool")
  static let le = OperatorReference("aten::le", "int", resultType: "bool")
  static let gt = OperatorReference("aten::gt", "int", resultType: "bool")
  static let ge = OperatorReference("aten::ge", "int", resultType: "bool")

  static func compare(
    _ op: OperatorReference, _ a: Size, _ b: Size, _ known: (Int, Int) -> Bool
  ) throws(XylemError) -> Condition {
    if let a = a.known, let b = b.known { return Condition(known(a, b)) }
    return try Condition(op.results([a.value, b.value]).first)
  }
}

extension Size {
  /// Whether two sizes are equal, to check or to write down.
  public static func == (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.eq, a, b, ==)
  }
  /// Whether two sizes differ.
  public static func != (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.ne, a, b, !=)
  }
  /// Whether one size is less than another.
  public static func < (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.lt, a, b, <)
  }
  /// Whether one size is at most another.
  public static func <= (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.le, a, b, <=)
  }
  /// Whether one size is greater than another.
  public static func > (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.gt, a, b, >)
  }
  /// Whether one size is at least another.
  public static func >= (a: Size, b: Size) throws(XylemError) -> Condition {
    try Comparisons.compare(Comparisons.ge, a, b, >=)
  }

  /// Whether two sizes are equal, to branch on.
  ///
  /// - Throws: `trace.control-flow` where that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func == (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a == b
    return try condition.decided()
  }
  /// Whether two sizes differ, to branch on.
  @_disfavoredOverload
  public static func != (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a != b
    return try condition.decided()
  }
  /// Whether one size is less than another, to branch on.
  @_disfavoredOverload
  public static func < (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a < b
    return try condition.decided()
  }
  /// Whether one size is greater than another, to branch on.
  @_disfavoredOverload
  public static func > (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a > b
    return try condition.decided()
  }
}
