public import XylemNN
public import XylemTensor

/// Networks scaled in width, depth and resolution at once: Tan and Le, arXiv:1905.11946, and v2, arXiv:2104.00298.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `efficientnet.py` has them.
public final class EfficientNet: Module, Layer {
  /// The stem, the stages and the last convolution.
  public let features: Sequential
  private let avgpool = AdaptiveAvgPool2d(1)
  /// The head.
  public let classifier: Sequential

  /// The kind of block that a stage consists of.
  public enum Block: Sendable {
    /// ``MBConv``.
    case mbConv
    /// ``FusedMBConv``.
    case fusedMBConv
  }

  /// A sequence of blocks, of which the first one changes the width and has the stride.
  public struct Stage: Sendable {
    let block: Block
    let expansion: Double
    let kernelSize: Int
    let stride: Int
    let inChannels: Int
    let outChannels: Int
    let count: Int

    /// Creates a stage from its expansion, window and stride, its widths and its number of blocks.
    public init(
      _ block: Block = .mbConv, expansion: Double, kernelSize: Int, stride: Int, _ inChannels: Int, _ outChannels: Int,
      count: Int
    ) {
      (self.block, self.expansion, self.kernelSize, self.stride) = (block, expansion, kernelSize, stride)
      (self.inChannels, self.outChannels, self.count) = (inChannels, outChannels, count)
    }

    /// The stage with other widths and more blocks.
    func scaled(width: Double, depth: Double) -> Stage {
      Stage(
        block, expansion: expansion, kernelSize: kernelSize, stride: stride,
        roundedWidth(Double(inChannels) * width), roundedWidth(Double(outChannels) * width),
        count: Int((Double(count) * depth).rounded(.up)))
    }

    var isAllowed: Bool {
      [kernelSize, inChannels, outChannels].allSatisfy { (1...largestSize).contains($0) } && (1...2).contains(stride)
        && (0...1000).contains(count) && expansion > 0 && expansion <= 1024
    }
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - stochasticDepthProb: the probability with which the last block's residual branch is dropped for a sample; that
  ///     of earlier blocks rises to it from 0.
  ///   - normLayer: creates the norms for a number of channels.
  ///   - lastChannel: the width of the last convolution; nil for four times that of the last stage.
  public init(
    _ stages: [Stage], dropout: Double, stochasticDepthProb: Double = 0.2, numClasses: Int = 1000,
    normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }, lastChannel: Int? = nil
  ) {
    let isAllowed = !stages.isEmpty && stages.allSatisfy(\.isAllowed)
    let stages =
      isAllowed ? stages : [Stage(expansion: 1, kernelSize: 1, stride: 1, 1, 1, count: 0)]
    let blockCount = stages.reduce(0) { $0 + $1.count }
    var layers: [any Layer] = [
      Conv2dNormActivation(
        3, stages[0].inChannels, stride: 2, normLayer: normLayer, activationLayer: { SiLU(inplace: true) })
    ]
    var position = 0
    for stage in stages {
      var blocks: [any Layer] = []
      for index in 0..<stage.count {
        let inChannels = index == 0 ? stage.inChannels : stage.outChannels
        let stride = index == 0 ? stage.stride : 1
        let probability = stochasticDepthProb * Double(position) / Double(blockCount)
        switch stage.block {
        case .mbConv: blocks.append(MBConv(stage, inChannels, stride: stride, probability, normLayer))
        case .fusedMBConv: blocks.append(FusedMBConv(stage, inChannels, stride: stride, probability, normLayer))
        }
        position += 1
      }
      layers.append(Sequential(blocks))
    }
    let channels = stages[stages.count - 1].outChannels
    let width = lastChannel ?? 4 * channels
    layers.append(
      Conv2dNormActivation(
        channels, width, kernelSize: 1, normLayer: normLayer, activationLayer: { SiLU(inplace: true) }))
    features = Sequential(layers)
    let head = Linear(width, numClasses)
    let bound = 1 / Double(max(numClasses, 1)).squareRoot()
    head.weight.initialize(.uniform(-bound, bound))
    head.bias?.initialize(.zeros)
    classifier = Sequential(Dropout(p: dropout, inplace: true), head)
    super.init()
    initializeConvolutions(of: layers)
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "the stages of an EfficientNet are not valid", Self.typeName,
      "at least one stage of up to 1000 blocks, with windows and widths of at least 1 and a stride of 1 or 2, is needed"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.efficientnet.EfficientNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(avgpool(features(x)).flatten(startDim: 1))
  }
}

extension EfficientNet {
  /// A block that expands, applies a depthwise convolution, weights channels and projects again, with a residual
  /// connection if shapes agree.
  public final class MBConv: Module, Layer {
    private let block: Sequential
    private let stochasticDepth: StochasticDepth
    private let isResidual: Bool

    init(
      _ stage: Stage, _ inChannels: Int, stride: Int, _ probability: Double, _ normLayer: @escaping (Int) -> any Layer
    ) {
      isResidual = stride == 1 && inChannels == stage.outChannels
      let hidden = roundedWidth(Double(inChannels) * stage.expansion)
      var layers: [any Layer] = []
      if hidden != inChannels {
        layers.append(
          Conv2dNormActivation(
            inChannels, hidden, kernelSize: 1, normLayer: normLayer, activationLayer: { SiLU(inplace: true) }))
      }
      layers.append(
        Conv2dNormActivation(
          hidden, hidden, kernelSize: Sizes(stage.kernelSize), stride: Sizes(stride), groups: hidden,
          normLayer: normLayer, activationLayer: { SiLU(inplace: true) }))
      layers.append(SqueezeExcitation(hidden, max(1, inChannels / 4), activation: SiLU(inplace: true)))
      layers.append(
        Conv2dNormActivation(
          hidden, stage.outChannels, kernelSize: 1, normLayer: normLayer, activationLayer: nil))
      block = Sequential(layers)
      stochasticDepth = StochasticDepth(probability, .row)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.efficientnet.MBConv" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let result = try block(x)
      return isResidual ? try sum(of: stochasticDepth(result), x) : result
    }
  }

  /// A block that expands with a full convolution instead of a depthwise one, with a residual connection if shapes
  /// agree.
  public final class FusedMBConv: Module, Layer {
    private let block: Sequential
    private let stochasticDepth: StochasticDepth
    private let isResidual: Bool

    init(
      _ stage: Stage, _ inChannels: Int, stride: Int, _ probability: Double, _ normLayer: @escaping (Int) -> any Layer
    ) {
      isResidual = stride == 1 && inChannels == stage.outChannels
      let hidden = roundedWidth(Double(inChannels) * stage.expansion)
      let isExpanded = hidden != inChannels
      var layers: [any Layer] = [
        Conv2dNormActivation(
          inChannels, isExpanded ? hidden : stage.outChannels, kernelSize: Sizes(stage.kernelSize),
          stride: Sizes(stride), normLayer: normLayer, activationLayer: { SiLU(inplace: true) })
      ]
      if isExpanded {
        layers.append(
          Conv2dNormActivation(
            hidden, stage.outChannels, kernelSize: 1, normLayer: normLayer, activationLayer: nil))
      }
      block = Sequential(layers)
      stochasticDepth = StochasticDepth(probability, .row)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.efficientnet.FusedMBConv" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let result = try block(x)
      return isResidual ? try sum(of: stochasticDepth(result), x) : result
    }
  }
}

/// The sum of a branch and its block's input. It replaces the branch's own values.
private func sum(of branch: Tensor, _ x: Tensor) throws -> Tensor {
  var sum = branch
  try sum += x
  return sum
}
