public import XylemNN
public import XylemTensor

/// Transformers with attention within shifted windows: Liu et al., arXiv:2103.14030, and v2, arXiv:2111.09883.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `swin_transformer.py` has them.
public final class SwinTransformer: Module, Layer {
  /// The patches, then the stages, with a merging of patches between two.
  public let features: Sequential
  private let norm: LayerNorm
  private let permute = Permute([0, 3, 1, 2])
  private let avgpool = AdaptiveAvgPool2d(1)
  private let flatten = Flatten()
  /// The head.
  public let head: Linear

  /// The version of the paper.
  public enum Version: Sendable {
    /// With a table of position biases and norms before attention.
    case v1
    /// With position biases from an MLP, cosine attention, and norms after attention.
    case v2
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - embedDim: the width of the first stage; each stage has twice that of the one before.
  ///   - depths: the number of blocks of each stage, of which every other one shifts its windows.
  ///   - numHeads: the number of attention heads of each stage.
  ///   - windowSize: the rows and columns of a window.
  ///   - stochasticDepthProb: the probability with which the last block's residual branches are dropped for a sample;
  ///     that of earlier blocks rises to it from 0.
  public init(
    _ version: Version = .v1, patchSize: Int = 4, embedDim: Int, depths: [Int], numHeads: [Int], windowSize: Int,
    mlpRatio: Double = 4, dropout: Double = 0, attentionDropout: Double = 0, stochasticDepthProb: Double = 0.1,
    numClasses: Int = 1000
  ) {
    let given = (embedDim, depths, numHeads, patchSize, windowSize)
    let isAllowed =
      !depths.isEmpty && depths.count <= 16 && depths.count == numHeads.count
      && (depths + [patchSize]).allSatisfy { (1...1000).contains($0) } && (1...1 << 15).contains(embedDim)
      && (2...256).contains(windowSize) && mlpRatio > 0 && mlpRatio <= 1024
      && numHeads.enumerated().allSatisfy { $0.element > 0 && (embedDim << $0.offset).isMultiple(of: $0.element) }
    let (width, depths, heads, patch, window) = isAllowed ? given : (1, [1], [1], 1, 2)
    let patches = Conv2d(3, width, kernelSize: Sizes(patch), stride: Sizes(patch))
    var layers: [any Layer] = [Sequential(patches, Permute([0, 2, 3, 1]), LayerNorm(Sizes(width)))]
    let steps = Double(depths.reduce(0, +) - 1)
    var position = 0
    for (index, depth) in depths.enumerated() {
      var blocks: [any Layer] = []
      for layer in 0..<depth {
        let plan = Block.Plan(
          width: width << index, heads: heads[index], windows: [window, window],
          shifts: layer.isMultiple(of: 2) ? [0, 0] : [window / 2, window / 2],
          mlpWidth: Int(Double(width << index) * (isAllowed ? mlpRatio : 1)), dropout: dropout,
          attentionDropout: attentionDropout,
          probability: steps > 0 ? stochasticDepthProb * Double(position) / steps : 0)
        blocks.append(
          version == .v1 ? Block(plan, WindowAttention(plan, version)) : BlockV2(plan, WindowAttentionV2(plan, version))
        )
        position += 1
      }
      layers.append(Sequential(blocks))
      guard index < depths.count - 1 else { break }
      layers.append(version == .v1 ? PatchMerging(width << index) : PatchMergingV2(width << index))
    }
    features = Sequential(layers)
    let last = width << (depths.count - 1)
    norm = LayerNorm(Sizes(last))
    head = Linear(last, numClasses)
    super.init()
    initializeLinears(of: [features, head])
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a Swin transformer of width \(given.0), depths \(given.1), heads \(given.2), patches of \(given.3) and windows of \(given.4)",
      Self.typeName,
      "as many numbers of heads as depths, which divide the widths of stages, depths and patches of 1 to 1000, and windows of 2 to 256 are allowed"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.swin_transformer.SwinTransformer" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try head(flatten(avgpool(permute(norm(features(x))))))
  }
}

extension SwinTransformer {
  /// Attention and an MLP, each with a preceding norm and a residual connection.
  public class Block: Module, Layer {
    fileprivate let norm1: LayerNorm
    fileprivate let attn: any Layer
    fileprivate let stochasticDepth: StochasticDepth
    fileprivate let norm2: LayerNorm
    fileprivate let mlp: MLP

    struct Plan {
      let width: Int
      let heads: Int
      let windows: [Int]
      let shifts: [Int]
      let mlpWidth: Int
      let dropout: Double
      let attentionDropout: Double
      let probability: Double
    }

    init(_ plan: Plan, _ attention: any Layer) {
      norm1 = LayerNorm(Sizes(plan.width))
      attn = attention
      stochasticDepth = StochasticDepth(plan.probability, .row)
      norm2 = LayerNorm(Sizes(plan.width))
      mlp = MLP(plan.width, [plan.mlpWidth, plan.width], activationLayer: { GELU() }, dropout: plan.dropout)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.SwinTransformerBlock" }

    /// `[N, H, W, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let attended = try x + stochasticDepth(attn(norm1(x)))
      return try attended + stochasticDepth(mlp(norm2(attended)))
    }
  }

  /// Attention and an MLP, each with a norm after it and a residual connection.
  public final class BlockV2: Block {
    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.SwinTransformerBlockV2" }

    /// `[N, H, W, C]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor {
      let attended = try x + stochasticDepth(norm1(attn(x)))
      return try attended + stochasticDepth(norm2(mlp(attended)))
    }
  }

  /// The four patches of a square as one with twice as many channels.
  public class PatchMerging: Module, Layer {
    fileprivate let reduction: Linear
    fileprivate let norm: LayerNorm

    init(_ width: Int, normWidth: Int) {
      reduction = Linear(4 * width, 2 * width, bias: false)
      norm = LayerNorm(Sizes(normWidth))
    }

    convenience init(_ width: Int) { self.init(width, normWidth: 4 * width) }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.PatchMerging" }

    /// `[N, H, W, C]` to `[N, H / 2, W / 2, 2 * C]`, rounded up.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try reduction(norm(mergedPatches(x))) }
  }

  /// The four patches of a square as one with twice as many channels, with the norm after the reduction.
  public final class PatchMergingV2: PatchMerging {
    convenience init(_ width: Int) { self.init(width, normWidth: 2 * width) }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.swin_transformer.PatchMergingV2" }

    /// `[N, H, W, C]` to `[N, H / 2, W / 2, 2 * C]`, rounded up.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor { try norm(reduction(mergedPatches(x))) }
  }
}

private let padOperator = OperatorReference("aten::pad")

/// The four patches of each square, side by side in the last dimension: `[…, H, W, C]` to `[…, H / 2, W / 2, 4 * C]`. An
/// odd side gets a row or column of zeros.
private func mergedPatches(_ x: Tensor) throws -> Tensor {
  try functional("torchvision.models.swin_transformer._patch_merging_pad", x, at: CallSite(#fileID, #line)) { x in
    let (rows, columns) = (try x.shape[-3] % 2, try x.shape[-2] % 2)
    let amounts: [Value] = [.int(0), .int(0), .int(0), columns.moduleValue, .int(0), rows.moduleValue]
    let padded = try padOperator.tensor([.tensor(x), .list(amounts), .string("constant"), .none])
    let parts = try [(0, 0), (1, 0), (0, 1), (1, 1)].map { row, column in
      try padded[.ellipsis, .slice(Size(row), step: 2), .slice(Size(column), step: 2), .all]
    }
    return try Tensor.cat(parts, dim: -1)
  }
}

/// The tiny Swin transformer, torchvision's `swin_t`.
public func swin_t(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    embedDim: 96, depths: [2, 2, 6, 2], numHeads: [3, 6, 12, 24], windowSize: 7, stochasticDepthProb: 0.2,
    numClasses: numClasses)
}

/// The small Swin transformer, torchvision's `swin_s`.
public func swin_s(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    embedDim: 96, depths: [2, 2, 18, 2], numHeads: [3, 6, 12, 24], windowSize: 7, stochasticDepthProb: 0.3,
    numClasses: numClasses)
}

/// The base Swin transformer, torchvision's `swin_b`.
public func swin_b(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    embedDim: 128, depths: [2, 2, 18, 2], numHeads: [4, 8, 16, 32], windowSize: 7, stochasticDepthProb: 0.5,
    numClasses: numClasses)
}

/// The tiny Swin transformer v2, torchvision's `swin_v2_t`.
public func swin_v2_t(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    .v2, embedDim: 96, depths: [2, 2, 6, 2], numHeads: [3, 6, 12, 24], windowSize: 8, stochasticDepthProb: 0.2,
    numClasses: numClasses)
}

/// The small Swin transformer v2, torchvision's `swin_v2_s`.
public func swin_v2_s(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    .v2, embedDim: 96, depths: [2, 2, 18, 2], numHeads: [3, 6, 12, 24], windowSize: 8, stochasticDepthProb: 0.3,
    numClasses: numClasses)
}

/// The base Swin transformer v2, torchvision's `swin_v2_b`.
public func swin_v2_b(numClasses: Int = 1000) -> SwinTransformer {
  SwinTransformer(
    .v2, embedDim: 128, depths: [2, 2, 18, 2], numHeads: [4, 8, 16, 32], windowSize: 8, stochasticDepthProb: 0.5,
    numClasses: numClasses)
}

extension ModelZoo {
  /// The Swin transformers.
  static let swins: [ModelDefinition] = [
    image("swin_t", "Swin transformer, tiny") { swin_t() }, image("swin_s", "Swin transformer, small") { swin_s() },
    image("swin_b", "Swin transformer, base") { swin_b() },
    image("swin_v2_t", "Swin transformer v2, tiny", size: 256) { swin_v2_t() },
    image("swin_v2_s", "Swin transformer v2, small", size: 256) { swin_v2_s() },
    image("swin_v2_b", "Swin transformer v2, base", size: 256) { swin_v2_b() },
  ]
}

/// Initialises every `Linear` below some modules: truncated normal weights with a deviation of 0.02, biases of 0.
func initializeLinears(of parts: [Module]) {
  // An invalid layer has no modules to list; any use of the network reports it.
  for case let (_, linear as Linear) in parts.flatMap({ (try? $0.namedModules()) ?? [] }) {
    linear.weight.initialize(.truncatedNormal(std: 0.02))
    linear.bias?.initialize(.zeros)
  }
}
