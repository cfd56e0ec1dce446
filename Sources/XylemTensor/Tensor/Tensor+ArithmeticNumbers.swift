public import XylemErrors

// Operators for numeric variables; literals use those of `Scalar`.
extension Tensor {
  /// The tensor with a number added.
  @_disfavoredOverload
  public static func + (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a + b.scalar }
  /// The tensor with a number added.
  @_disfavoredOverload
  public static func + (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try a.scalar + b }
  /// The tensor with a number subtracted.
  @_disfavoredOverload
  public static func - (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a - b.scalar }
  /// A number minus the tensor.
  @_disfavoredOverload
  public static func - (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try a.scalar - b }
  /// The tensor times a number.
  @_disfavoredOverload
  public static func * (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a * b.scalar }
  /// The tensor times a number.
  @_disfavoredOverload
  public static func * (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try a.scalar * b }
  /// The tensor divided by a number.
  @_disfavoredOverload
  public static func / (a: Tensor, b: some ScalarConvertible) throws(XylemError) -> Tensor { try a / b.scalar }
  /// A number divided by the tensor.
  @_disfavoredOverload
  public static func / (a: some ScalarConvertible, b: Tensor) throws(XylemError) -> Tensor { try a.scalar / b }
  /// Adds a number to the tensor's own storage.
  @_disfavoredOverload
  public static func += (a: inout Tensor, b: some ScalarConvertible) throws(XylemError) { try a += b.scalar }
  /// Subtracts a number from the tensor's own storage.
  @_disfavoredOverload
  public static func -= (a: inout Tensor, b: some ScalarConvertible) throws(XylemError) { try a -= b.scalar }
  /// Multiplies the tensor's own storage by a number.
  @_disfavoredOverload
  public static func *= (a: inout Tensor, b: some ScalarConvertible) throws(XylemError) { try a *= b.scalar }
  /// Divides the tensor's own storage by a number.
  @_disfavoredOverload
  public static func /= (a: inout Tensor, b: some ScalarConvertible) throws(XylemError) { try a /= b.scalar }
}
