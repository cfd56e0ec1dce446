public import XylemErrors
public import XylemFiles

private enum StatisticsForms {
  static let nanquantile = OperatorReference("aten::nanquantile", "scalar")
  static let nanquantiles = OperatorReference("aten::nanquantile")
  static let nanmedian = OperatorReference("aten::nanmedian")
  static let nanmedianDim = OperatorReference("aten::nanmedian", "dim", resultTypes: ["Tensor", "Tensor"])
  static let cummax = OperatorReference("aten::cummax", resultTypes: ["Tensor", "Tensor"])
  static let cummin = OperatorReference("aten::cummin", resultTypes: ["Tensor", "Tensor"])
  static let logcumsumexp = OperatorReference("aten::logcumsumexp")
  static let varMean = OperatorReference("aten::var_mean", "correction", resultTypes: ["Tensor", "Tensor"])
  static let stdMean = OperatorReference("aten::std_mean", "correction", resultTypes: ["Tensor", "Tensor"])
  static let nansum = OperatorReference("aten::nansum")
  static let nanmean = OperatorReference("aten::nanmean")
  static let aminmax = OperatorReference("aten::aminmax", resultTypes: ["Tensor", "Tensor"])
  static let uniqueConsecutive = OperatorReference(
    "aten::unique_consecutive", resultTypes: ["Tensor", "Tensor", "Tensor"])
  static let uniqueDim = OperatorReference("aten::unique_dim", resultTypes: ["Tensor", "Tensor", "Tensor"])
  static let cov = OperatorReference("aten::cov")
  static let corrcoef = OperatorReference("aten::corrcoef")
  static let diff = OperatorReference("aten::diff")
  static let countNonzero = OperatorReference("aten::count_nonzero", "dim_IntList")
  static let poisson = OperatorReference("aten::poisson")
}

extension Tensor {
  /// As ``quantile(_:dim:keepdim:interpolation:file:line:)-(Double,_,_,_,_,_)``, of the elements that are not NaN.
  ///
  /// - Throws: `runtime.operator` for a fraction outside 0 to 1.
  public func nanquantile(
    _ part: Double, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsForms.nanquantile(self, part, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// Several quantiles of the elements that are not NaN, along the first dimension of the result.
  ///
  /// - Throws: `runtime.operator` for fractions outside 0 to 1.
  public func nanquantile(
    _ parts: Tensor, dim: Int? = nil, keepdim: Bool = false, interpolation: QuantileInterpolation = .linear,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsForms.nanquantiles(self, parts, dim, keepdim, interpolation.rawValue, at: CallSite(file, line))
  }

  /// The median of the elements that are not NaN; of two in the middle, the lesser.
  ///
  /// - Throws: `runtime.operator`.
  public func nanmedian(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.nanmedian(self, at: CallSite(file, line))
  }

  /// The medians along a dimension of the elements that are not NaN, and their positions.
  ///
  /// - Throws: `runtime.operator`.
  public func nanmedian(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> (values: Tensor, indices: Tensor)
  {
    try StatisticsForms.nanmedianDim.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The sum of the elements that are not NaN, over dimensions or over all.
  ///
  /// - Throws: `runtime.operator`.
  public func nansum(
    dim: Dims? = nil, keepdim: Bool = false, dtype: DType? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsForms.nansum(self, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// The mean of the elements that are not NaN, over dimensions or over all.
  ///
  /// - Throws: `runtime.operator`.
  public func nanmean(
    dim: Dims? = nil, keepdim: Bool = false, dtype: DType? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsForms.nanmean(self, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// The greatest element so far along a dimension, and its position.
  ///
  /// - Throws: `runtime.operator`.
  public func cummax(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, indices: Tensor
  ) {
    try StatisticsForms.cummax.pair(self, dim, at: CallSite(file, line))
  }

  /// The least element so far along a dimension, and its position.
  ///
  /// - Throws: `runtime.operator`.
  public func cummin(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, indices: Tensor
  ) {
    try StatisticsForms.cummin.pair(self, dim, at: CallSite(file, line))
  }

  /// The logarithm of the cumulative sum of exponentials along a dimension, without overflow.
  ///
  /// - Throws: `runtime.operator`.
  public func logcumsumexp(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.logcumsumexp(self, dim, at: CallSite(file, line))
  }

  /// The variance and the mean over dimensions, or over all elements if none are given.
  ///
  /// - Parameter correction: subtracted from the element count in the variance's divisor.
  ///
  /// - Throws: `runtime.operator`.
  public func varMean(
    dim: Dims? = nil, correction: Int = 1, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> (variance: Tensor, mean: Tensor) {
    let found = try StatisticsForms.varMean.several(self, dim, correction, keepdim, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The standard deviation and the mean over dimensions, or over all elements if none are given.
  ///
  /// - Parameter correction: subtracted from the element count in the variance's divisor.
  ///
  /// - Throws: `runtime.operator`.
  public func stdMean(
    dim: Dims? = nil, correction: Int = 1, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> (std: Tensor, mean: Tensor) {
    let found = try StatisticsForms.stdMean.several(self, dim, correction, keepdim, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The least and the greatest element, along a dimension or of all.
  ///
  /// - Throws: `runtime.operator` if there are none.
  public func aminmax(dim: Int? = nil, keepdim: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> (min: Tensor, max: Tensor)
  {
    let found = try StatisticsForms.aminmax.several(self, dim, keepdim, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The number of elements other than zero over dimensions, int64.
  ///
  /// - Throws: `runtime.operator`.
  public func countNonzero(dims: Dims, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.countNonzero(self, dims, at: CallSite(file, line))
  }

  /// The unique slices of a dimension, sorted.
  ///
  /// - Throws: `runtime.operator`.
  public func unique(dim: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.uniqueDim.several(self, dim, true, false, false, at: CallSite(file, line))[0]
  }

  /// The elements, or the slices of a dimension, without those that equal the one before; for each of the original
  /// ones its position in the result, and the length of each run.
  ///
  /// - Throws: `runtime.operator`.
  public func uniqueConsecutive(dim: Int? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, inverse: Tensor, counts: Tensor
  ) {
    let found = try StatisticsForms.uniqueConsecutive.several(self, true, true, dim, at: CallSite(file, line))
    return (found[0], found[1], found[2])
  }

  /// The covariances of variables, each a row of observations: `[N, N]`.
  ///
  /// - Parameters:
  ///   - correction: subtracted from the number of observations in the divisor.
  ///   - frequencies: how often each observation counts, integers.
  ///   - weights: the importance of each observation.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func cov(
    correction: Int = 1, frequencies: Tensor? = nil, weights: Tensor? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try StatisticsForms.cov(self, correction, frequencies, weights, at: CallSite(file, line))
  }

  /// Pearson's correlations of variables, each a row of observations: `[N, N]`.
  ///
  /// - Throws: `runtime.operator`.
  public func corrcoef(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.corrcoef(self, at: CallSite(file, line))
  }

  /// The differences of neighbours along a dimension, repeated `n` times.
  ///
  /// - Throws: `runtime.operator`.
  public func diff(n: Int = 1, dim: Int = -1, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.diff(self, n, dim, at: CallSite(file, line))
  }

  /// A number drawn for each element from the Poisson distribution with that rate.
  ///
  /// - Throws: `runtime.operator`.
  public func poisson(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try StatisticsForms.poisson(self, at: CallSite(file, line))
  }
}
