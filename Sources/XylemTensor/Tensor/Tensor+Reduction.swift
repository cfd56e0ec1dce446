public import XylemErrors
public import XylemFiles

private enum ReductionOperators {
  static let sumAll = OperatorReference("aten::sum")
  static let meanAll = OperatorReference("aten::mean")
  static let sum = OperatorReference("aten::sum", "dim_IntList")
  static let mean = OperatorReference("aten::mean", "dim")
  static let variance = OperatorReference("aten::var", "correction")
  static let std = OperatorReference("aten::std", "correction")
  static let amax = OperatorReference("aten::amax")
  static let amin = OperatorReference("aten::amin")
  static let max = OperatorReference("aten::max")
  static let maxDim = OperatorReference("aten::max", "dim", resultTypes: ["Tensor", "Tensor"])
  static let min = OperatorReference("aten::min")
  static let minDim = OperatorReference("aten::min", "dim", resultTypes: ["Tensor", "Tensor"])
  static let argmax = OperatorReference("aten::argmax")
  static let argmin = OperatorReference("aten::argmin")
  static let prod = OperatorReference("aten::prod")
  static let prodDim = OperatorReference("aten::prod", "dim_int")
  static let normAll = OperatorReference("aten::norm", "Scalar")
  static let norm = OperatorReference("aten::norm", "ScalarOpt_dim")
  static let vectorNorm = OperatorReference("aten::linalg_vector_norm")
  static let softmax = OperatorReference("aten::softmax", "int")
  static let logSoftmax = OperatorReference("aten::log_softmax", "int")
  static let logsumexp = OperatorReference("aten::logsumexp")
  static let cumsum = OperatorReference("aten::cumsum")
  static let cumprod = OperatorReference("aten::cumprod")
  static let median = OperatorReference("aten::median")
  static let medianDim = OperatorReference("aten::median", "dim", resultTypes: ["Tensor", "Tensor"])
  static let countNonzero = OperatorReference("aten::count_nonzero")
}

extension Tensor {
  /// The sum over dimensions, or over all elements if none are given.
  ///
  /// With `keepdim`, a reduced dimension remains with size 1. Elements are first converted to `dtype`.
  ///
  /// - Throws: `runtime.operator`.
  public func sum(
    dim: Dims? = nil, keepdim: Bool = false, dtype: DType? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    guard dim != nil || keepdim else { return try ReductionOperators.sumAll(self, dtype, at: CallSite(file, line)) }
    return try ReductionOperators.sum(self, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// The mean over dimensions, or over all elements if none are given.
  ///
  /// With `keepdim`, a reduced dimension remains with size 1. Elements are first converted to `dtype`.
  ///
  /// - Throws: `runtime.operator`.
  public func mean(
    dim: Dims? = nil, keepdim: Bool = false, dtype: DType? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    guard dim != nil || keepdim else { return try ReductionOperators.meanAll(self, dtype, at: CallSite(file, line)) }
    return try ReductionOperators.mean(self, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// The variance over dimensions, or over all elements if none are given.
  ///
  /// - Parameter correction: subtracted from the element count in the divisor; 0 is PyTorch's `unbiased=False`.
  ///
  /// - Throws: `runtime.operator`.
  public func `var`(
    dim: Dims? = nil, correction: Int = 1, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ReductionOperators.variance(self, dim, correction, keepdim, at: CallSite(file, line))
  }

  /// The standard deviation over dimensions, or over all elements if none are given.
  ///
  /// - Parameter correction: subtracted from the element count in the divisor; 0 is PyTorch's `unbiased=False`.
  ///
  /// - Throws: `runtime.operator`.
  public func std(
    dim: Dims? = nil, correction: Int = 1, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ReductionOperators.std(self, dim, correction, keepdim, at: CallSite(file, line))
  }

  /// The greatest element over dimensions; gradients are shared evenly among equal ones.
  ///
  /// - Throws: `runtime.operator`.
  public func amax(dim: Dims = [], keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.amax(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The least element over dimensions; gradients are shared evenly among equal ones.
  ///
  /// - Throws: `runtime.operator`.
  public func amin(dim: Dims = [], keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.amin(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The greatest of all elements.
  ///
  /// - Throws: `runtime.operator` if there are none.
  public func max(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ReductionOperators.max(self, at: CallSite(file, line))
  }

  /// The greatest elements along a dimension, and their positions.
  ///
  /// - Throws: `runtime.operator`.
  public func max(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, indices: Tensor
  ) {
    try ReductionOperators.maxDim.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The least of all elements.
  ///
  /// - Throws: `runtime.operator` if there are none.
  public func min(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ReductionOperators.min(self, at: CallSite(file, line))
  }

  /// The least elements along a dimension, and their positions.
  ///
  /// - Throws: `runtime.operator`.
  public func min(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, indices: Tensor
  ) {
    try ReductionOperators.minDim.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The position of the greatest element along a dimension, or in the flattened tensor if none is given; int64.
  ///
  /// - Throws: `runtime.operator`.
  public func argmax(dim: Int? = nil, keepdim: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ReductionOperators.argmax(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The position of the least element along a dimension, or in the flattened tensor if none is given; int64.
  ///
  /// - Throws: `runtime.operator`.
  public func argmin(dim: Int? = nil, keepdim: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ReductionOperators.argmin(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The product of all elements.
  ///
  /// - Throws: `runtime.operator`.
  public func prod(dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ReductionOperators.prod(self, dtype, at: CallSite(file, line))
  }

  /// The product along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func prod(dim: Int, keepdim: Bool = false, dtype: DType? = nil, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ReductionOperators.prodDim(self, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// The p-norm over dimensions, or over all elements if none are given.
  ///
  /// - Throws: `runtime.operator`.
  public func norm(
    p: any ScalarConvertible = 2, dim: Dims? = nil, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    guard let dim else { return try ReductionOperators.normAll(self, p.scalar, at: CallSite(file, line)) }
    return try ReductionOperators.norm(self, p.scalar, dim, keepdim, at: CallSite(file, line))
  }

  /// The norm of the elements as a vector, of any order: PyTorch's `linalg.vector_norm`.
  ///
  /// - Throws: `runtime.operator`.
  public func vectorNorm(
    ord: any ScalarConvertible = 2, dim: Dims? = nil, keepdim: Bool = false, dtype: DType? = nil,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ReductionOperators.vectorNorm(self, ord.scalar, dim, keepdim, dtype, at: CallSite(file, line))
  }

  /// `exp(x)` over its sum along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func softmax(dim: Int, dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.softmax(self, dim, dtype, at: CallSite(file, line))
  }

  /// The logarithm of the softmax along a dimension, accurate near zero.
  ///
  /// - Throws: `runtime.operator`.
  public func logSoftmax(dim: Int, dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.logSoftmax(self, dim, dtype, at: CallSite(file, line))
  }

  /// The logarithm of the sum of `exp(x)` over dimensions.
  ///
  /// - Throws: `runtime.operator`.
  public func logsumexp(dim: Dims, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.logsumexp(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The cumulative sum along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func cumsum(dim: Int, dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.cumsum(self, dim, dtype, at: CallSite(file, line))
  }

  /// The cumulative product along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func cumprod(dim: Int, dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ReductionOperators.cumprod(self, dim, dtype, at: CallSite(file, line))
  }

  /// The lower median of all elements.
  ///
  /// - Throws: `runtime.operator`.
  public func median(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ReductionOperators.median(self, at: CallSite(file, line))
  }

  /// The lower medians along a dimension, and their positions.
  ///
  /// - Throws: `runtime.operator`.
  public func median(dim: Int, keepdim: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    values: Tensor, indices: Tensor
  ) {
    try ReductionOperators.medianDim.pair(self, dim, keepdim, at: CallSite(file, line))
  }

  /// The number of nonzero elements, int64.
  ///
  /// - Throws: `runtime.operator`.
  public func countNonzero(dim: Int? = nil, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ReductionOperators.countNonzero(self, dim, at: CallSite(file, line))
  }
}
