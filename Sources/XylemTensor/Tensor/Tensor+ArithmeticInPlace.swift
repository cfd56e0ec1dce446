public import XylemErrors

private enum InPlaceOperators {
  static let add = OperatorReference("aten::add_", "Tensor")
  static let addScalar = OperatorReference("aten::add_", "Scalar")
  static let sub = OperatorReference("aten::sub_", "Tensor")
  static let subScalar = OperatorReference("aten::sub_", "Scalar")
  static let mul = OperatorReference("aten::mul_", "Tensor")
  static let mulScalar = OperatorReference("aten::mul_", "Scalar")
  static let div = OperatorReference("aten::div_", "Tensor")
  static let divScalar = OperatorReference("aten::div_", "Scalar")
  static let pow = OperatorReference("aten::pow_", "Scalar")
  static let clamp = OperatorReference("aten::clamp_")
  static let fill = OperatorReference("aten::fill_", "Scalar")
  static let zero = OperatorReference("aten::zero_")
  static let copy = OperatorReference("aten::copy_")
  static let lerp = OperatorReference("aten::lerp_", "Scalar")
  static let addcmul = OperatorReference("aten::addcmul_")
  static let maskedFill = OperatorReference("aten::masked_fill_", "Scalar")
  static let normal = OperatorReference("aten::normal_")
  static let uniform = OperatorReference("aten::uniform_")
}

extension Tensor {
  /// Adds `alpha` times another tensor in place.
  ///
  /// - Throws: `runtime.operator` with the shapes if the result has a different shape.
  @discardableResult public func add_(
    _ other: Tensor, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.add(self, other, alpha.scalar, at: CallSite(file, line))
  }

  /// Adds `alpha` times a number in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func add_(
    _ other: any ScalarConvertible, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.addScalar(self, other.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// Subtracts `alpha` times another tensor in place.
  ///
  /// - Throws: `runtime.operator` with the shapes if the result has a different shape.
  @discardableResult public func sub_(
    _ other: Tensor, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.sub(self, other, alpha.scalar, at: CallSite(file, line))
  }

  /// Subtracts `alpha` times a number in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sub_(
    _ other: any ScalarConvertible, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.subScalar(self, other.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// Multiplies by another tensor in place.
  ///
  /// - Throws: `runtime.operator` with the shapes if the result has a different shape.
  @discardableResult public func mul_(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try InPlaceOperators.mul(self, other, at: CallSite(file, line))
  }

  /// Multiplies by a number in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func mul_(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try InPlaceOperators.mulScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Divides by another tensor in place.
  ///
  /// - Throws: `runtime.operator` with the shapes if the result has a different shape.
  @discardableResult public func div_(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try InPlaceOperators.div(self, other, at: CallSite(file, line))
  }

  /// Divides by a number in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func div_(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try InPlaceOperators.divScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Raises each element to a power in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func pow_(_ exponent: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try InPlaceOperators.pow(self, exponent.scalar, at: CallSite(file, line))
  }

  /// Clamps elements between bounds in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func clamp_(
    min: (any ScalarConvertible)? = nil, max: (any ScalarConvertible)? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.clamp(self, min?.scalar, max?.scalar, at: CallSite(file, line))
  }

  /// Sets every element to a number.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func fill_(_ value: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try InPlaceOperators.fill(self, value.scalar, at: CallSite(file, line))
  }

  /// Sets every element to zero.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func zero_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try InPlaceOperators.zero(self, at: CallSite(file, line))
  }

  /// Copies another tensor's elements, which are converted and broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  @discardableResult public func copy_(_ source: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try InPlaceOperators.copy(self, source, at: CallSite(file, line))
  }

  /// Interpolates linearly towards another tensor in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func lerp_(
    _ end: Tensor, weight: any ScalarConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.lerp(self, end, weight.scalar, at: CallSite(file, line))
  }

  /// Adds `value` times the product of two tensors in place.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func addcmul_(
    _ first: Tensor, _ second: Tensor, value: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.addcmul(self, first, second, value.scalar, at: CallSite(file, line))
  }

  /// Sets the elements where a mask is true to a number.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func maskedFill_(
    _ mask: Tensor, _ value: any ScalarConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.maskedFill(self, mask, value.scalar, at: CallSite(file, line))
  }

  /// Draws every element from a normal distribution.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func normal_(mean: Double = 0, std: Double = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try InPlaceOperators.normal(self, mean, std, at: CallSite(file, line))
  }

  /// Draws every element from a uniform distribution from `low` to `high`.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func uniform_(
    from low: Double = 0, to high: Double = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try InPlaceOperators.uniform(self, low, high, at: CallSite(file, line))
  }
}
