public import XylemErrors

private enum ComparisonOperators {
  static let eq = OperatorReference("aten::eq", "Tensor")
  static let eqScalar = OperatorReference("aten::eq", "Scalar")
  static let ne = OperatorReference("aten::ne", "Tensor")
  static let neScalar = OperatorReference("aten::ne", "Scalar")
  static let lt = OperatorReference("aten::lt", "Tensor")
  static let ltScalar = OperatorReference("aten::lt", "Scalar")
  static let le = OperatorReference("aten::le", "Tensor")
  static let leScalar = OperatorReference("aten::le", "Scalar")
  static let gt = OperatorReference("aten::gt", "Tensor")
  static let gtScalar = OperatorReference("aten::gt", "Scalar")
  static let ge = OperatorReference("aten::ge", "Tensor")
  static let geScalar = OperatorReference("aten::ge", "Scalar")
  static let logicalAnd = OperatorReference("aten::logical_and")
  static let logicalOr = OperatorReference("aten::logical_or")
  static let logicalXor = OperatorReference("aten::logical_xor")
  static let logicalNot = OperatorReference("aten::logical_not")
  static let isnan = OperatorReference("aten::isnan")
  static let isinf = OperatorReference("aten::isinf")
  static let isfinite = OperatorReference("aten::isfinite")
  static let maximum = OperatorReference("aten::maximum")
  static let minimum = OperatorReference("aten::minimum")
  static let any = OperatorReference("aten::any")
  static let anyDim = OperatorReference("aten::any", "dim")
  static let all = OperatorReference("aten::all")
  static let allDim = OperatorReference("aten::all", "dim")
  static let equal = OperatorReference("aten::equal", resultType: "bool")
  static let allclose = OperatorReference("aten::allclose", resultType: "bool")
}

extension Tensor {
  /// Whether elements equal those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func eq(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.eq(self, other, at: CallSite(file, line))
  }

  /// Whether elements equal a number.
  ///
  /// - Throws: `runtime.operator`.
  public func eq(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.eqScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether elements differ from those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func ne(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.ne(self, other, at: CallSite(file, line))
  }

  /// Whether elements differ from a number.
  ///
  /// - Throws: `runtime.operator`.
  public func ne(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.neScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether elements are less than those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func lt(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.lt(self, other, at: CallSite(file, line))
  }

  /// Whether elements are less than a number.
  ///
  /// - Throws: `runtime.operator`.
  public func lt(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.ltScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether elements are at most those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func le(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.le(self, other, at: CallSite(file, line))
  }

  /// Whether elements are at most a number.
  ///
  /// - Throws: `runtime.operator`.
  public func le(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.leScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether elements are greater than those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func gt(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.gt(self, other, at: CallSite(file, line))
  }

  /// Whether elements are greater than a number.
  ///
  /// - Throws: `runtime.operator`.
  public func gt(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.gtScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether elements are at least those of another tensor; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func ge(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.ge(self, other, at: CallSite(file, line))
  }

  /// Whether elements are at least a number.
  ///
  /// - Throws: `runtime.operator`.
  public func ge(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ComparisonOperators.geScalar(self, other.scalar, at: CallSite(file, line))
  }

  /// Whether both of two elements are true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func logicalAnd(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.logicalAnd(self, other, at: CallSite(file, line))
  }

  /// Whether at least one of two elements is true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func logicalOr(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.logicalOr(self, other, at: CallSite(file, line))
  }

  /// Whether exactly one of two elements is true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func logicalXor(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.logicalXor(self, other, at: CallSite(file, line))
  }

  /// Whether an element is false, or zero.
  ///
  /// - Throws: `runtime.operator`.
  public func logicalNot(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.logicalNot(self, at: CallSite(file, line))
  }

  /// Whether an element is NaN.
  ///
  /// - Throws: `runtime.operator`.
  public func isnan(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.isnan(self, at: CallSite(file, line))
  }

  /// Whether an element is infinite.
  ///
  /// - Throws: `runtime.operator`.
  public func isinf(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.isinf(self, at: CallSite(file, line))
  }

  /// Whether an element is neither infinite nor NaN.
  ///
  /// - Throws: `runtime.operator`.
  public func isfinite(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.isfinite(self, at: CallSite(file, line))
  }

  /// The greater of two elements, or NaN if one is NaN.
  ///
  /// - Throws: `runtime.operator`.
  public func maximum(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.maximum(self, other, at: CallSite(file, line))
  }

  /// The lesser of two elements, or NaN if one is NaN.
  ///
  /// - Throws: `runtime.operator`.
  public func minimum(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.minimum(self, other, at: CallSite(file, line))
  }

  /// Whether any element is true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func any(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.any(self, at: CallSite(file, line))
  }

  /// Whether any element along a dimension is true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func any(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ComparisonOperators.anyDim(self, dim, keepdim, at: CallSite(file, line))
  }

  /// Whether all elements are true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func all(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ComparisonOperators.all(self, at: CallSite(file, line))
  }

  /// Whether all elements along a dimension are true, or nonzero.
  ///
  /// - Throws: `runtime.operator`.
  public func all(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ComparisonOperators.allDim(self, dim, keepdim, at: CallSite(file, line))
  }

  /// Whether two tensors have the same shape and elements, as a condition to check or record.
  ///
  /// - Throws: `runtime.operator`.
  public func equal(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Condition {
    try Condition(ComparisonOperators.equal.value(self, other, at: CallSite(file, line)))
  }

  /// Whether two tensors have the same shape and elements, as a `Bool` to branch on.
  ///
  /// - Throws: `runtime.operator`; `trace.control-flow` while a model is traced and they depend on its input.
  @_disfavoredOverload
  public func equal(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Bool {
    let condition: Condition = try equal(other, file: file, line: line)
    return try condition.decided()
  }

  /// Whether every element is within `atol + rtol * |other|` of another tensor's, as a condition to check or record.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func allclose(
    _ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Condition {
    try Condition(ComparisonOperators.allclose.value(self, other, rtol, atol, equalNaN, at: CallSite(file, line)))
  }

  /// Whether every element is within `atol + rtol * |other|` of another tensor's, as a `Bool` to branch on.
  ///
  /// - Throws: `runtime.operator`; `trace.control-flow` while a model is traced and they depend on its input.
  @_disfavoredOverload
  public func allclose(
    _ other: Tensor, rtol: Double = 1e-5, atol: Double = 1e-8, equalNaN: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Bool {
    let condition: Condition = try allclose(
      other, rtol: rtol, atol: atol, equalNaN: equalNaN, file: file, line: line)
    return try condition.decided()
  }
}
