public import XylemErrors
internal import XylemGraph

/// A condition: a known Boolean, or one that depends on the input while a model is traced.
///
/// A symbolic condition can be checked (``require(_:_:file:line:)``), which adds a check to the graph, but it can't
/// decide an `if`: a comparison of sizes as a `Bool` then throws `trace.control-flow`.
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
      throw RuntimeErrors.failed(.runtimeOperator, "sizes can't be compared", reason: "the result is not a Boolean")
    }
  }

  /// The Boolean, to branch on.
  ///
  /// - Throws: `trace.control-flow` if it depends on the input of a model that is being traced.
  func decided() throws(XylemError) -> Bool {
    switch storage {
    case .known(let flag): return flag
    case .standIn(let standIn): throw standIn.recorder.controlFlow(standIn, at: nil)
    }
  }
}

/// Requires a condition. In a trace this becomes a check that runs with the graph.
///
///     try require(x.shape[2] == 224, "the image is not 224 pixels high")
///
/// - Throws: `model.requirement` if it does not hold.
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
  /// Whether two sizes are equal, as a condition to check or record.
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

  /// Whether two sizes are equal, as a `Bool` to branch on.
  ///
  /// - Throws: `trace.control-flow` if that depends on the input of a model that is being traced.
  @_disfavoredOverload
  public static func == (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a == b
    return try condition.decided()
  }
  /// Whether two sizes differ, as a `Bool` to branch on.
  @_disfavoredOverload
  public static func != (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a != b
    return try condition.decided()
  }
  /// Whether one size is less than another, as a `Bool` to branch on.
  @_disfavoredOverload
  public static func < (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a < b
    return try condition.decided()
  }
  /// Whether one size is greater than another, as a `Bool` to branch on.
  @_disfavoredOverload
  public static func > (a: Size, b: Size) throws(XylemError) -> Bool {
    let condition: Condition = try a > b
    return try condition.decided()
  }
}
