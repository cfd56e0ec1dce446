public import XylemNN
internal import XylemScript
public import XylemTensor

/// Inverted residuals found by a search, with squeeze-and-excitation: Howard et al., arXiv:1905.02244.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `mobilenetv3.py` has them.
public final class MobileNetV3: Module, Layer {
  /// The convolutions and blocks.
  public let features: Sequential
  private let avgpool = AdaptiveAvgPool2d(1)
  /// The head.
  public let classifier: Sequential

  /// A block of a network.
  public struct Block: Sendable {
    let kernelSize: Int
    let hidden: Int
    let width: Int
    let squeezes: Bool
    let isHardswish: Bool
    let stride: Int
    let dilation: Int

    /// Creates a block from its window, its inner and outer widths, its stride and the dilation of its window. With a
    /// dilation above 1 the stride is 1, without a residual connection.
    public init(
      _ kernelSize: Int, _ hidden: Int, _ width: Int, squeezes: Bool, isHardswish: Bool, stride: Int, dilation: Int = 1
    ) {
      (self.kernelSize, self.hidden, self.width) = (kernelSize, hidden, width)
      (self.squeezes, self.isHardswish, self.stride) = (squeezes, isHardswish, stride)
      self.dilation = dilation
    }
  }

  /// The layers that begin a stage, the first and the last among them, and the channels of their results.
  package let stages: [(layer: Int, channels: Int)]

  /// Creates a network with new weights.
  ///
  /// - Parameter normLayer: creates the norms for a number of channels; nil for batch norms with slowly moving
  ///   statistics, torchvision's default.
  public init(
    _ blocks: [Block], lastChannel: Int, numClasses: Int = 1000, dropout: Double = 0.2,
    normLayer: ((Int) -> any Layer)? = nil
  ) {
    let given = blocks
    let normLayer = normLayer ?? slowNorm
    let numbers = blocks.flatMap { [$0.kernelSize, $0.hidden, $0.width, $0.stride, $0.dilation] }
    let isAllowed = numbers.allSatisfy { (1...1 << 20).contains($0) }
    let blocks = isAllowed ? blocks : []
    var layers: [any Layer] = [
      Conv2dNormActivation(3, 16, stride: 2, normLayer: normLayer, activationLayer: { Hardswish(inplace: true) })
    ]
    var channels = 16
    var stages = [(layer: 0, channels: 16)]
    for block in blocks {
      if block.stride > 1 { stages.append((layers.count, block.width)) }
      layers.append(InvertedResidual(channels, block, normLayer))
      channels = block.width
    }
    layers.append(
      Conv2dNormActivation(
        channels, 6 * channels, kernelSize: 1, normLayer: normLayer, activationLayer: { Hardswish(inplace: true) }))
    self.stages = stages + [(layers.count - 1, 6 * channels)]
    features = Sequential(layers)
    classifier = Sequential(
      .normal(6 * channels, lastChannel), Hardswish(inplace: true), Dropout(p: dropout, inplace: true),
      .normal(lastChannel, numClasses))
    super.init()
    initializeConvolutions(of: layers)
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a MobileNet with blocks of \(given.map { [$0.kernelSize, $0.hidden, $0.width, $0.stride] })", Self.typeName,
      "windows, widths and strides must be at least 1")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.mobilenetv3.MobileNetV3" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(avgpool(features(x)).flatten(startDim: 1))
  }
}

/// Batch norms with slowly moving statistics.
private func slowNorm(_ channels: Int) -> any Layer { BatchNorm2d(channels, eps: 0.001, momentum: 0.01) }

extension MobileNetV3 {
  /// A block that expands, applies a depthwise convolution, weighs channels and projects again, with a residual
  /// connection if shapes agree.
  public final class InvertedResidual: Module, Layer {
    let block: Sequential
    private let isResidual: Bool

    init(_ inChannels: Int, _ plan: MobileNetV3.Block, _ normLayer: @escaping (Int) -> any Layer) {
      isResidual = plan.stride == 1 && inChannels == plan.width
      let activation: () -> any Layer = { plan.isHardswish ? Hardswish(inplace: true) : ReLU(inplace: true) }
      var layers: [any Layer] = []
      if plan.hidden != inChannels {
        layers.append(
          Conv2dNormActivation(
            inChannels, plan.hidden, kernelSize: 1, normLayer: normLayer, activationLayer: activation))
      }
      layers.append(
        Conv2dNormActivation(
          plan.hidden, plan.hidden, kernelSize: Sizes(plan.kernelSize),
          stride: plan.dilation > 1 ? 1 : Sizes(plan.stride), groups: plan.hidden, normLayer: normLayer,
          activationLayer: activation, dilation: Sizes(plan.dilation)))
      if plan.squeezes {
        layers.append(
          SqueezeExcitation(plan.hidden, roundedWidth(Double(plan.hidden / 4)), scaleActivation: Hardsigmoid()))
      }
      layers.append(
        Conv2dNormActivation(
          plan.hidden, plan.width, kernelSize: 1, normLayer: normLayer, activationLayer: nil))
      block = Sequential(layers)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.mobilenetv3.InvertedResidual" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var result = try block(x)
      if isResidual { try result += x }
      return result
    }
  }
}

/// The small MobileNet v3, torchvision's `mobilenet_v3_small`.
public func mobilenet_v3_small(numClasses: Int = 1000) -> MobileNetV3 {
  func block(_ k: Int, _ hidden: Int, _ width: Int, _ squeezes: Bool, _ hard: Bool, _ stride: Int) -> MobileNetV3.Block
  {
    .init(k, hidden, width, squeezes: squeezes, isHardswish: hard, stride: stride)
  }
  return MobileNetV3(
    [
      block(3, 16, 16, true, false, 2), block(3, 72, 24, false, false, 2), block(3, 88, 24, false, false, 1),
      block(5, 96, 40, true, true, 2), block(5, 240, 40, true, true, 1), block(5, 240, 40, true, true, 1),
      block(5, 120, 48, true, true, 1), block(5, 144, 48, true, true, 1), block(5, 288, 96, true, true, 2),
      block(5, 576, 96, true, true, 1), block(5, 576, 96, true, true, 1),
    ], lastChannel: 1024, numClasses: numClasses)
}

/// The large MobileNet v3, torchvision's `mobilenet_v3_large`.
///
/// - Parameters:
///   - dilated: whether the last three blocks dilate their windows and keep the image's size, for segmentation.
///   - reducedTail: whether the last blocks and the head are half as wide, for detection.
///   - normLayer: creates the norms for a number of channels; nil for torchvision's default.
public func mobilenet_v3_large(
  numClasses: Int = 1000, dilated: Bool = false, reducedTail: Bool = false, normLayer: ((Int) -> any Layer)? = nil
) -> MobileNetV3 {
  func block(
    _ k: Int, _ hidden: Int, _ width: Int, _ squeezes: Bool, _ hard: Bool, _ stride: Int, _ dilation: Int = 1
  ) -> MobileNetV3.Block {
    .init(k, hidden, width, squeezes: squeezes, isHardswish: hard, stride: stride, dilation: dilation)
  }
  let dilation = dilated ? 2 : 1
  let tail = reducedTail ? 2 : 1
  return MobileNetV3(
    [
      block(3, 16, 16, false, false, 1), block(3, 64, 24, false, false, 2), block(3, 72, 24, false, false, 1),
      block(5, 72, 40, true, false, 2), block(5, 120, 40, true, false, 1), block(5, 120, 40, true, false, 1),
      block(3, 240, 80, false, true, 2), block(3, 200, 80, false, true, 1), block(3, 184, 80, false, true, 1),
      block(3, 184, 80, false, true, 1), block(3, 480, 112, true, true, 1), block(3, 672, 112, true, true, 1),
      block(5, 672, 160 / tail, true, true, 2, dilation), block(5, 960 / tail, 160 / tail, true, true, 1, dilation),
      block(5, 960 / tail, 160 / tail, true, true, 1, dilation),
    ], lastChannel: 1280 / tail, numClasses: numClasses, normLayer: normLayer)
}

extension MobileNetV3 {
  /// The expansion with which a block begins, the channels of its result, and the rest of the block with its names.
  /// Nil if the layer is not a block with an expansion.
  package func expansion(ofLayer index: Int) -> (first: any Layer, channels: Int, rest: Sequential)? {
    guard features.layers.indices.contains(index), let block = (features.layers[index] as? InvertedResidual)?.block,
      let first = block.layers.first as? Conv2dNormActivation,
      let channels = (first.layers.first as? Conv2d)?.weight.tensor.knownSizes?.first, block.count > 2
    else { return nil }
    let rest = block.layers.enumerated().dropFirst().map { (String($0.offset), $0.element) }
    return (first, channels, Sequential(rest))
  }

  /// The convolutions and blocks of the large network, dilated for segmentation, with their names.
  static func largeFeatures() -> [(key: String, layer: any Layer)] {
    mobilenet_v3_large(dilated: true).features.layers.enumerated().map { (String($0.offset), $0.element) }
  }
}
