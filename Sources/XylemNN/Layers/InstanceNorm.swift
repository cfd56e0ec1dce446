internal import XylemErrors
internal import XylemFiles
public import XylemTensor

/// The shared implementation of instance norms: Ulyanov et al., arXiv:1607.08022.
///
/// Each channel of each sample is normalised by its own statistics; in eval mode by the running ones if they are
/// tracked. If the model is traced through and the number of dimensions is unknown, the input is assumed to be a batch,
/// which is checked when the graph runs.
public class InstanceNorm: Module, Layer {
  /// `[numFeatures]`.
  public let weight: Parameter?
  /// `[numFeatures]`.
  public let bias: Parameter?
  /// `[numFeatures]`.
  public let runningMean: Buffer?
  /// `[numFeatures]`.
  public let runningVar: Buffer?
  /// A scalar, int64, that PyTorch keeps but never increments.
  public let numBatchesTracked: Buffer?

  private let numFeatures: Int
  private let eps: Double
  private let momentum: Double?
  private let batchedRank: Int

  fileprivate init(
    _ numFeatures: Int, _ eps: Double, _ momentum: Double?, _ affine: Bool, _ trackRunningStats: Bool, batchedRank: Int
  ) {
    self.numFeatures = numFeatures
    self.eps = eps
    self.momentum = momentum
    self.batchedRank = batchedRank
    weight = affine ? Parameter([numFeatures], .ones) : nil
    bias = affine ? Parameter([numFeatures], .zeros) : nil
    runningMean = trackRunningStats ? Buffer([numFeatures]) : nil
    runningVar = trackRunningStats ? Buffer([numFeatures], .ones) : nil
    numBatchesTracked = trackRunningStats ? Buffer([], dtype: .int64) : nil
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    let affine = Python.text(weight != nil)
    let tracks = Python.text(runningMean != nil)
    return "\(numFeatures), eps=\(Python.text(eps)), momentum=\(Python.text(momentum)), affine=\(affine), "
      + "bias=\(Python.text(bias != nil)), track_running_stats=\(tracks)"
  }

  private static let op = OperatorReference("aten::instance_norm")
  private static let unsqueezeOperator = OperatorReference("aten::unsqueeze")
  private static let squeezeOperator = OperatorReference("aten::squeeze", "dim")

  /// `[N, numFeatures, …]` or `[numFeatures, …]` to the same shape.
  ///
  /// - Throws: `runtime.operator`; `model.argument` for the wrong number of dimensions, and for a single element per
  ///   channel if its statistics are used.
  public func forward(_ x: Tensor) throws -> Tensor {
    try InputCheck.make(x) { [self] (sizes: [Int]) throws(XylemError) in try check(sizes) }
    guard let sizes = x.knownSizes else {
      try require(x.dim() == Size(batchedRank), "a batch of \(batchedRank) dimensions was expected")
      return try normalized(x)
    }
    guard sizes.count < batchedRank else { return try normalized(x) }
    let batch = try Self.unsqueezeOperator.tensor([.tensor(x), .int(0)])
    return try Self.squeezeOperator.tensor([.tensor(normalized(batch)), .int(0)])
  }

  private func check(_ sizes: [Int]) throws(XylemError) {
    let type = Swift.type(of: self).typeName
    guard sizes.count == batchedRank || sizes.count == batchedRank - 1 else {
      throw ModuleErrors.rank(sizes, wanted: batchedRank - 1...batchedRank, type: type)
    }
    let channels = sizes.count - batchedRank + 1
    if weight != nil { try ModuleErrors.checkChannels(sizes, numFeatures, at: channels, type: type) }
    guard usesInputStatistics else { return }
    try ModuleErrors.checkSpatial(sizes.count < batchedRank ? [1] + sizes : sizes, type: type)
  }

  private var usesInputStatistics: Bool { isTraining || runningMean == nil }

  private func normalized(_ x: Tensor) throws -> Tensor {
    try Self.op.tensor([
      .tensor(x), weight.value, bias.value, runningMean.value, runningVar.value, .bool(usesInputStatistics),
      .float(momentum ?? 0), .float(eps), .bool(true),
    ])
  }
}

/// Instance norm of `[N, C, L]`, PyTorch's `torch.nn.InstanceNorm1d`.
public final class InstanceNorm1d: InstanceNorm {
  /// Creates a layer with weights of 1 and biases of 0, if it has them.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, batchedRank: 3) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.instancenorm.InstanceNorm1d" }
}

/// Instance norm of `[N, C, H, W]`, PyTorch's `torch.nn.InstanceNorm2d`.
public final class InstanceNorm2d: InstanceNorm {
  /// Creates a layer with weights of 1 and biases of 0, if it has them.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, batchedRank: 4) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.instancenorm.InstanceNorm2d" }
}

/// Instance norm of `[N, C, D, H, W]`, PyTorch's `torch.nn.InstanceNorm3d`.
public final class InstanceNorm3d: InstanceNorm {
  /// Creates a layer with weights of 1 and biases of 0, if it has them.
  public init(
    _ numFeatures: Int, eps: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = false,
    trackRunningStats: Bool = false
  ) { super.init(numFeatures, eps, momentum, affine, trackRunningStats, batchedRank: 5) }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.instancenorm.InstanceNorm3d" }
}
