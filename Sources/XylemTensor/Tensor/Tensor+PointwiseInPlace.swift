public import XylemErrors

private enum PointwiseInPlaceOperators {
  static let abs = OperatorReference("aten::abs_")
  static let acos = OperatorReference("aten::acos_")
  static let asin = OperatorReference("aten::asin_")
  static let atan = OperatorReference("aten::atan_")
  static let ceil = OperatorReference("aten::ceil_")
  static let cos = OperatorReference("aten::cos_")
  static let cosh = OperatorReference("aten::cosh_")
  static let erf = OperatorReference("aten::erf_")
  static let exp = OperatorReference("aten::exp_")
  static let expm1 = OperatorReference("aten::expm1_")
  static let floor = OperatorReference("aten::floor_")
  static let log = OperatorReference("aten::log_")
  static let log10 = OperatorReference("aten::log10_")
  static let log1p = OperatorReference("aten::log1p_")
  static let log2 = OperatorReference("aten::log2_")
  static let neg = OperatorReference("aten::neg_")
  static let reciprocal = OperatorReference("aten::reciprocal_")
  static let relu = OperatorReference("aten::relu_")
  static let round = OperatorReference("aten::round_")
  static let rsqrt = OperatorReference("aten::rsqrt_")
  static let sigmoid = OperatorReference("aten::sigmoid_")
  static let sign = OperatorReference("aten::sign_")
  static let sin = OperatorReference("aten::sin_")
  static let sinh = OperatorReference("aten::sinh_")
  static let sqrt = OperatorReference("aten::sqrt_")
  static let square = OperatorReference("aten::square_")
  static let tan = OperatorReference("aten::tan_")
  static let tanh = OperatorReference("aten::tanh_")
  static let trunc = OperatorReference("aten::trunc_")
}

extension Tensor {
  /// In place: the magnitude of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func abs_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.abs(self, at: CallSite(file, line))
  }

  /// In place: the arc cosine of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func acos_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.acos(self, at: CallSite(file, line))
  }

  /// In place: the arc sine of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func asin_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.asin(self, at: CallSite(file, line))
  }

  /// In place: the arc tangent of each element, in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func atan_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.atan(self, at: CallSite(file, line))
  }

  /// In place: each element rounded up.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func ceil_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.ceil(self, at: CallSite(file, line))
  }

  /// In place: the cosine of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func cos_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.cos(self, at: CallSite(file, line))
  }

  /// In place: the hyperbolic cosine of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func cosh_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.cosh(self, at: CallSite(file, line))
  }

  /// In place: the error function of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func erf_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.erf(self, at: CallSite(file, line))
  }

  /// In place: e to the power of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func exp_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.exp(self, at: CallSite(file, line))
  }

  /// In place: `exp(x) - 1`, accurate near zero.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func expm1_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.expm1(self, at: CallSite(file, line))
  }

  /// In place: each element rounded down.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func floor_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.floor(self, at: CallSite(file, line))
  }

  /// In place: the natural logarithm of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func log_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.log(self, at: CallSite(file, line))
  }

  /// In place: the logarithm of each element to base 10.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func log10_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.log10(self, at: CallSite(file, line))
  }

  /// In place: `log(1 + x)`, accurate near zero.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func log1p_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.log1p(self, at: CallSite(file, line))
  }

  /// In place: the logarithm of each element to base 2.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func log2_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.log2(self, at: CallSite(file, line))
  }

  /// In place: each element negated.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func neg_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.neg(self, at: CallSite(file, line))
  }

  /// In place: one divided by each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func reciprocal_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.reciprocal(self, at: CallSite(file, line))
  }

  /// In place: each element, or 0 where it is negative.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func relu_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.relu(self, at: CallSite(file, line))
  }

  /// In place: each element rounded to the nearest integer; halves go to the even one.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func round_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.round(self, at: CallSite(file, line))
  }

  /// In place: one divided by the square root of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func rsqrt_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.rsqrt(self, at: CallSite(file, line))
  }

  /// In place: `1 / (1 + exp(-x))` of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sigmoid_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.sigmoid(self, at: CallSite(file, line))
  }

  /// In place: -1, 0 or 1 by the sign of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sign_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.sign(self, at: CallSite(file, line))
  }

  /// In place: the sine of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sin_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.sin(self, at: CallSite(file, line))
  }

  /// In place: the hyperbolic sine of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sinh_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.sinh(self, at: CallSite(file, line))
  }

  /// In place: the square root of each element; NaN for negative ones.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func sqrt_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.sqrt(self, at: CallSite(file, line))
  }

  /// In place: the square of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func square_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.square(self, at: CallSite(file, line))
  }

  /// In place: the tangent of each element in radians.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func tan_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.tan(self, at: CallSite(file, line))
  }

  /// In place: the hyperbolic tangent of each element.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func tanh_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.tanh(self, at: CallSite(file, line))
  }

  /// In place: each element truncated towards zero.
  ///
  /// - Throws: `runtime.operator`.
  @discardableResult public func trunc_(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseInPlaceOperators.trunc(self, at: CallSite(file, line))
  }
}
