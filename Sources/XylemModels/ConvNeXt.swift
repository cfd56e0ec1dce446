public import XylemNN
public import XylemTensor

/// Convolutional networks with the design of transformers: Liu et al., arXiv:2201.03545.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `convnext.py` has them.
public final class ConvNeXt: Module, Layer {
  /// The stem, then the stages, each followed by a convolution that halves the image.
  public let features: Sequential
  private let avgpool = AdaptiveAvgPool2d(1)
  /// The head.
  public let classifier: Sequential

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - widths: the channels of each stage.
  ///   - depths: the number of blocks of each stage.
  ///   - stochasticDepthProb: the probability with which the last block's residual branch is dropped for a sample; that
  ///     of earlier blocks rises to it from 0.
  ///   - layerScale: the first weight of each block's residual branch.
  public init(
    _ widths: [Int], _ depths: [Int], stochasticDepthProb: Double = 0, layerScale: Double = 1e-6,
    numClasses: Int = 1000
  ) {
    let given = (widths, depths)
    let isAllowed =
      !widths.isEmpty && widths.count == depths.count && widths.allSatisfy { (1...largestSize).contains($0) }
      && depths.allSatisfy { (0...1000).contains($0) }
    let (widths, depths) = isAllowed ? given : ([1], [0])
    var layers: [any Layer] = [
      Conv2dNormActivation(
        3, widths[0], kernelSize: 4, stride: 4, padding: 0, normLayer: norm, activationLayer: nil, bias: true)
    ]
    let steps = Double(depths.reduce(0, +) - 1)
    var position = 0
    for (index, (width, depth)) in zip(widths, depths).enumerated() {
      var blocks: [any Layer] = []
      for _ in 0..<depth {
        let probability = steps > 0 ? stochasticDepthProb * Double(position) / steps : 0
        blocks.append(Block(width, layerScale: layerScale, probability))
        position += 1
      }
      layers.append(Sequential(blocks))
      guard index < widths.count - 1 else { break }
      layers.append(Sequential(norm(width), Conv2d(width, widths[index + 1], kernelSize: 2, stride: 2)))
    }
    features = Sequential(layers)
    let width = widths[widths.count - 1]
    let head: Linear = .truncated(width, numClasses, std: 0.02)
    head.bias?.initialize(.zeros)
    classifier = Sequential(norm(width), Flatten(), head)
    super.init()
    forEachConvolution(of: layers) { convolution, _ in
      convolution.weight.initialize(.truncatedNormal(std: 0.02))
      convolution.bias?.initialize(.zeros)
    }
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a ConvNeXt of widths \(given.0) and depths \(given.1)", Self.typeName,
      "as many depths of 0 to 1000 blocks as widths of at least 1 are needed")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.convnext.ConvNeXt" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor { try classifier(avgpool(features(x))) }
}

private func norm(_ channels: Int) -> any Layer { ConvNeXt.LayerNorm2d(Sizes(channels), eps: 1e-6) }

extension ConvNeXt {
  /// A norm over the channels of each pixel.
  public final class LayerNorm2d: LayerNorm {
    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.convnext.LayerNorm2d" }

    /// `[N, C, H, W]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor {
      try Functional.layerNorm(
        x.permute(0, 2, 3, 1), normalizedShape: Sizes(normalizedShape), weight: weight?.tensor, bias: bias?.tensor,
        eps: eps
      ).permute(0, 3, 1, 2)
    }
  }

  /// A depthwise convolution of 7 by 7 and an MLP for each pixel, as a residual branch.
  public final class Block: Module, Layer {
    private let layerScale: Parameter
    private let block: Sequential
    private let stochasticDepth: StochasticDepth

    init(_ width: Int, layerScale: Double, _ probability: Double) {
      self.layerScale = Parameter([width, 1, 1], .constant(layerScale))
      let (wide, narrow): (Linear, Linear) = (
        .truncated(width, 4 * width, std: 0.02), .truncated(4 * width, width, std: 0.02)
      )
      for layer in [wide, narrow] { layer.bias?.initialize(.zeros) }
      block = Sequential(
        Conv2d(width, width, kernelSize: 7, padding: 3, groups: width), Permute([0, 2, 3, 1]),
        LayerNorm(Sizes(width), eps: 1e-6), wide, GELU(), narrow, Permute([0, 3, 1, 2]))
      stochasticDepth = StochasticDepth(probability, .row)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.convnext.CNBlock" }

    /// `[N, C, H, W]` to the same shape.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      // torchvision reads the parameter before the block runs.
      let scale = try layerScale.read()
      var result = try stochasticDepth(scale * block(x))
      try result += x
      return result
    }
  }
}

/// The tiny ConvNeXt, torchvision's `convnext_tiny`.
public func convnext_tiny(numClasses: Int = 1000) -> ConvNeXt {
  ConvNeXt([96, 192, 384, 768], [3, 3, 9, 3], stochasticDepthProb: 0.1, numClasses: numClasses)
}

/// The small ConvNeXt, torchvision's `convnext_small`.
public func convnext_small(numClasses: Int = 1000) -> ConvNeXt {
  ConvNeXt([96, 192, 384, 768], [3, 3, 27, 3], stochasticDepthProb: 0.4, numClasses: numClasses)
}

/// The base ConvNeXt, torchvision's `convnext_base`.
public func convnext_base(numClasses: Int = 1000) -> ConvNeXt {
  ConvNeXt([128, 256, 512, 1024], [3, 3, 27, 3], stochasticDepthProb: 0.5, numClasses: numClasses)
}

/// The large ConvNeXt, torchvision's `convnext_large`.
public func convnext_large(numClasses: Int = 1000) -> ConvNeXt {
  ConvNeXt([192, 384, 768, 1536], [3, 3, 27, 3], stochasticDepthProb: 0.5, numClasses: numClasses)
}

extension ModelZoo {
  /// The ConvNeXts.
  static let convnexts: [ModelDefinition] = [
    image("convnext_tiny", "ConvNeXt, tiny") { convnext_tiny() },
    image("convnext_small", "ConvNeXt, small") { convnext_small() },
    image("convnext_base", "ConvNeXt, base") { convnext_base() },
    image("convnext_large", "ConvNeXt, large") { convnext_large() },
  ]
}
