public import XylemNN
public import XylemTensor

/// A transformer over patches of an image: Dosovitskiy et al., arXiv:2010.11929.
///
/// `[N, 3, imageSize, imageSize]` to `[N, numClasses]`, with keys and node names as torchvision's `vision_transformer.py` has
/// them.
public final class VisionTransformer: Module, Layer {
  private let classToken: Parameter
  private let convProj: Conv2d
  /// Position embeddings, blocks and a norm.
  public let encoder: Encoder
  /// The head.
  public let heads: Sequential

  private let imageSize: Int
  private let patchSize: Int
  private let hiddenDim: Int

  /// Creates a network with new weights.
  ///
  /// - Precondition: the patches divide the image.
  public init(
    imageSize: Int = 224, patchSize: Int, numLayers: Int, numHeads: Int, hiddenDim: Int, mlpDim: Int,
    dropout: Double = 0, attentionDropout: Double = 0, numClasses: Int = 1000
  ) {
    let isDivided =
      (1...1 << 20).contains(imageSize) && (1...1 << 20).contains(patchSize)
      && imageSize.isMultiple(of: max(patchSize, 1))
    let isDeep = (0...10_000).contains(numLayers)
    let given = (imageSize, patchSize, numLayers)
    let (imageSize, patchSize) = isDivided ? (imageSize, patchSize) : (1, 1)
    let numLayers = isDeep ? numLayers : 0
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.hiddenDim = hiddenDim
    classToken = Parameter([1, 1, hiddenDim], .zeros)
    let fan = 3 * patchSize * patchSize
    convProj = Conv2d(
      3, hiddenDim, kernelSize: Sizes(patchSize), stride: Sizes(patchSize),
      initializer: .truncatedNormal(std: (1 / Double(fan)).squareRoot()))
    convProj.bias?.initialize(.zeros)
    let side = imageSize / patchSize
    encoder = Encoder(
      side * side + 1, numLayers, numHeads, hiddenDim, mlpDim, dropout: dropout, attentionDropout: attentionDropout)
    let head = Linear(hiddenDim, numClasses)
    head.weight.initialize(.zeros)
    head.bias?.initialize(.zeros)
    heads = Sequential([("head", head)])
    super.init()
    if !isDivided {
      fault = ModelErrors.argument(
        "patches of \(given.1) pixels do not divide an image of \(given.0)", Self.typeName,
        "patchSize must be at least 1 and divide imageSize")
    } else if !isDeep {
      fault = ModelErrors.argument("\(given.2) layers", Self.typeName, "numLayers must be between 0 and 10000")
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.vision_transformer.VisionTransformer" }

  /// `[N, 3, imageSize, imageSize]` to `[N, numClasses]`.
  ///
  /// - Throws: `model.requirement` for an image of another size, `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    var x = try patches(x)
    let token = try classToken.tensor.expand([x.shape[0], -1, -1])
    x = try encoder(Tensor.cat([token, x], dim: 1))
    return try heads(x[.all, 0])
  }

  /// `[N, 3, H, W]` to one vector for each patch, `[N, H / patchSize * W / patchSize, hiddenDim]`.
  private func patches(_ x: Tensor) throws -> Tensor {
    let (n, _, h, w) = try x.shape.four
    try require(h == Size(imageSize), "the image is \(h) pixels high, but \(imageSize) are expected")
    try require(w == Size(imageSize), "the image is \(w) pixels wide, but \(imageSize) are expected")
    let (rows, columns) = (try h / Size(patchSize), try w / Size(patchSize))
    let projected = try convProj(x)
    return try projected.reshape([n, Size(hiddenDim), rows * columns]).permute(0, 2, 1)
  }
}

extension VisionTransformer {
  /// Position embeddings, blocks and a norm.
  public final class Encoder: Module, Layer {
    let posEmbedding: Parameter
    let dropout: Dropout
    let layers: Sequential
    let ln: LayerNorm

    init(
      _ length: Int, _ numLayers: Int, _ numHeads: Int, _ hiddenDim: Int, _ mlpDim: Int, dropout: Double,
      attentionDropout: Double
    ) {
      posEmbedding = Parameter([1, length, hiddenDim], .normal(std: 0.02))
      self.dropout = Dropout(p: dropout)
      layers = Sequential(
        (0..<numLayers).map {
          (
            "encoder_layer_\($0)",
            EncoderBlock(numHeads, hiddenDim, mlpDim, dropout: dropout, attentionDropout: attentionDropout)
          )
        })
      ln = LayerNorm(Sizes(hiddenDim), eps: 1e-6)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.vision_transformer.Encoder" }

    /// `[N, length, hiddenDim]` to `[N, length, hiddenDim]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try requireSequences(x)
      return try ln(layers(dropout(x + posEmbedding.tensor)))
    }
  }
}

extension VisionTransformer {
  /// Attention and an MLP, each with a preceding norm and a residual connection.
  public final class EncoderBlock: Module, Layer {
    let ln1: LayerNorm
    let selfAttention: MultiheadAttention
    let dropout: Dropout
    let ln2: LayerNorm
    let mlp: MLPBlock

    init(_ numHeads: Int, _ hiddenDim: Int, _ mlpDim: Int, dropout: Double, attentionDropout: Double) {
      ln1 = LayerNorm(Sizes(hiddenDim), eps: 1e-6)
      selfAttention = MultiheadAttention(hiddenDim, numHeads, dropout: attentionDropout, batchFirst: true)
      self.dropout = Dropout(p: dropout)
      ln2 = LayerNorm(Sizes(hiddenDim), eps: 1e-6)
      mlp = MLPBlock(hiddenDim, mlpDim, dropout: dropout)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.vision_transformer.EncoderBlock" }
    /// The names of torchvision's model.
    public override class var keys: [String: String?] { ["ln1": "ln_1", "ln2": "ln_2"] }

    /// `[N, length, hiddenDim]` to `[N, length, hiddenDim]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try requireSequences(x)
      let normed = try ln1(x)
      let attended = try selfAttention(normed, normed, normed, needWeights: false).output
      let sum = try dropout(attended) + x
      return try sum + mlp(ln2(sum))
    }
  }
}

extension VisionTransformer {
  /// The MLP of a block.
  public final class MLPBlock: MLP {
    init(_ hiddenDim: Int, _ mlpDim: Int, dropout: Double) {
      super.init(hiddenDim, [mlpDim, hiddenDim], activationLayer: { GELU() }, dropout: dropout)
      for case let linear as Linear in layers {
        guard let sizes = linear.weight.tensor.knownSizes else { continue }
        linear.weight.initialize(.xavierUniform(fanIn: sizes[1], fanOut: sizes[0]))
        linear.bias?.initialize(.normal(std: 1e-6))
      }
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.vision_transformer.MLPBlock" }
  }
}

private func requireSequences(_ x: Tensor) throws {
  try require(x.dim() == 3, "expected [N, length, width], got \(try x.shape)")
}

/// ViT-B with patches of 16 by 16, torchvision's `vit_b_16`.
public func vit_b_16(numClasses: Int = 1000) -> VisionTransformer {
  VisionTransformer(
    patchSize: 16, numLayers: 12, numHeads: 12, hiddenDim: 768, mlpDim: 3072, numClasses: numClasses)
}

/// ViT-B with patches of 32 by 32, torchvision's `vit_b_32`.
public func vit_b_32(numClasses: Int = 1000) -> VisionTransformer {
  VisionTransformer(
    patchSize: 32, numLayers: 12, numHeads: 12, hiddenDim: 768, mlpDim: 3072, numClasses: numClasses)
}

/// ViT-L with patches of 16 by 16, torchvision's `vit_l_16`.
public func vit_l_16(numClasses: Int = 1000) -> VisionTransformer {
  VisionTransformer(
    patchSize: 16, numLayers: 24, numHeads: 16, hiddenDim: 1024, mlpDim: 4096, numClasses: numClasses)
}

/// ViT-L with patches of 32 by 32, torchvision's `vit_l_32`.
public func vit_l_32(numClasses: Int = 1000) -> VisionTransformer {
  VisionTransformer(
    patchSize: 32, numLayers: 24, numHeads: 16, hiddenDim: 1024, mlpDim: 4096, numClasses: numClasses)
}

/// ViT-H with patches of 14 by 14, torchvision's `vit_h_14`.
public func vit_h_14(numClasses: Int = 1000) -> VisionTransformer {
  VisionTransformer(
    patchSize: 14, numLayers: 32, numHeads: 16, hiddenDim: 1280, mlpDim: 5120, numClasses: numClasses)
}
