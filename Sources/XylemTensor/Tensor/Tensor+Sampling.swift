public import XylemErrors

private enum SamplingOperators {
  static let multinomial = OperatorReference("aten::multinomial")
  static let bernoulli = OperatorReference("aten::bernoulli")
  static let bernoulliOf = OperatorReference("aten::bernoulli", "p")
  static let normal = OperatorReference("aten::normal", "Tensor_Tensor")
  static let normalDeviation = OperatorReference("aten::normal", "Tensor_float")
  static let normalMean = OperatorReference("aten::normal", "float_Tensor")
  static let normalShape = OperatorReference("aten::normal", "float_float")
}

extension Tensor {
  /// Indices sampled in proportion to the elements of a vector or of each row, int64, PyTorch's `multinomial`.
  ///
  /// - Throws: `runtime.operator` for negative numbers, and for too many samples without replacement.
  public func multinomial(
    _ count: any SizeConvertible, replacement: Bool = false, file: String = #fileID, line: Int = #line
  )
    throws(XylemError) -> Tensor
  {
    try SamplingOperators.multinomial(self, count.size, replacement, at: CallSite(file, line))
  }

  /// Ones with each element's probability, otherwise zeros, PyTorch's `bernoulli`.
  ///
  /// - Throws: `runtime.operator` for numbers that are not probabilities.
  public func bernoulli(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try SamplingOperators.bernoulli(self, at: CallSite(file, line))
  }

  /// Ones with one probability, otherwise zeros, with the tensor's shape and type.
  ///
  /// - Throws: `runtime.operator` for a number that is not a probability.
  public func bernoulli(p: Double, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try SamplingOperators.bernoulliOf(self, p, at: CallSite(file, line))
  }

  /// Normally distributed numbers with broadcast means and standard deviations, PyTorch's `torch.normal`.
  ///
  /// - Throws: `runtime.operator` with the shapes, and for negative deviations.
  public static func normal(mean: Tensor, std: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SamplingOperators.normal(mean, std, at: CallSite(file, line))
  }

  /// Normally distributed numbers with one standard deviation.
  ///
  /// - Throws: `runtime.operator` for a negative deviation.
  public static func normal(mean: Tensor, std: Double = 1, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SamplingOperators.normalDeviation(mean, std, at: CallSite(file, line))
  }

  /// Normally distributed numbers with one mean.
  ///
  /// - Throws: `runtime.operator` for negative deviations.
  public static func normal(mean: Double, std: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try SamplingOperators.normalMean(mean, std, at: CallSite(file, line))
  }

  /// Normally distributed numbers with one mean and standard deviation, in a shape.
  ///
  /// - Throws: `runtime.operator` for a negative deviation.
  public static func normal(mean: Double, std: Double, _ shape: Shape, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try SamplingOperators.normalShape(mean, std, shape, at: CallSite(file, line))
  }
}
