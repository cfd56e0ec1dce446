internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Recurrent networks for optical flow: Teed and Deng, arXiv:2003.12039.
///
/// Two images `[N, 3, H, W]`, with H and W multiples of 8 and at least 128, to a list of flows `[N, 2, H, W]`, each of which
/// refines the one before, with keys as torchvision's `raft.py` has them.
public final class RAFT: Module {
  /// The encoder of both images.
  public let featureEncoder: FeatureEncoder
  /// The encoder of the first image alone.
  public let contextEncoder: FeatureEncoder
  private let corrBlock: CorrBlock
  /// The block that refines the flow.
  public let updateBlock: UpdateBlock
  /// The weights for enlarging the flow. Nil if it is interpolated.
  public let maskPredictor: MaskPredictor?

  /// The sizes of the parts.
  struct Plan {
    var encoderBlock: FeatureEncoder.BlockKind
    var featureLayers: [Int]
    var contextLayers: [Int]
    var contextNorm: ((Int) -> any Layer)?
    var radius: Int
    var corrLayers: [Int]
    var flowLayers: [Int]
    var motionChannels: Int
    var hiddenState: Int
    var kernels: [[Int]]
    var flowHidden: Int
    var predictsMask: Bool
  }

  init(_ plan: Plan) {
    featureEncoder = FeatureEncoder(plan.encoderBlock, plan.featureLayers, norm: { InstanceNorm2d($0) })
    contextEncoder = FeatureEncoder(plan.encoderBlock, plan.contextLayers, norm: plan.contextNorm)
    corrBlock = CorrBlock(channels: plan.featureLayers[4], radius: plan.radius)
    let motion = MotionEncoder(
      corrBlock.outChannels, plan.corrLayers, plan.flowLayers, outChannels: plan.motionChannels)
    let context = plan.contextLayers[4] - plan.hiddenState
    let recurrent = RecurrentBlock(plan.motionChannels + context, plan.hiddenState, plan.kernels)
    updateBlock = UpdateBlock(motion, recurrent, FlowHead(plan.hiddenState, plan.flowHidden))
    maskPredictor = plan.predictsMask ? MaskPredictor(plan.hiddenState, hidden: 256) : nil
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.optical_flow.raft.RAFT" }

  /// `forward` of two images and the number of refinements.
  public override var entry: ModuleEntry? {
    ModuleEntry("image1", "image2", "num_flow_updates", defaults: ["num_flow_updates": 12]) {
      [unowned self] (image1: Tensor, image2: Tensor, count: Int) in try forward(image1, image2, numFlowUpdates: count)
    }
  }

  /// Two images `[N, 3, H, W]` to as many flows `[N, 2, H, W]` as there are refinements.
  ///
  /// - Throws: `model.requirement` for images of different or other sizes, `runtime.operator`.
  public func forward(_ image1: Tensor, _ image2: Tensor, numFlowUpdates: Int = 12) throws -> [Tensor] {
    guard (0...10_000).contains(numFlowUpdates) else {
      throw ModelErrors.argument(
        "\(numFlowUpdates) refinements of the flow", Self.typeName, "0 to 10000 refinements are allowed")
    }
    let (n, _, h, w) = try image1.shape.four
    let (_, _, otherH, otherW) = try image2.shape.four
    try require(h == otherH, "the images are \(h) and \(otherH) pixels high")
    try require(w == otherW, "the images are \(w) and \(otherW) pixels wide")
    try require(h % 8 == 0, "the images are \(h) pixels high, which is not a multiple of 8")
    try require(w % 8 == 0, "the images are \(w) pixels wide, which is not a multiple of 8")
    let maps = try featureEncoder(Tensor.cat([image1, image2], dim: 0)).chunk(2, dim: 0)
    let pyramid = try corrBlock.pyramid(maps[0], maps[1])
    let encoded = try contextEncoder(image1)
    let hiddenSize = updateBlock.hiddenSize
    var hidden = try encoded[.all, .slice(nil, Size(hiddenSize))].tanh()
    let context = try Functional.relu(encoded[.all, .slice(Size(hiddenSize), nil)])
    let start = try Self.coordinates(n, h / 8, w / 8)
    var current = start
    var flows: [Tensor] = []
    for _ in 0..<numFlowUpdates {
      // Gradients do not flow through the coordinates.
      current = try current.detach()
      let features = try corrBlock.features(of: pyramid, at: current)
      let update = try updateBlock(hidden, context, features, current - start)
      hidden = update.hidden
      current = try current + update.flow
      flows.append(try enlarged(current - start, mask: maskPredictor.map { try $0(hidden) }))
    }
    return flows
  }

  /// The columns and rows of pixels, `[N, 2, h, w]`.
  private static func coordinates(_ n: Size, _ h: Size, _ w: Size) throws -> Tensor {
    let grid = try Tensor.meshgrid(Tensor.arange(h), Tensor.arange(w))
    return try Tensor.stack([grid[1], grid[0]], dim: 0).to(.float32).unsqueeze(dim: 0).repeat([n, 1, 1, 1])
  }

  /// The flow, `[N, 2, h, w]`, for eight times as many rows and columns: interpolated, or a mean of nine neighbours with
  /// the mask's weights.
  private func enlarged(_ flow: Tensor, mask: Tensor?) throws -> Tensor {
    let (n, channels, h, w) = try flow.shape.four
    guard let mask else {
      let large = try Functional.interpolate(flow, sizes: [h * 8, w * 8], mode: .bilinear, alignCorners: true)
      return try large * Scalar(8)
    }
    let weights = try mask.view([n, 1, 9, 8, 8, h, w]).softmax(dim: 2)
    let neighbours = try Functional.unfold(flow * Scalar(8), kernelSize: 3, padding: 1).view([
      n, channels, 9, 1, 1, h, w,
    ])
    return try (weights * neighbours).sum(dim: 2).permute(0, 1, 4, 2, 5, 3).reshape([n, channels, h * 8, w * 8])
  }
}

/// How similar each pixel of one image is to those of the other one, at four resolutions.
private final class CorrBlock: Module {
  private static let levels = 4
  private let channels: Int
  private let radius: Int

  init(channels: Int, radius: Int) { (self.channels, self.radius) = (channels, radius) }

  override class var typeName: String { "torchvision.models.optical_flow.raft.CorrBlock" }

  /// The pixels of a neighbourhood at all resolutions.
  var outChannels: Int { Self.levels * (2 * radius + 1) * (2 * radius + 1) }

  /// The products of the features of all pairs of pixels, `[N * h * w, 1, h, w]`, and pooled.
  func pyramid(_ first: Tensor, _ second: Tensor) throws -> [Tensor] {
    let (n, c, h, w) = try first.shape.four
    try require(h >= 16, "the images have \(h * 8) rows, and at least 128 are needed")
    try require(w >= 16, "the images have \(w * 8) columns, and at least 128 are needed")
    let products = try first.view([n, c, h * w]).transpose(1, 2).matmul(second.view([n, c, h * w]))
    var volume = try (products.view([n, h, w, 1, h, w]) / Scalar(Double(channels).squareRoot()))
      .reshape([n * h * w, 1, h, w])
    var volumes = [volume]
    for _ in 1..<Self.levels {
      volume = try Functional.avgPool2d(volume, kernelSize: 2, stride: 2)
      volumes.append(volume)
    }
    return volumes
  }

  /// The similarities in the neighbourhoods of pixels, `[N, outChannels, h, w]`.
  ///
  /// - Parameter coordinates: the column and row of each pixel in the other image, `[N, 2, h, w]`.
  func features(of pyramid: [Tensor], at coordinates: Tensor) throws -> Tensor {
    let side = 2 * radius + 1
    let steps = try Tensor.linspace(-radius, radius, steps: side)
    let offsets = try Tensor.stack(Tensor.meshgrid(steps, steps), dim: -1).view([1, Size(side), Size(side), 2])
    let (n, _, h, w) = try coordinates.shape.four
    var centres = try coordinates.permute(0, 2, 3, 1).reshape([n * h * w, 1, 1, 2])
    var found: [Tensor] = []
    for volume in pyramid {
      let sampled = try Self.sampled(volume, at: centres + offsets)
      found.append(try sampled.view([n, h, w, -1]))
      centres = try centres / Scalar(2)
    }
    return try Tensor.cat(found, dim: -1).permute(0, 3, 1, 2).contiguous()
  }

  /// The volume at coordinates in pixels, interpolated.
  private static func sampled(_ volume: Tensor, at coordinates: Tensor) throws -> Tensor {
    let (h, w) = try volume.shape[(-2)...].two
    func normalized(_ part: Tensor, _ size: Size) throws -> Tensor {
      try part * Scalar(2) / Scalar(size - 1) - Scalar(1)
    }
    let parts = try coordinates.split([1, 1], dim: -1)
    let grid = try Tensor.cat([normalized(parts[0], w), normalized(parts[1], h)], dim: -1)
    return try Functional.gridSample(volume, grid, alignCorners: true)
  }
}

/// The large RAFT, torchvision's `raft_large`.
public func raft_large() -> RAFT {
  RAFT(
    RAFT.Plan(
      encoderBlock: .residual, featureLayers: [64, 64, 96, 128, 256], contextLayers: [64, 64, 96, 128, 256],
      contextNorm: { BatchNorm2d($0) }, radius: 4, corrLayers: [256, 192], flowLayers: [128, 64], motionChannels: 128,
      hiddenState: 128, kernels: [[1, 5], [5, 1]], flowHidden: 256, predictsMask: true))
}

/// The small RAFT, torchvision's `raft_small`.
public func raft_small() -> RAFT {
  RAFT(
    RAFT.Plan(
      encoderBlock: .bottleneck, featureLayers: [32, 32, 64, 96, 128], contextLayers: [32, 32, 64, 96, 160],
      contextNorm: nil, radius: 3, corrLayers: [96], flowLayers: [64, 32], motionChannels: 82, hiddenState: 96,
      kernels: [[3, 3]], flowHidden: 128, predictsMask: false))
}

extension ModelZoo {
  /// The networks for optical flow.
  static let rafts: [ModelDefinition] = [
    ModelDefinition("raft_large", "RAFT, large", inputShape: [1, 3, 128, 128]) { raft_large() },
    ModelDefinition("raft_small", "RAFT, small", inputShape: [1, 3, 128, 128]) { raft_small() },
  ]
}
