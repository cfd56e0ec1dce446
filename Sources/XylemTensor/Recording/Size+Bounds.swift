public import XylemErrors

private enum BoundOperators {
  static let max = OperatorReference("prim::max", "int", resultType: "int")
  static let min = OperatorReference("prim::min", "int", resultType: "int")
}

// Swift's own `max` and `min` need a truth value of a comparison, which a symbolic size does not have.
extension Size {
  /// The greater of two sizes. Recorded if one of them is symbolic.
  ///
  ///     let side = try Size.max(x.shape[2], x.shape[3])
  public static func max(_ a: some SizeConvertible, _ b: some SizeConvertible) throws(XylemError) -> Size {
    try SizeOperators.apply(BoundOperators.max, a.size, b.size) { (Swift.max($0, $1), false) }
  }

  /// The lesser of two sizes. Recorded if one of them is symbolic.
  public static func min(_ a: some SizeConvertible, _ b: some SizeConvertible) throws(XylemError) -> Size {
    try SizeOperators.apply(BoundOperators.min, a.size, b.size) { (Swift.min($0, $1), false) }
  }
}
