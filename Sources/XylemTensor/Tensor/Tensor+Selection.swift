public import XylemErrors

private enum SelectionOperators {
  static let select = OperatorReference("aten::select", "int")
  static let narrow = OperatorReference("aten::narrow")
  static let indexSelect = OperatorReference("aten::index_select")
  static let gather = OperatorReference("aten::gather")
  static let takeAlongDim = OperatorReference("aten::take_along_dim")
  static let scatter = OperatorReference("aten::scatter", "src")
  static let scatterValue = OperatorReference("aten::scatter", "value")
  static let scatterAdd = OperatorReference("aten::scatter_add")
  static let indexAdd = OperatorReference("aten::index_add")
  static let maskedFill = OperatorReference("aten::masked_fill", "Scalar")
  static let maskedFillTensor = OperatorReference("aten::masked_fill", "Tensor")
  static let maskedSelect = OperatorReference("aten::masked_select")
  static let nonzero = OperatorReference("aten::nonzero")
  static let whereTensors = OperatorReference("aten::where", "self")
  static let whereOther = OperatorReference("aten::where", "ScalarOther")
  static let whereSelf = OperatorReference("aten::where", "ScalarSelf")
  static let whereScalars = OperatorReference("aten::where", "Scalar")
}

extension Tensor {
  /// A view of one position of a dimension. The dimension is removed.
  ///
  /// - Throws: `runtime.operator` if there is no such position.
  public func select(dim: Int, index: any SizeConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SelectionOperators.select(self, dim, index.size, at: CallSite(file, line))
  }

  /// A view of `length` positions of a dimension.
  ///
  /// - Throws: `runtime.operator` if there are fewer.
  public func narrow(
    dim: Int, start: any SizeConvertible, length: any SizeConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError)
    -> Tensor
  {
    try SelectionOperators.narrow(self, dim, start.size, length.size, at: CallSite(file, line))
  }

  /// The slices of a dimension at the indices in a vector.
  ///
  /// - Throws: `runtime.operator`.
  public func indexSelect(dim: Int, index: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SelectionOperators.indexSelect(self, dim, index, at: CallSite(file, line))
  }

  /// The elements along a dimension at the indices in `index`.
  ///
  /// - Throws: `runtime.operator`.
  public func gather(dim: Int, index: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try SelectionOperators.gather(self, dim, index, at: CallSite(file, line))
  }

  /// As ``gather(dim:index:file:line:)``, with the other dimensions broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public func takeAlongDim(_ indices: Tensor, dim: Int? = nil, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SelectionOperators.takeAlongDim(self, indices, dim, at: CallSite(file, line))
  }

  /// A copy with the elements of `src` written at the indices in `index` along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func scatter(dim: Int, index: Tensor, src: Tensor, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SelectionOperators.scatter(self, dim, index, src, at: CallSite(file, line))
  }

  /// A copy with a number written at the indices in `index` along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func scatter(dim: Int, index: Tensor, value: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SelectionOperators.scatterValue(self, dim, index, value.scalar, at: CallSite(file, line))
  }

  /// A copy with the elements of `src` added at the indices in `index` along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func scatterAdd(dim: Int, index: Tensor, src: Tensor, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SelectionOperators.scatterAdd(self, dim, index, src, at: CallSite(file, line))
  }

  /// A copy with slices of `source` added at the indices in a vector.
  ///
  /// - Throws: `runtime.operator`.
  public func indexAdd(
    dim: Int, index: Tensor, source: Tensor, alpha: any ScalarConvertible = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SelectionOperators.indexAdd(self, dim, index, source, alpha.scalar, at: CallSite(file, line))
  }

  /// A copy with a number where a mask is true.
  ///
  /// - Throws: `runtime.operator`.
  public func maskedFill(_ mask: Tensor, _ value: any ScalarConvertible, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SelectionOperators.maskedFill(self, mask, value.scalar, at: CallSite(file, line))
  }

  /// A copy with a scalar tensor's element where a mask is true.
  ///
  /// - Throws: `runtime.operator`.
  public func maskedFill(_ mask: Tensor, _ value: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SelectionOperators.maskedFillTensor(self, mask, value, at: CallSite(file, line))
  }

  /// The elements where a mask is true, as a vector.
  ///
  /// - Throws: `runtime.operator`.
  public func maskedSelect(_ mask: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try SelectionOperators.maskedSelect(self, mask, at: CallSite(file, line))
  }

  /// The positions of the nonzero elements, `[count, dimensions]`.
  ///
  /// - Throws: `runtime.operator`.
  public func nonzero(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try SelectionOperators.nonzero(self, at: CallSite(file, line))
  }

  /// Elements of one tensor where a condition is true, and of another elsewhere; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public static func `where`(
    _ condition: Tensor, _ chosen: Tensor, _ other: Tensor, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SelectionOperators.whereTensors(condition, chosen, other, at: CallSite(file, line))
  }

  /// Elements of a tensor where a condition is true, and a number elsewhere; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public static func `where`(
    _ condition: Tensor, _ chosen: Tensor, _ other: any ScalarConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SelectionOperators.whereOther(condition, chosen, other.scalar, at: CallSite(file, line))
  }

  /// A number where a condition is true, and elements of a tensor elsewhere; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public static func `where`(
    _ condition: Tensor, _ chosen: any ScalarConvertible, _ other: Tensor, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SelectionOperators.whereSelf(condition, chosen.scalar, other, at: CallSite(file, line))
  }

  /// One number where a condition is true, and another elsewhere; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator`.
  public static func `where`(
    _ condition: Tensor, _ chosen: any ScalarConvertible, _ other: any ScalarConvertible, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SelectionOperators.whereScalars(condition, chosen.scalar, other.scalar, at: CallSite(file, line))
  }
}
