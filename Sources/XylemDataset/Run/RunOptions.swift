public import XylemFiles

/// How a run computes and stores features.
public struct RunOptions: Sendable {
  /// The form of the files.
  public var format: any ShardFormat
  /// The number of rows of a shard, at least 1.
  public var rows: Int
  /// The number of images that are computed at once, at least 1.
  public var batchSize: Int
  /// The number of threads that decode images, at least 1.
  public var workers: Int
  /// How features are reduced, by key.
  public var reductions: [String: Reduction]
  /// The type that floating-point features are stored in. Nil for the model's own.
  public var dtype: DType?
  /// Whether libtorch casts to bfloat16, by the rules of PyTorch's autocast.
  public var autocasts: Bool
  /// Whether rows have the SHA-256 of their input's bytes.
  public var addsDigests: Bool
  /// Whether rows without features are computed again.
  public var retriesErrors: Bool
  /// The number of inputs that may fail. Nil for any number.
  public var maximumErrors: Int?
  /// The name of the model, for the record.
  public var modelName: String?

  /// How long a shard is left to another machine that gives no sign of life, in seconds.
  package var patience = 120
  /// Called before each commit of a shard, for tests.
  package var beforeCommit: (@Sendable (Int) throws -> Void)?

  /// Creates options.
  public init(
    format: any ShardFormat = ArrowFormat(), rows: Int = 10_000, batchSize: Int = 32, workers: Int = 2,
    reductions: [String: Reduction] = [:], dtype: DType? = nil, autocasts: Bool = false, addsDigests: Bool = false,
    retriesErrors: Bool = false, maximumErrors: Int? = nil, modelName: String? = nil
  ) {
    (self.format, self.rows, self.batchSize, self.workers) = (format, rows, batchSize, workers)
    (self.reductions, self.dtype, self.autocasts, self.addsDigests) = (reductions, dtype, autocasts, addsDigests)
    (self.retriesErrors, self.maximumErrors, self.modelName) = (retriesErrors, maximumErrors, modelName)
  }
}
