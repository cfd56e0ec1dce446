public import XylemErrors

private enum ArithmeticMethods {
  static let add = OperatorReference("aten::add", "Tensor")
  static let addScalar = OperatorReference("aten::add", "Scalar")
  static let sub = OperatorReference("aten::sub", "Tensor")
  static let subScalar = OperatorReference("aten::sub", "Scalar")
  static let mul = OperatorReference("aten::mul", "Tensor")
  static let mulScalar = OperatorReference("aten::mul", "Scalar")
  static let divRounded = OperatorReference("aten::div", "Tensor_mode")
  static let divScalarRounded = OperatorReference("aten::div", "Scalar_mode")
  static let div = OperatorReference("aten::div", "Tensor")
  static let divScalar = OperatorReference("aten::div", "Scalar")
  static let floorDivide = OperatorReference("aten::floor_divide", torchvisionName: "floordiv")
  static let floorDivideScalar = OperatorReference("aten::floor_divide", "Scalar", torchvisionName: "floordiv")
  static let remainder = OperatorReference("aten::remainder", "Tensor")
  static let remainderScalar = OperatorReference("aten::remainder", "Scalar")
  static let pow = OperatorReference("aten::pow", "Tensor_Tensor")
  static let powScalar = OperatorReference("aten::pow", "Tensor_Scalar")
  static let powBase = OperatorReference("aten::pow", "Scalar")
  static let lerp = OperatorReference("aten::lerp", "Scalar")
  static let lerpTensor = OperatorReference("aten::lerp", "Tensor")
  static let addcmul = OperatorReference("aten::addcmul")
  static let addcdiv = OperatorReference("aten::addcdiv")
  static let atan2 = OperatorReference("aten::atan2")
  static let nanToNum = OperatorReference("aten::nan_to_num")
  static let clamp = OperatorReference("aten::clamp")
  static let clampTensor = OperatorReference("aten::clamp", "Tensor")
}

extension Tensor {
  /// The tensor plus `alpha` times another; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func add(_ other: Tensor, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArithmeticMethods.add(self, other, alpha.scalar, at: CallSite(file, line))
  }

  /// The tensor plus `alpha` times a number.
  ///
  /// - Throws: `runtime.operator`.
  public func add(
    _ other: any ScalarConvertible, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.addScalar(self, other.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// The tensor minus `alpha` times another; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func sub(_ other: Tensor, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArithmeticMethods.sub(self, other, alpha.scalar, at: CallSite(file, line))
  }

  /// The tensor minus `alpha` times a number.
  ///
  /// - Throws: `runtime.operator`.
  public func sub(
    _ other: any ScalarConvertible, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.subScalar(self, other.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// The elementwise product; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func mul(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.mul(self, other, at: CallSite(file, line))
  }

  /// The tensor times a number.
  ///
  /// - Throws: `runtime.operator`.
  public func mul(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.mulScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// The elementwise quotient, optionally rounded; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public func div(_ other: Tensor, roundingMode: RoundingMode? = nil, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    guard let roundingMode else { return try ArithmeticMethods.div(self, other, at: CallSite(file, line)) }
    return try ArithmeticMethods.divRounded(self, other, roundingMode.rawValue, at: CallSite(file, line))
  }

  /// The tensor divided by a number, optionally rounded.
  ///
  /// - Throws: `runtime.operator`.
  public func div(
    _ other: any ScalarConvertible, roundingMode: RoundingMode? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    guard let roundingMode else { return try ArithmeticMethods.divScalar(self, other.scalar, at: CallSite(file, line)) }
    return try ArithmeticMethods.divScalarRounded(self, other.scalar, roundingMode.rawValue, at: CallSite(file, line))
  }

  /// The elementwise quotient rounded towards minus infinity: Python's `//`.
  ///
  /// - Throws: `runtime.operator`.
  public func floorDivide(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.floorDivide(self, other, at: CallSite(file, line))
  }

  /// The tensor divided by a number, rounded towards minus infinity.
  ///
  /// - Throws: `runtime.operator`.
  public func floorDivide(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.floorDivideScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// The elementwise remainder with the divisor's sign: Python's `%`.
  ///
  /// - Throws: `runtime.operator`.
  public func remainder(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.remainder(self, other, at: CallSite(file, line))
  }

  /// The remainder of a division by a number, with that number's sign.
  ///
  /// - Throws: `runtime.operator`.
  public func remainder(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.remainderScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Each element to the power of another tensor's.
  ///
  /// - Throws: `runtime.operator`.
  public func pow(_ exponent: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.pow(self, exponent, at: CallSite(file, line))
  }

  /// Each element to a power.
  ///
  /// - Throws: `runtime.operator`.
  public func pow(_ exponent: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.powScalar(self, exponent.scalar, at: CallSite(file, line))
  }

  /// A number to the power of each element.
  ///
  /// - Throws: `runtime.operator`.
  public static func pow(_ base: any ScalarConvertible, _ exponent: Tensor, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArithmeticMethods.powBase(base.scalar, exponent, at: CallSite(file, line))
  }

  /// Linear interpolation towards another tensor with one weight, from 0 for this tensor to 1 for the other.
  ///
  /// - Throws: `runtime.operator`.
  public func lerp(_ end: Tensor, weight: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArithmeticMethods.lerp(self, end, weight.scalar, at: CallSite(file, line))
  }

  /// Linear interpolation towards another tensor with a weight for each element.
  ///
  /// - Throws: `runtime.operator`.
  public func lerp(_ end: Tensor, weight: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.lerpTensor(self, end, weight, at: CallSite(file, line))
  }

  /// The tensor plus `value` times the product of two others.
  ///
  /// - Throws: `runtime.operator`.
  public func addcmul(
    _ first: Tensor, _ second: Tensor, value: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.addcmul(self, first, second, value.scalar, at: CallSite(file, line))
  }

  /// The tensor plus `value` times the quotient of two others.
  ///
  /// - Throws: `runtime.operator`.
  public func addcdiv(
    _ first: Tensor, _ second: Tensor, value: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.addcdiv(self, first, second, value.scalar, at: CallSite(file, line))
  }

  /// The angle of the point (`other`, `self`), in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func atan2(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.atan2(self, other, at: CallSite(file, line))
  }

  /// NaN replaced by a number, and infinities by other numbers, which default to the type's extremes.
  ///
  /// - Throws: `runtime.operator`.
  public func nanToNum(
    nan: Double? = nil, posinf: Double? = nil, neginf: Double? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.nanToNum(self, nan, posinf, neginf, at: CallSite(file, line))
  }

  /// Each element clamped between bounds.
  ///
  /// - Throws: `runtime.operator` if neither bound is given.
  public func clamp(
    min: (any ScalarConvertible)? = nil, max: (any ScalarConvertible)? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArithmeticMethods.clamp(self, min?.scalar, max?.scalar, at: CallSite(file, line))
  }

  /// Each element clamped between the elements of two tensors.
  ///
  /// - Throws: `runtime.operator`.
  public func clamp(min: Tensor, max: Tensor? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArithmeticMethods.clampTensor(self, min, max, at: CallSite(file, line))
  }

  /// Each element, but at most that of another tensor.
  ///
  /// - Throws: `runtime.operator`.
  public func clamp(max: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArithmeticMethods.clampTensor(self, Value.none, max, at: CallSite(file, line))
  }
}
