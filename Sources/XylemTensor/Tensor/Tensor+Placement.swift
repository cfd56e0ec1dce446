public import XylemErrors

private enum PlacementOperators {
  static let indexCopy = OperatorReference("aten::index_copy")
  static let indexFill = OperatorReference("aten::index_fill", "int_Scalar")
  static let indexPut = OperatorReference("aten::index_put")
  static let maskedScatter = OperatorReference("aten::masked_scatter")
  static let take = OperatorReference("aten::take")
  static let put = OperatorReference("aten::put")
  static let repeatInterleave = OperatorReference("aten::repeat_interleave", "self_Tensor")
  static let unfold = OperatorReference("aten::unfold")
  static let selectScatter = OperatorReference("aten::select_scatter")
  static let sliceScatter = OperatorReference("aten::slice_scatter")
  static let argwhere = OperatorReference("aten::argwhere")
  static let renorm = OperatorReference("aten::renorm")
}

extension Tensor {
  /// A copy with slices of `source` in place of those at the indices in a vector.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func indexCopy(dim: Int, index: Tensor, source: Tensor, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try PlacementOperators.indexCopy(self, dim, index, source, at: CallSite(file, line))
  }

  /// A copy with a number in the slices at the indices in a vector.
  ///
  /// - Throws: `runtime.operator`.
  public func indexFill(
    dim: Int, index: Tensor, value: any ScalarConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.indexFill(self, dim, index, value.scalar, at: CallSite(file, line))
  }

  /// A copy with values at positions: one tensor of indices for each dimension, or nil for all of it.
  ///
  /// - Parameter accumulate: whether values are added, also several at one position.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func indexPut(
    _ indices: [Tensor?], _ values: Tensor, accumulate: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.indexPut(self, indices, values, accumulate, at: CallSite(file, line))
  }

  /// A copy with the elements of `source`, in order, where a mask is true.
  ///
  /// - Throws: `runtime.operator` if `source` has too few elements.
  public func maskedScatter(_ mask: Tensor, _ source: Tensor, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try PlacementOperators.maskedScatter(self, mask, source, at: CallSite(file, line))
  }

  /// The elements at positions in the flattened tensor, with the shape of `index`.
  ///
  /// - Throws: `runtime.operator` for a position that does not exist.
  public func take(_ index: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PlacementOperators.take(self, index, at: CallSite(file, line))
  }

  /// A copy with the elements of `source` at positions in the flattened tensor.
  ///
  /// - Parameter accumulate: whether elements are added, also several at one position.
  ///
  /// - Throws: `runtime.operator` for a position that does not exist.
  public func put(
    _ index: Tensor, _ source: Tensor, accumulate: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.put(self, index, source, accumulate, at: CallSite(file, line))
  }

  /// Every element, or every slice of a dimension, repeated as often as a vector of integers says.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func repeatInterleave(_ repeats: Tensor, dim: Int? = nil, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try PlacementOperators.repeatInterleave(self, repeats, dim, at: CallSite(file, line))
  }

  /// A view of all windows of a dimension; the elements of a window are a new last dimension.
  ///
  /// - Throws: `runtime.operator` if the dimension is shorter than a window.
  public func unfold(dim: Int, size: Int, step: Int, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try PlacementOperators.unfold(self, dim, size, step, at: CallSite(file, line))
  }

  /// A copy with `source` in place of one position of a dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func selectScatter(
    _ source: Tensor, dim: Int, index: any SizeConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.selectScatter(self, source, dim, index.size, at: CallSite(file, line))
  }

  /// A copy with `source` in place of a range of a dimension.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func sliceScatter(
    _ source: Tensor, dim: Int = 0, start: (any SizeConvertible)? = nil, end: (any SizeConvertible)? = nil,
    step: Int = 1, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.sliceScatter(self, source, dim, start?.size, end?.size, step, at: CallSite(file, line))
  }

  /// The positions of the nonzero elements, `[count, dimensions]`; PyTorch's `argwhere`.
  ///
  /// - Throws: `runtime.operator`.
  public func argwhere(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try PlacementOperators.argwhere(self, at: CallSite(file, line))
  }

  /// The slices of a dimension, scaled down where their p-norm exceeds a maximum.
  ///
  /// - Throws: `runtime.operator`.
  public func renorm(
    p: any ScalarConvertible, dim: Int, maximum: any ScalarConvertible, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try PlacementOperators.renorm(self, p.scalar, dim, maximum.scalar, at: CallSite(file, line))
  }
}
