public import XylemErrors

private enum LogicalOperators {
  static let and = OperatorReference("aten::logical_and")
  static let or = OperatorReference("aten::logical_or")
  static let not = OperatorReference("aten::logical_not")
}

// Elementwise, so that masks combine as conditions do. `if` takes no tensor, so no operand decides whether the other is
// computed: both always are.
extension Tensor {
  /// Whether both elements are true: `x[x > 0 && x < 1]`. Numbers are true if they are not zero; shapes are broadcast.
  /// PyTorch's `logical_and`, and not its bitwise `&`, which differs for integers.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func && (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try LogicalOperators.and(a, b, at: nil) }

  /// Whether one of both elements is true: PyTorch's `logical_or`. Numbers are true if they are not zero.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func || (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try LogicalOperators.or(a, b, at: nil) }

  /// Whether elements are false: PyTorch's `logical_not`. Numbers are true if they are not zero.
  ///
  /// - Throws: `runtime.operator`.
  public static prefix func ! (a: Tensor) throws(XylemError) -> Tensor { try LogicalOperators.not(a, at: nil) }
}
