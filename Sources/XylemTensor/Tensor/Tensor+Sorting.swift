public import XylemErrors

private enum SortingOperators {
  static let sort = OperatorReference("aten::sort", resultTypes: ["Tensor", "Tensor"])
  static let argsort = OperatorReference("aten::argsort")
  static let topk = OperatorReference("aten::topk", resultTypes: ["Tensor", "Tensor"])
  static let unique = OperatorReference(
    "aten::_unique2", nodeName: "unique", resultTypes: ["Tensor", "Tensor", "Tensor"])
  static let bincount = OperatorReference("aten::bincount")
}

extension Tensor {
  /// The elements sorted along a dimension, and their original positions.
  ///
  /// - Throws: `runtime.operator`.
  public func sort(dim: Int = -1, descending: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> (values: Tensor, indices: Tensor)
  {
    try SortingOperators.sort.pair(self, dim, descending, at: CallSite(file, line))
  }

  /// The positions that sort the elements along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func argsort(dim: Int = -1, descending: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SortingOperators.argsort(self, dim, descending, at: CallSite(file, line))
  }

  /// The `k` greatest elements along a dimension, or the least, and their positions.
  ///
  /// - Throws: `runtime.operator` if there are fewer.
  public func topk(
    _ k: any SizeConvertible, dim: Int = -1, largest: Bool = true, sorted: Bool = true, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> (values: Tensor, indices: Tensor) {
    try SortingOperators.topk.pair(self, k.size, dim, largest, sorted, at: CallSite(file, line))
  }

  /// The unique elements, optionally sorted.
  ///
  /// - Throws: `runtime.operator`.
  public func unique(
    sorted: Bool = true, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try SortingOperators.unique.several(self, sorted, false, false, at: CallSite(file, line))[0]
  }

  /// The count of each integer from 0, or the sum of its weights.
  ///
  /// - Throws: `runtime.operator`.
  public func bincount(
    weights: Tensor? = nil, minlength: any SizeConvertible = 0, file: String = #fileID, line: Int = #line
  )
    throws(XylemError) -> Tensor
  {
    try SortingOperators.bincount(self, weights, minlength.size, at: CallSite(file, line))
  }
}
