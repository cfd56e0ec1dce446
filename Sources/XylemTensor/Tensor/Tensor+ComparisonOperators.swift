public import XylemErrors

// Elementwise comparisons as operators: `x > 0` is `x.gt(0)`. The result has an element of type bool for each pair, so it
// is a mask and not a truth value: an `if` needs `equal(_:)`, or `all()` and `any()` with their elements.
extension Tensor {
  /// Whether elements equal those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func == (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.eq(b) }
  /// Whether elements equal a number.
  public static func == (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.eq(b) }
  /// Whether a number equals elements.
  public static func == (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.eq(a) }
  /// Whether elements equal a number.
  @_disfavoredOverload
  public static func == (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.eq(b) }
  /// Whether a number equals elements.
  @_disfavoredOverload
  public static func == (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.eq(a) }
  /// Whether elements differ from those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func != (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.ne(b) }
  /// Whether elements differ from a number.
  public static func != (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.ne(b) }
  /// Whether a number differs from elements.
  public static func != (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.ne(a) }
  /// Whether elements differ from a number.
  @_disfavoredOverload
  public static func != (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.ne(b) }
  /// Whether a number differs from elements.
  @_disfavoredOverload
  public static func != (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.ne(a) }
  /// Whether elements are less than those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func < (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.lt(b) }
  /// Whether elements are less than a number.
  public static func < (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.lt(b) }
  /// Whether a number is less than elements.
  public static func < (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.gt(a) }
  /// Whether elements are less than a number.
  @_disfavoredOverload
  public static func < (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.lt(b) }
  /// Whether a number is less than elements.
  @_disfavoredOverload
  public static func < (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.gt(a) }
  /// Whether elements are at most those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func <= (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.le(b) }
  /// Whether elements are at most a number.
  public static func <= (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.le(b) }
  /// Whether a number is at most elements.
  public static func <= (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.ge(a) }
  /// Whether elements are at most a number.
  @_disfavoredOverload
  public static func <= (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.le(b) }
  /// Whether a number is at most elements.
  @_disfavoredOverload
  public static func <= (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.ge(a) }
  /// Whether elements are greater than those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func > (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.gt(b) }
  /// Whether elements are greater than a number.
  public static func > (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.gt(b) }
  /// Whether a number is greater than elements.
  public static func > (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.lt(a) }
  /// Whether elements are greater than a number.
  @_disfavoredOverload
  public static func > (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.gt(b) }
  /// Whether a number is greater than elements.
  @_disfavoredOverload
  public static func > (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.lt(a) }
  /// Whether elements are at least those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func >= (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.ge(b) }
  /// Whether elements are at least a number.
  public static func >= (a: Tensor, b: Scalar) throws(XylemError) -> Tensor { try a.ge(b) }
  /// Whether a number is at least elements.
  public static func >= (a: Scalar, b: Tensor) throws(XylemError) -> Tensor { try b.le(a) }
  /// Whether elements are at least a number.
  @_disfavoredOverload
  public static func >= (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.ge(b) }
  /// Whether a number is at least elements.
  @_disfavoredOverload
  public static func >= (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try b.le(a) }

  /// Whether elements equal those of another tensor, written as for `SIMD` vectors.
  public static func .== (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.eq(b) }
  /// Whether elements equal a number, written as for `SIMD` vectors.
  public static func .== (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.eq(b) }
  /// Whether elements differ from those of another tensor, written as for `SIMD` vectors.
  public static func .!= (a: Tensor, b: Tensor) throws(XylemError) -> Tensor { try a.ne(b) }
  /// Whether elements differ from a number, written as for `SIMD` vectors.
  public static func .!= (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a.ne(b) }
}
