public import XylemErrors

private enum PointwiseOperators {
  static let abs = OperatorReference("aten::abs")
  static let acos = OperatorReference("aten::acos")
  static let asin = OperatorReference("aten::asin")
  static let atan = OperatorReference("aten::atan")
  static let ceil = OperatorReference("aten::ceil")
  static let cos = OperatorReference("aten::cos")
  static let cosh = OperatorReference("aten::cosh")
  static let erf = OperatorReference("aten::erf")
  static let exp = OperatorReference("aten::exp")
  static let expm1 = OperatorReference("aten::expm1")
  static let floor = OperatorReference("aten::floor")
  static let log = OperatorReference("aten::log")
  static let log10 = OperatorReference("aten::log10")
  static let log1p = OperatorReference("aten::log1p")
  static let log2 = OperatorReference("aten::log2")
  static let neg = OperatorReference("aten::neg")
  static let reciprocal = OperatorReference("aten::reciprocal")
  static let relu = OperatorReference("aten::relu")
  static let round = OperatorReference("aten::round")
  static let rsqrt = OperatorReference("aten::rsqrt")
  static let sigmoid = OperatorReference("aten::sigmoid")
  static let sign = OperatorReference("aten::sign")
  static let sin = OperatorReference("aten::sin")
  static let sinh = OperatorReference("aten::sinh")
  static let sqrt = OperatorReference("aten::sqrt")
  static let square = OperatorReference("aten::square")
  static let tan = OperatorReference("aten::tan")
  static let tanh = OperatorReference("aten::tanh")
  static let trunc = OperatorReference("aten::trunc")
  static let roundDecimals = OperatorReference("aten::round", "decimals")
}

extension Tensor {
  /// The magnitude of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func abs(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.abs(self, at: CallSite(file, line))
  }

  /// The arc cosine of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func acos(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.acos(self, at: CallSite(file, line))
  }

  /// The arc sine of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func asin(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.asin(self, at: CallSite(file, line))
  }

  /// The arc tangent of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func atan(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.atan(self, at: CallSite(file, line))
  }

  /// Each element rounded up.
  ///
  /// - Throws: `runtime.operator`.
  public func ceil(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.ceil(self, at: CallSite(file, line))
  }

  /// The cosine of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func cos(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.cos(self, at: CallSite(file, line))
  }

  /// The hyperbolic cosine of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func cosh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.cosh(self, at: CallSite(file, line))
  }

  /// The error function of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func erf(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.erf(self, at: CallSite(file, line))
  }

  /// e to the power of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func exp(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.exp(self, at: CallSite(file, line))
  }

  /// `exp(x) - 1`, accurate near zero.
  ///
  /// - Throws: `runtime.operator`.
  public func expm1(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.expm1(self, at: CallSite(file, line))
  }

  /// Each element rounded down.
  ///
  /// - Throws: `runtime.operator`.
  public func floor(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.floor(self, at: CallSite(file, line))
  }

  /// The natural logarithm of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func log(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.log(self, at: CallSite(file, line))
  }

  /// The logarithm of each element to base 10.
  ///
  /// - Throws: `runtime.operator`.
  public func log10(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.log10(self, at: CallSite(file, line))
  }

  /// `log(1 + x)`, accurate near zero.
  ///
  /// - Throws: `runtime.operator`.
  public func log1p(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.log1p(self, at: CallSite(file, line))
  }

  /// The logarithm of each element to base 2.
  ///
  /// - Throws: `runtime.operator`.
  public func log2(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.log2(self, at: CallSite(file, line))
  }

  /// Each element negated.
  ///
  /// - Throws: `runtime.operator`.
  public func neg(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.neg(self, at: CallSite(file, line))
  }

  /// One divided by each element.
  ///
  /// - Throws: `runtime.operator`.
  public func reciprocal(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.reciprocal(self, at: CallSite(file, line))
  }

  /// Each element, or 0 if it is negative.
  ///
  /// - Throws: `runtime.operator`.
  public func relu(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.relu(self, at: CallSite(file, line))
  }

  /// Each element rounded to the nearest integer; halves go to the even one.
  ///
  /// - Throws: `runtime.operator`.
  public func round(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.round(self, at: CallSite(file, line))
  }

  /// One divided by the square root of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func rsqrt(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.rsqrt(self, at: CallSite(file, line))
  }

  /// `1 / (1 + exp(-x))` of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func sigmoid(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.sigmoid(self, at: CallSite(file, line))
  }

  /// -1, 0 or 1 by the sign of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func sign(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.sign(self, at: CallSite(file, line))
  }

  /// The sine of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func sin(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.sin(self, at: CallSite(file, line))
  }

  /// The hyperbolic sine of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func sinh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.sinh(self, at: CallSite(file, line))
  }

  /// The square root of each element; NaN for negative ones.
  ///
  /// - Throws: `runtime.operator`.
  public func sqrt(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.sqrt(self, at: CallSite(file, line))
  }

  /// The square of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func square(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.square(self, at: CallSite(file, line))
  }

  /// The tangent of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  public func tan(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.tan(self, at: CallSite(file, line))
  }

  /// The hyperbolic tangent of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func tanh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.tanh(self, at: CallSite(file, line))
  }

  /// Each element truncated towards zero.
  ///
  /// - Throws: `runtime.operator`.
  public func trunc(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.trunc(self, at: CallSite(file, line))
  }

  /// Each element rounded to a number of decimals.
  ///
  /// - Throws: `runtime.operator`.
  public func round(decimals: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseOperators.roundDecimals(self, decimals, at: CallSite(file, line))
  }
}
