internal import XylemErrors
internal import XylemFiles
public import XylemTensor

/// The shared implementation of batch norms: Ioffe and Szegedy, arXiv:1502.03167.
///
/// In train mode it normalises by the batch's own statistics, which update the running ones; in eval mode by the
/// running ones.
public class BatchNorm: Module, Layer {
  /// `[numFeatures]`.
  public let weight: Parameter?
  /// `[numFeatures]`.
  public let bias: Parameter?
  /// `[numFeatures]`.
  public let runningMean: Buffer?
  /// `[numFeatures]`.
  public let runningVar: Buffer?
  /// The number of batches that the running statistics have seen: a scalar, int64.
  public let numBatchesTracked: Buffer?

  private let numFeatures: Int
  private let eps: Double
  private let momentum: Double?
  private let ranks: ClosedRange<Int>

  init(
    _ numFeatures: Int, _ eps: Double, _ momentum: Double?, _ affine: Bool, _ tracksRunningStats: Bool,
    ranks: ClosedRange<Int>
  ) {
    self.numFeatures = numFeatures
    self.eps = eps
    self.momentum = momentum
    self.ranks = ranks
    weight = affine ? Parameter([numFeatures], .ones) : nil
    bias = affine ? Parameter([numFeatures], .zeros) : nil
    runningMean = tracksRunningStats ? Buffer([numFeatures]) : nil
    runningVar = tracksRunningStats ? Buffer([numFeatures], .ones) : nil
    numBatchesTracked = tracksRunningStats ? Buffer([], dtype: .int64) : nil
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    let affine = Python.text(weight != nil)
    let tracks = Python.text(runningMean != nil)
    return "\(numFeatures), eps=\(Python.text(eps)), momentum=\(Python.text(momentum)), affine=\(affine), "
      + "bias=\(Python.text(bias != nil)), track_running_stats=\(tracks)"
  }

  package override class var consistsOfOperators: Bool { true }

  private static let addOperator = OperatorReference("aten::add_", "Scalar")
  private static let floatOperator = OperatorReference("aten::Float", "Tensor", nodeName: "float", resultType: "float")
  private static let divOperator = OperatorReference("aten::div", "float", resultType: "float")
  private static let normOperator = OperatorReference("aten::batch_norm")

  /// `[N, numFeatures, …]` to the same shape.
  ///
  /// - Throws: `runtime.operator`; `model.argument` for the wrong number of dimensions, and in train mode for a single
  ///   value per channel.
  public func forward(_ x: Tensor) throws -> Tensor {
    try InputCheck.make(x) { [self] (sizes: [Int]) throws(XylemError) in try check(sizes) }
    let factor = try updateFactor()
    let usesBatch = isTraining || runningMean == nil
    return try Self.normOperator.tensor([
      .tensor(x), weight.value, bias.value, runningMean.value, runningVar.value, .bool(usesBatch), factor,
      .float(eps), .bool(true),
    ])
  }

  /// The weight of the new batch in the running statistics, after counting it.
  private func updateFactor() throws -> Value {
    guard isTraining, let count = numBatchesTracked?.tensor else { return .float(momentum ?? 0) }
    _ = try Self.addOperator.tensor([.tensor(count), .int(1)])
    if let momentum { return .float(momentum) }
    // The plain average of all batches.
    guard let seen = try Self.floatOperator.results([.tensor(count)]).first,
      let factor = try Self.divOperator.results([.float(1), seen]).first
    else { return .float(0) }
    return factor
  }

  private func check(_ sizes: [Int]) throws(XylemError) {
    guard ranks.contains(sizes.count) else {
      throw ModuleErrors.rank(sizes, wanted: ranks, type: Swift.type(of: self).typeName)
    }
    let type = Swift.type(of: self).typeName
    if weight != nil || runningMean != nil { try ModuleErrors.checkChannels(sizes, numFeatures, at: 1, type: type) }
    let usesBatch = isTraining || runningMean == nil
    if usesBatch {
      try ModuleErrors.checkBatch(sizes, "a batch norm that trains", type: type, remedies: ["try model.eval()"])
    }
    try ModuleErrors.checkEpsilon(eps, isTraining: usesBatch, type: type)
  }
}

/// Batch norm of `[N, C]` or `[N, C, L]`, PyTorch's `torch.nn.BatchNorm1d`.
public final class BatchNorm1d: BatchNorm {
  /// Creates a layer with weights of 1 and biases of 0.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, ranks: 2...3) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.batchnorm.BatchNorm1d" }
}

/// Batch norm of `[N, C, H, W]`, PyTorch's `torch.nn.BatchNorm2d`.
public final class BatchNorm2d: BatchNorm {
  /// Creates a layer with weights of 1 and biases of 0.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, ranks: 4...4) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.batchnorm.BatchNorm2d" }
}

/// Batch norm of `[N, C, D, H, W]`, PyTorch's `torch.nn.BatchNorm3d`.
public final class BatchNorm3d: BatchNorm {
  /// Creates a layer with weights of 1 and biases of 0.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
    trackRunningStats: Bool = true
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, ranks: 5...5) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.batchnorm.BatchNorm3d" }
}
