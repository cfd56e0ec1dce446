public import XylemErrors

private enum BitwiseOperators {
  static let and = OperatorReference("aten::__and__", "Tensor", nodeName: "and", torchvisionName: "and_")
  static let or = OperatorReference("aten::__or__", "Tensor", nodeName: "or", torchvisionName: "or_")
  static let xor = OperatorReference("aten::__xor__", "Tensor", nodeName: "xor", torchvisionName: "xor")
  static let not = OperatorReference("aten::bitwise_not", torchvisionName: "invert")
  static let remainder = OperatorReference("aten::remainder", "Tensor", torchvisionName: "mod")
  static let remainderScalar = OperatorReference("aten::remainder", "Scalar", torchvisionName: "mod")
}

extension Tensor {
  /// Elementwise "and"; bitwise for integers.
  ///
  /// - Throws: `runtime.operator` for floating-point numbers, and with the shapes if they don't match.
  public static func & (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try BitwiseOperators.and(a, b, at: nil) }

  /// Elementwise "or"; bitwise for integers.
  ///
  /// - Throws: `runtime.operator` for floating-point numbers, and with the shapes if they don't match.
  public static func | (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try BitwiseOperators.or(a, b, at: nil) }

  /// Elementwise "exclusive or"; bitwise for integers.
  ///
  /// - Throws: `runtime.operator` for floating-point numbers, and with the shapes if they don't match.
  public static func ^ (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try BitwiseOperators.xor(a, b, at: nil) }

  /// Elementwise "not"; bitwise for integers.
  ///
  /// - Throws: `runtime.operator` for floating-point numbers.
  public static prefix func ~ (a: Tensor) throws(XylemError) -> Tensor { try BitwiseOperators.not(a, at: nil) }

  /// The elementwise remainder with the divisor's sign: Python's `%`, not Swift's.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func % (a: Tensor, b: Tensor) throws(XylemError) -> Tensor {
    try BitwiseOperators.remainder(a, b, at: nil)
  }

  /// The remainder of a division by a number, with that number's sign.
  ///
  /// - Throws: `runtime.operator`.
  public static func % (a: Tensor, b: Scalar) throws(XylemError) -> Tensor {
    try BitwiseOperators.remainderScalar(a, b, at: nil)
  }

  /// The remainder of a division by a number, with that number's sign.
  ///
  /// - Throws: `runtime.operator`.
  @_disfavoredOverload
  public static func % (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a % b.scalar }
}
