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

/// The interpolation of a quantile between two elements.
public enum QuantileInterpolation: String, Sendable {
  /// Linear interpolation.
  case linear
  /// The lower one.
  case lower
  /// The higher one.
  case higher
  /// The midpoint.
  case midpoint
  /// The nearer one.
  case nearest
}

/// The reduction of elements at the same position.
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
  /// The quantile of all elements or along a dimension, PyTorch's `quantile`.
  ///
  /// - Throws: `runtime.operator` for a fraction outside 0 to 1.
  public func quantile(
    _ part: Double, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.quantile(self, part, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// Several quantiles, along the first dimension of the result.
  ///
  /// - Throws: `runtime.operator` for fractions outside 0 to 1.
  public func quantile(
    _ parts: Tensor, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.quantiles(self, parts, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// The positions at which to insert values so that each row remains sorted, int64, PyTorch's `searchsorted`.
  ///
  /// - Parameter right: whether equal elements come before.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func searchsorted(_ values: Tensor, right: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.searchsorted(self, values, false, right, at: CallSite(file, line))
  }

  /// The number of the interval between boundaries that each element is in, int64, PyTorch's `bucketize`.
  ///
  /// - Parameter right: whether an element that equals a boundary is above it.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func bucketize(_ boundaries: Tensor, right: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.bucketize(self, boundaries, false, right, at: CallSite(file, line))
  }

  /// The number of elements in equal intervals from `min` to `max`, or over the range of the elements if both are 0.
  ///
  /// - Throws: `runtime.operator`.
  public func histc(bins: Int = 100, min: Double = 0, max: Double = 0, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try StatisticsOperators.histc(self, bins, min, max, at: CallSite(file, line))
  }

  /// The `k`-th smallest element along a dimension and its position; 1 is the smallest.
  ///
  /// - Throws: `runtime.operator` if there is none.
  public func kthvalue(
    _ k: any SizeConvertible, dim: Int = -1, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  )
    throws(XylemError) -> (values: Tensor, indices: Tensor)
  {
    try StatisticsOperators.kthvalue.pair(self, k.size, dim, keepdim, at: CallSite(file, line))
  }

  /// The most frequent element along a dimension and a position of it.
  ///
  /// - Throws: `runtime.operator`.
  public func mode(dim: Int = -1, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> (values: Tensor, indices: Tensor)
  {
    try StatisticsOperators.mode.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// A copy with the elements of `src` reduced into it at the indices in `index` along a dimension.
  ///
  /// - Parameter includeSelf: whether to include the tensor's own elements.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func scatterReduce(
    dim: Int, index: Tensor, src: Tensor, reduce: ScatterReduction, includeSelf: Bool = true, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsOperators.scatterReduce(self, dim, index, src, reduce.rawValue, includeSelf, at: CallSite(file, line))
  }
}
