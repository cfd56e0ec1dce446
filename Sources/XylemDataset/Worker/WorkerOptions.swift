public import XylemFiles

/// How a worker computes features.
public struct WorkerOptions: Sendable {
  /// The column that has the inputs.
  public var column: String
  /// The number of images that are computed at once, at least 1.
  public var batchSize: Int
  /// The number of threads that decode images, at least 1.
  public var workers: Int
  /// How features are reduced, by key.
  public var reductions: [String: Reduction]
  /// The type of floating-point features. Nil for the model's own.
  public var dtype: DType?
  /// Whether libtorch casts to bfloat16, by the rules of PyTorch's autocast.
  public var autocasts: Bool

  /// Creates options.
  public init(
    column: String = "bytes", batchSize: Int = 32, workers: Int = 2, reductions: [String: Reduction] = [:],
    dtype: DType? = nil, autocasts: Bool = false
  ) {
    (self.column, self.batchSize, self.workers) = (column, batchSize, workers)
    (self.reductions, self.dtype, self.autocasts) = (reductions, dtype, autocasts)
  }
}

/// What a worker has done.
public struct WorkerSummary: Sendable, Hashable {
  /// The number of record batches.
  public var batches = 0
  /// The number of rows.
  public var rows = 0
  /// The number of rows without features.
  public var failed = 0
}
