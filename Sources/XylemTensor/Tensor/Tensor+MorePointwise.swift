public import XylemErrors

private enum PointwiseForms {
  static let asinh = OperatorReference("aten::asinh")
  static let acosh = OperatorReference("aten::acosh")
  static let atanh = OperatorReference("aten::atanh")
  static let erfc = OperatorReference("aten::erfc")
  static let erfinv = OperatorReference("aten::erfinv")
  static let exp2 = OperatorReference("aten::exp2")
  static let frac = OperatorReference("aten::frac")
  static let logit = OperatorReference("aten::logit")
  static let lgamma = OperatorReference("aten::lgamma")
  static let digamma = OperatorReference("aten::digamma")
  static let sinc = OperatorReference("aten::sinc")
  static let hypot = OperatorReference("aten::hypot")
  static let logaddexp = OperatorReference("aten::logaddexp")
  static let copysign = OperatorReference("aten::copysign", "Tensor")
  static let xlogy = OperatorReference("aten::xlogy", "Tensor")
  static let heaviside = OperatorReference("aten::heaviside")
  static let isclose = OperatorReference("aten::isclose")
  static let isin = OperatorReference("aten::isin", "Tensor_Tensor")
  static let fmax = OperatorReference("aten::fmax")
  static let fmin = OperatorReference("aten::fmin")
}

extension Tensor {
  /// The inverse hyperbolic sine of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func asinh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.asinh(self, at: CallSite(file, line))
  }

  /// The inverse hyperbolic cosine of each element; NaN below 1.
  ///
  /// - Throws: `runtime.operator`.
  public func acosh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.acosh(self, at: CallSite(file, line))
  }

  /// The inverse hyperbolic tangent of each element; NaN outside -1 to 1.
  ///
  /// - Throws: `runtime.operator`.
  public func atanh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.atanh(self, at: CallSite(file, line))
  }

  /// One minus the error function of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func erfc(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.erfc(self, at: CallSite(file, line))
  }

  /// The inverse of the error function of each element; NaN outside -1 to 1.
  ///
  /// - Throws: `runtime.operator`.
  public func erfinv(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.erfinv(self, at: CallSite(file, line))
  }

  /// 2 to the power of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func exp2(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.exp2(self, at: CallSite(file, line))
  }

  /// The fraction of each element, with its sign.
  ///
  /// - Throws: `runtime.operator`.
  public func frac(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.frac(self, at: CallSite(file, line))
  }

  /// `log(x / (1 - x))` of each element.
  ///
  /// - Parameter eps: elements are first clamped to between `eps` and `1 - eps`.
  ///
  /// - Throws: `runtime.operator`.
  public func logit(eps: Double? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.logit(self, eps, at: CallSite(file, line))
  }

  /// The logarithm of the magnitude of the gamma function of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func lgamma(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.lgamma(self, at: CallSite(file, line))
  }

  /// The derivative of the logarithm of the gamma function of each element.
  ///
  /// - Throws: `runtime.operator`.
  public func digamma(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.digamma(self, at: CallSite(file, line))
  }

  /// `sin(πx) / (πx)` of each element, and 1 of 0.
  ///
  /// - Throws: `runtime.operator`.
  public func sinc(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.sinc(self, at: CallSite(file, line))
  }

  /// The length of the hypotenuse of right triangles with these legs.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func hypot(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.hypot(self, other, at: CallSite(file, line))
  }

  /// `log(exp(a) + exp(b))`, without overflow.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func logaddexp(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.logaddexp(self, other, at: CallSite(file, line))
  }

  /// The magnitudes of the elements with the signs of another tensor's.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func copysign(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.copysign(self, other, at: CallSite(file, line))
  }

  /// `a * log(b)`, and 0 where `a` is 0.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func xlogy(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.xlogy(self, other, at: CallSite(file, line))
  }

  /// 0 for negative elements, 1 for positive ones, and those of `values` for zeros.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func heaviside(_ values: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.heaviside(self, values, at: CallSite(file, line))
  }

  /// The greater elements, and the number where one of both is NaN.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func fmax(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.fmax(self, other, at: CallSite(file, line))
  }

  /// The lesser elements, and the number where one of both is NaN.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func fmin(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PointwiseForms.fmin(self, other, at: CallSite(file, line))
  }

  /// Whether elements are within `atol + rtol * |other|` of another tensor's, as Booleans.
  ///
  /// - Parameter equalNaN: whether two NaNs are close.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func isclose(
    _ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PointwiseForms.isclose(self, other, rtol, atol, equalNaN, at: CallSite(file, line))
  }

  /// Whether each element is one of another tensor's, as Booleans; with `invert`, whether it is none.
  ///
  /// - Throws: `runtime.operator`.
  public func isin(_ elements: Tensor, invert: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try PointwiseForms.isin(self, elements, false, invert, at: CallSite(file, line))
  }
}
