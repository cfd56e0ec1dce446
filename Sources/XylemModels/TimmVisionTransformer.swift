public import XylemNN
public import XylemTensor

extension Timm {
  /// A transformer over patches of an image: Dosovitskiy et al., arXiv:2010.11929.
  ///
  /// `[N, 3, imageSize, imageSize]` to `[N, numClasses]`, with keys and node names as timm's `vision_transformer.py` has
  /// them. `forward` also takes a mask of attention, or whether each position attends only to earlier ones.
  public final class VisionTransformer: Module, Layer {
    private let clsToken: Parameter
    private let posEmbed: Parameter
    /// The patches.
    public let patchEmbed: PatchEmbed
    private let posDrop: Dropout
    private let patchDrop = Identity()
    private let normPre = Identity()
    /// The blocks.
    public let blocks: Sequential
    private let norm: any Layer
    private let fcNorm: any Layer
    private let headDrop: Dropout
    /// The head: a `Linear`, or an `Identity` for no classes.
    public let head: any Layer

    private let globalPool: GlobalPool

    /// How the positions are reduced to one vector.
    public enum GlobalPool: Sendable {
      /// The class token.
      case token
      /// The mean of the patches, normed afterwards.
      case average
    }

    /// Creates a network with new weights.
    ///
    /// - Parameters:
    ///   - numClasses: the number of classes; 0 for a network without a head.
    ///   - dropRate: the dropout in front of the head.
    ///   - projDropRate: the dropout after attention and in MLPs.
    ///   - dropPathRate: the probability with which the last block's residual branches are dropped for a sample; that of
    ///     earlier blocks rises to it from 0.
    public init(
      imageSize: Int = 224, patchSize: Int = 16, embedDim: Int = 768, depth: Int = 12, numHeads: Int = 12,
      mlpRatio: Double = 4, globalPool: GlobalPool = .token, dropRate: Double = 0, posDropRate: Double = 0,
      projDropRate: Double = 0, attnDropRate: Double = 0, dropPathRate: Double = 0, numClasses: Int = 1000
    ) {
      let isAllowed =
        (1...largestSize).contains(patchSize) && (patchSize...largestSize).contains(imageSize)
        && (1...1 << 16).contains(embedDim) && (0...1000).contains(depth) && numHeads > 0
        && embedDim.isMultiple(of: max(numHeads, 1)) && mlpRatio > 0 && mlpRatio <= 1024
        && (0...largestSize).contains(numClasses)
      let given = (imageSize, patchSize, embedDim, depth, numHeads)
      let (imageSize, patchSize, width, depth, heads) = isAllowed ? given : (1, 1, 1, 0, 1)
      let numClasses = isAllowed ? numClasses : 1
      self.globalPool = globalPool
      let side = imageSize / patchSize
      clsToken = Parameter([1, 1, width], .normal(std: 1e-6))
      posEmbed = Parameter([1, side * side + 1, width], .truncatedNormal(std: 0.02))
      patchEmbed = PatchEmbed(imageSize, patchSize, width)
      posDrop = Dropout(p: posDropRate)
      let hidden = isAllowed ? Int(Double(width) * mlpRatio) : 1
      blocks = Sequential(
        DropPath.rising(to: dropPathRate, count: depth, rank: 3).map { dropPath in
          Block(width, heads, hidden, projDropRate: projDropRate, attnDropRate: attnDropRate, dropPath: dropPath)
        })
      norm = globalPool == .token ? LayerNorm(width) : Identity()
      fcNorm = globalPool == .token ? Identity() : LayerNorm(width)
      headDrop = Dropout(p: dropRate)
      head = Timm.head(width, numClasses) { .truncatedWithoutBias($0, $1) }
      super.init()
      guard !isAllowed else { return }
      fault = ModelErrors.argument(
        "a vision transformer of images of \(given.0) pixels, patches of \(given.1), width \(given.2), depth \(given.3) and \(given.4) heads",
        Self.typeName, "patches must not be larger than the image, and the number of heads must divide the width")
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.vision_transformer.VisionTransformer" }

    /// `forward` with its optional arguments.
    public override var entry: ModuleEntry? {
      ModuleEntry("x", "attn_mask", "is_causal", defaults: ["attn_mask": Tensor?.none, "is_causal": false]) {
        [unowned self] (x: Tensor, attnMask: Tensor?, isCausal: Bool) in
        try forward(x, attnMask: attnMask, isCausal: isCausal)
      }
    }

    /// `[N, 3, imageSize, imageSize]` to `[N, numClasses]`.
    ///
    /// - Throws: `model.requirement` for an image of another size, `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try forward(x, attnMask: nil) }

    /// `[N, 3, imageSize, imageSize]` to `[N, numClasses]`, with attention to some positions only.
    ///
    /// - Parameters:
    ///   - attnMask: numbers to add to the weights of attention, or Booleans, of which false excludes a position; of a
    ///     shape that expands to `[N, heads, length, length]`.
    ///   - isCausal: whether a position attends only to earlier ones.
    /// - Throws: as ``forward(_:)``; `runtime.operator` if both are given.
    public func forward(_ x: Tensor, attnMask: Tensor?, isCausal: Bool = false) throws -> Tensor {
      var x = try normPre(patchDrop(positioned(patchEmbed(x))))
      if attnMask == nil, !isCausal {
        x = try blocks(x)
      } else {
        for case let block as Block in blocks.layers { x = try block(x, attnMask: attnMask, isCausal: isCausal) }
      }
      return try head(headDrop(fcNorm(pooled(norm(x)))))
    }

    /// The class token before the patches, and the position embeddings added to them.
    private func positioned(_ x: Tensor) throws -> Tensor {
      let token = try clsToken.read()
      let tokens = try token.expand([x.shape[0], -1, -1])
      let positions = try posEmbed.read()
      return try posDrop(Tensor.cat([tokens, x], dim: 1) + positions)
    }

    private func pooled(_ x: Tensor) throws -> Tensor {
      globalPool == .token ? try x[.all, 0] : try x[.all, .slice(1, nil)].mean(dim: 1)
    }
  }
}

extension Timm.VisionTransformer {
  /// A convolution over patches, timm's `PatchEmbed`.
  public final class PatchEmbed: Module, Layer {
    private let proj: Conv2d
    private let norm = Identity()
    private let imageSize: Int

    init(_ imageSize: Int, _ patchSize: Int, _ width: Int) {
      proj = Conv2d(3, width, kernelSize: Sizes(patchSize), stride: Sizes(patchSize))
      self.imageSize = imageSize
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.patch_embed.PatchEmbed" }

    /// `[N, 3, imageSize, imageSize]` to `[N, patches, width]`.
    ///
    /// - Throws: `model.requirement` for an image of another size, `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let (_, _, h, w) = try x.shape.four
      try require(h == Size(imageSize), "the image is \(h) pixels high, but \(imageSize) are expected")
      try require(w == Size(imageSize), "the image is \(w) pixels wide, but \(imageSize) are expected")
      return try norm(proj(x).flatten(startDim: 2).transpose(1, 2))
    }
  }

  /// Attention and an MLP, each with a preceding norm and a residual connection.
  public final class Block: Module, Layer {
    private let norm1: Timm.LayerNorm
    private let attn: Attention
    private let ls1 = Identity()
    private let dropPath1: any Layer
    private let norm2: Timm.LayerNorm
    private let mlp: Timm.Mlp
    private let ls2 = Identity()
    private let dropPath2: any Layer

    init(
      _ width: Int, _ heads: Int, _ hidden: Int, projDropRate: Double, attnDropRate: Double, dropPath: () -> any Layer
    ) {
      norm1 = Timm.LayerNorm(width)
      attn = Attention(width, heads, projDropRate: projDropRate, attnDropRate: attnDropRate)
      dropPath1 = dropPath()
      norm2 = Timm.LayerNorm(width)
      mlp = Timm.Mlp(width, hidden, act: XylemNN.GELU(), dropout: projDropRate)
      dropPath2 = dropPath()
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.vision_transformer.Block" }

    /// `[N, length, width]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try forward(x, nil, false) }

    /// Runs the block with a mask, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:)``, and while tracing the tracer's errors.
    public func callAsFunction(
      _ x: Tensor, attnMask: Tensor?, isCausal: Bool = false, file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(x, attnMask, isCausal, file: file, line: line) { try self.forward($0, $1, $2) }
    }

    private func forward(_ x: Tensor, _ attnMask: Tensor?, _ isCausal: Bool) throws -> Tensor {
      let attended = try attn(norm1(x), attnMask: attnMask, isCausal: isCausal)
      let x = try x + dropPath1(ls1(attended))
      return try x + dropPath2(ls2(mlp(norm2(x))))
    }
  }

  /// Attention of every position to every other one, timm's `Attention`.
  public final class Attention: Module, Layer {
    private let qkv: Linear
    private let qNorm = Identity()
    private let kNorm = Identity()
    private let attnDrop: Dropout
    private let norm = Identity()
    private let proj: Linear
    private let projDrop: Dropout
    private let (heads, width): (Int, Int)
    private let attnDropRate: Double

    init(_ width: Int, _ heads: Int, projDropRate: Double, attnDropRate: Double) {
      qkv = .truncatedWithoutBias(width, 3 * width)
      attnDrop = Dropout(p: attnDropRate)
      proj = .truncatedWithoutBias(width, width)
      projDrop = Dropout(p: projDropRate)
      (self.heads, self.width) = (heads, width)
      self.attnDropRate = attnDropRate
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.layers.attention.Attention" }

    /// `[N, length, width]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try forward(x, nil, false) }

    /// Runs the layer with a mask, or records its call while a model is traced.
    ///
    /// - Throws: as ``forward(_:)``, and while tracing the tracer's errors.
    public func callAsFunction(
      _ x: Tensor, attnMask: Tensor?, isCausal: Bool = false, file: String = #fileID, line: Int = #line
    ) throws -> Tensor {
      try call(x, attnMask, isCausal, file: file, line: line) { try self.forward($0, $1, $2) }
    }

    private func forward(_ x: Tensor, _ attnMask: Tensor?, _ isCausal: Bool) throws -> Tensor {
      let (n, length, _) = try x.shape.three
      let parts = try qkv(x).reshape([n, length, 3, Size(heads), Size(width / heads)]).permute(2, 0, 3, 1, 4)
        .unbind(dim: 0, count: 3)
      let (q, k) = (try qNorm(parts[0]), try kNorm(parts[1]))
      let attended = try Functional.scaledDotProductAttention(
        q, k, parts[2], attnMask: attnMask, dropoutP: isTraining ? attnDropRate : 0, isCausal: isCausal)
      return try projDrop(proj(norm(attended.transpose(1, 2).reshape([n, length, Size(width)]))))
    }
  }
}
