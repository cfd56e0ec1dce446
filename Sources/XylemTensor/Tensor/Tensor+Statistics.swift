public import XylemErrors

private enum StatisticsOperators {
  static let quantile = OperatorReference("aten::quantile", "scalar")
  static let quantiles = OperatorReference("aten::quantile")
  static let searchsorted = OperatorReference("aten::searchsorted", "Tensor")
  static let bucketize = OperatorReference("aten::bucketize", "Tensor")
  static let histc = OperatorReference("aten::histc")
  static let kthvalue = OperatorReference("aten::kthvalue", resultTypes: ["Tensor", "Tensor"])
  static let mode = OperatorReference("aten::mode", resultTypes: ["Tensor", "Tensor"])
  static let scatterReduce = OperatorReference("aten::scatter_reduce", "two")
}

/// What a quantile between two elements is.
public enum QuantileInterpolation: String, Sendable {
  /// In proportion between both.
  case linear
  /// The lower one.
  case lower
  /// The higher one.
  case higher
  /// In the middle of both.
  case midpoint
  /// The nearer one.
  case nearest
}

/// How elements that meet at one position become one.
public enum ScatterReduction: String, Sendable {
  /// Their sum.
  case sum
  /// Their product.
  case prod
  /// Their mean.
  case mean
  /// The greatest.
  case amax
  /// The least.
  case amin
}

extension Tensor {
  /// The number that a part of the elements is below, of all or along a dimension, PyTorch's `quantile`.
  ///
  /// - Throws: `runtime.operator` for a part beyond 0 and 1.
  public func quantile(
    _ part: Double, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.quantile(self, part, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// Several quantiles, along the first dimension of the result.
  ///
  /// - Throws: `runtime.operator` for parts beyond 0 and 1.
  public func quantile(
    _ parts: Tensor, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.quantiles(self, parts, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// Where values would be inserted so that each row stays sorted, int64, PyTorch's `searchsorted`.
  ///
  /// - Parameter right: whether equal elements come before.
  ///
  /// - Throws: `runtime.operator` with the shapes where they don't fit.
  public func searchsorted(_ values: Tensor, right: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.searchsorted(self, values, false, right, at: CallSite(file, line))
  }

  /// The number of the interval between boundaries that each element is in, int64, PyTorch's `bucketize`.
  ///
  /// - Parameter right: whether an element that equals a boundary is above it.
  ///
  /// - Throws: `runtime.operator` with the shapes where they don't fit.
  public func bucketize(_ boundaries: Tensor, right: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.bucketize(self, boundaries, false, right, at: CallSite(file, line))
  }

  /// How many elements are in each of equal intervals from `min` to `max`; from the least to the greatest where both are 0.
  ///
  /// - Throws: `runtime.operator`.
  public func histc(bins: Int = 100, min: Double = 0, max: Double = 0, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.histc(self, bins, min, max, at: CallSite(file, line))
  }

  /// The `k`-th smallest element along a dimension and its position; 1 is the smallest.
  ///
  /// - Throws: `runtime.operator` where there is none.
  public func kthvalue(_ k: Int, dim: Int = -1, keepdim: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> (values: Tensor, indices: Tensor)
  {
    try StatisticsOperators.kthvalue.pair(self, k, dim, keepdim, at: CallSite(file, line))
  }

  /// The most frequent element along a dimension and a position of it.
  ///
  /// - Throws: `runtime.operator`.
  public func mode(dim: Int = -1, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> (values: Tensor, indices: Tensor)
  {
    try StatisticsOperators.mode.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// A copy with elements of `src` brought together with its own where `index` says along a dimension.
  ///
  /// - Parameter includeSelf: whether the tensor's own elements count.
  ///
  /// - Throws: `runtime.operator` with the shapes where they don't fit.
  public func scatterReduce(
    dim: Int, index: Tensor, src: Tensor, reduce: ScatterReduction, includeSelf: Bool = true, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.scatterReduce(self, dim, index, src, reduce.rawValue, includeSelf, at: CallSite(file, line))
  }
}
