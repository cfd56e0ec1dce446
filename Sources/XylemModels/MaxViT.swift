public import XylemNN
public import XylemTensor

/// Convolutions, attention within windows and attention across them: Tu et al., arXiv:2204.01697.
///
/// `[N, 3, inputSize, inputSize]` to `[N, numClasses]`, with keys and node names as torchvision's `maxvit.py` has them.
public final class MaxViT: Module, Layer {
  /// The first convolutions.
  public let stem: Sequential
  /// The blocks, each of which halves the image.
  public let blocks: [Block]
  /// The head.
  public let classifier: Sequential

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - inputSize: the side of the image. Each of its halvings, from the second on, must be a multiple of the partition.
  ///   - partitionSize: the side of a window, and the number of positions of a grid along a side.
  ///   - blockChannels: the width of each block, a multiple of `headDim`.
  ///   - blockLayers: the number of layers of each block.
  ///   - headDim: the width of an attention head.
  ///   - stochasticDepthProb: the probability with which the last layer's residual branches are dropped for a sample;
  ///     that of earlier layers rises to it from 0.
  ///   - normLayer: creates the norms of convolutions for a number of channels.
  public init(
    inputSize: Int = 224, stemChannels: Int, partitionSize: Int, blockChannels: [Int], blockLayers: [Int],
    headDim: Int, stochasticDepthProb: Double, squeezeRatio: Double = 0.25, expansionRatio: Double = 4,
    mlpRatio: Int = 4, mlpDropout: Double = 0, attentionDropout: Double = 0, numClasses: Int = 1000,
    normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0, eps: 1e-3, momentum: 0.01) }
  ) {
    func halved(_ side: Int) -> Int { (side + 1) / 2 }
    let numbers = [inputSize, stemChannels, partitionSize, headDim, mlpRatio] + blockChannels + blockLayers
    var sides = [halved(max(1, min(inputSize, largestSize)))]
    for _ in blockChannels.prefix(64) { sides.append(halved(sides[sides.count - 1])) }
    let isAllowed =
      numbers.allSatisfy { (1...1 << 16).contains($0) } && (1...64).contains(blockChannels.count)
      && blockChannels.count == blockLayers.count && blockLayers.allSatisfy { $0 <= 1000 }
      && blockChannels.allSatisfy { $0.isMultiple(of: max(1, headDim)) }
      && sides.dropFirst().allSatisfy { $0.isMultiple(of: max(1, partitionSize)) } && partitionSize <= 256
      && (0...1024).contains(squeezeRatio) && (1e-3...1024).contains(expansionRatio)
    let plan = Plan(
      headDim: headDim, partition: partitionSize, squeezeRatio: squeezeRatio, expansionRatio: expansionRatio,
      mlpRatio: mlpRatio, mlpDropout: mlpDropout, attentionDropout: attentionDropout)
    let (width, channels, depths) = isAllowed ? (stemChannels, blockChannels, blockLayers) : (1, [], [])
    stem = Sequential(
      Conv2dNormActivation(
        3, width, stride: 2, normLayer: normLayer, activationLayer: { GELU() }, bias: false),
      Conv2dNormActivation(width, width, normLayer: nil, activationLayer: nil, bias: true))
    let steps = Double(depths.reduce(0, +) - 1)
    var position = 0
    var inChannels = width
    blocks = channels.enumerated().map { index, outChannels in
      let probabilities = (0..<depths[index]).map {
        steps > 0 ? stochasticDepthProb / steps * Double(position + $0) : 0
      }
      defer {
        position += depths[index]
        inChannels = outChannels
      }
      return Block(inChannels, outChannels, grid: sides[index + 1], probabilities, plan, normLayer)
    }
    classifier = Sequential(
      AdaptiveAvgPool2d(1), Flatten(), LayerNorm(Sizes(inChannels)), Linear(inChannels, inChannels), Tanh(),
      Linear(inChannels, numClasses, bias: false))
    super.init()
    let parts: [Module] = [stem, classifier] + blocks
    for (_, module) in parts.flatMap({ (try? $0.namedModules()) ?? [] }) {
      let tensors =
        (module as? Convolution).map { ($0.weight, $0.bias) } ?? (module as? Linear).map { ($0.weight, $0.bias) }
      tensors?.0.initialize(.normal(std: 0.02))
      tensors?.1?.initialize(.zeros)
    }
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a MaxViT for images of \(inputSize) with partitions of \(partitionSize), widths \(blockChannels), depths \(blockLayers) and heads of \(headDim)",
      Self.typeName,
      "as many depths as widths, which headDim divides, are needed, and a partition that divides each block's image")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.maxvit.MaxVit" }

  /// `[N, 3, inputSize, inputSize]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    var x = try stem(x)
    for block in blocks { x = try block(x) }
    return try classifier(x)
  }

  /// The options that all layers share.
  struct Plan {
    let headDim: Int
    let partition: Int
    let squeezeRatio: Double
    let expansionRatio: Double
    let mlpRatio: Int
    let mlpDropout: Double
    let attentionDropout: Double
  }
}

extension MaxViT {
  /// Layers of one width, of which the first one halves the image.
  public final class Block: Module, Layer {
    private let layers: [BlockLayer]

    init(
      _ inChannels: Int, _ outChannels: Int, grid: Int, _ probabilities: [Double], _ plan: Plan,
      _ normLayer: @escaping (Int) -> any Layer
    ) {
      layers = probabilities.enumerated().map { index, probability in
        BlockLayer(
          index == 0 ? inChannels : outChannels, outChannels, stride: index == 0 ? 2 : 1, grid: grid, probability,
          plan, normLayer)
      }
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.MaxVitBlock" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / 2, W / 2]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var x = x
      for layer in layers { x = try layer(x) }
      return x
    }
  }

  /// A convolutional block, attention within windows and attention across them.
  public final class BlockLayer: Module, Layer {
    private let layers: Sequential

    init(
      _ inChannels: Int, _ outChannels: Int, stride: Int, grid: Int, _ probability: Double, _ plan: Plan,
      _ normLayer: @escaping (Int) -> any Layer
    ) {
      layers = Sequential(
        ("MBconv", MBConv(inChannels, outChannels, stride: stride, probability, plan, normLayer)),
        ("window_attention", PartitionAttention(outChannels, .window, grid: grid, probability, plan)),
        ("grid_attention", PartitionAttention(outChannels, .grid, grid: grid, probability, plan)))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.MaxVitLayer" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try layers(x) }
  }

  /// A block that expands, applies a depthwise convolution, weights channels and projects again, beside a shortcut.
  public final class MBConv: Module, Layer {
    private let proj: any Layer
    private let stochasticDepth: any Layer
    private let layers: Sequential

    init(
      _ inChannels: Int, _ outChannels: Int, stride: Int, _ probability: Double, _ plan: Plan,
      _ normLayer: @escaping (Int) -> any Layer
    ) {
      let pool: [any Layer] = stride == 2 ? [AvgPool2d(kernelSize: 3, stride: 2, padding: 1)] : []
      proj =
        stride != 1 || inChannels != outChannels
        ? Sequential(pool + [Conv2d(inChannels, outChannels, kernelSize: 1)]) : Identity()
      stochasticDepth = probability == 0 ? Identity() : StochasticDepth(probability, .row)
      let hidden = Int(Double(outChannels) * plan.expansionRatio)
      let squeezed = Int(Double(outChannels) * plan.squeezeRatio)
      layers = Sequential(
        ("pre_norm", normLayer(inChannels)),
        (
          "conv_a",
          Conv2dNormActivation(
            inChannels, hidden, kernelSize: 1, padding: 0, normLayer: normLayer, activationLayer: { GELU() })
        ),
        (
          "conv_b",
          Conv2dNormActivation(
            hidden, hidden, stride: Sizes(stride), padding: 1, groups: hidden, normLayer: normLayer,
            activationLayer: { GELU() })
        ),
        ("squeeze_excitation", SqueezeExcitation(hidden, squeezed, activation: SiLU())),
        ("conv_c", Conv2d(hidden, outChannels, kernelSize: 1)))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.maxvit.MBConv" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let shortcut = try proj(x)
      return try shortcut + stochasticDepth(layers(x))
    }
  }
}

/// The tiny MaxViT, torchvision's `maxvit_t`.
public func maxvit_t(numClasses: Int = 1000) -> MaxViT {
  MaxViT(
    stemChannels: 64, partitionSize: 7, blockChannels: [64, 128, 256, 512], blockLayers: [2, 2, 5, 2], headDim: 32,
    stochasticDepthProb: 0.2, numClasses: numClasses)
}
