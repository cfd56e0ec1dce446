internal import XylemErrors
public import XylemModels
public import XylemNN
public import XylemTensor

/// The heads of SSDlite: a convolution of each channel and a projection for each feature map.
///
/// Sandler et al., arXiv:1801.04381, section 6.2. Keys are those of torchvision's `SSDLiteHead`.
public final class SSDLiteHead: SSDHead {
  /// Creates heads.
  ///
  /// - Parameters:
  ///   - channels: the channels of each feature map.
  ///   - anchorCounts: the number of boxes at each position, for each feature map.
  ///   - normLayer: creates the norms for a number of channels.
  public convenience init(
    _ channels: [Int], anchorCounts: [Int], numClasses: Int, normLayer: @escaping (Int) -> any Layer
  ) {
    self.init(channels, anchorCounts, numClasses, SSDLiteClassificationHead.self, SSDLiteRegressionHead.self) {
      inChannels, outChannels in
      let depthwise = Conv2dNormActivation(
        inChannels, inChannels, kernelSize: 3, groups: inChannels, normLayer: normLayer,
        activationLayer: { ReLU6(inplace: true) })
      depthwise.initializeConvolutions(.normal(std: 0.03))
      let projection = Conv2d(inChannels, outChannels, kernelSize: 1, initializer: .normal(std: 0.03))
      projection.bias?.initialize(.zeros)
      return Sequential(depthwise, projection)
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.ssdlite.SSDLiteHead" }
}

private final class SSDLiteClassificationHead: ScoringHead {
  override class var typeName: String { "torchvision.models.detection.ssdlite.SSDLiteClassificationHead" }
}

private final class SSDLiteRegressionHead: ScoringHead {
  override class var typeName: String { "torchvision.models.detection.ssdlite.SSDLiteRegressionHead" }
}

/// The backbone of SSDlite: a MobileNet v3, cut within the block that begins its last stage, and more blocks for coarser
/// feature maps.
///
/// Keys are those of torchvision's `SSDLiteFeatureExtractorMobileNet`.
public final class SSDLiteFeatureExtractorMobileNet: Module, DetectionBackbone {
  /// The channels of each feature map.
  public let channels: [Int]
  /// The channels of the first feature map.
  public var outChannels: Int { channels[0] }
  private let features: Sequential
  private let extra: [Sequential]

  /// Creates a backbone.
  ///
  /// - Parameters:
  ///   - network: the network; its head is not used.
  ///   - trainableLayers: the number of trained stages from the end, 0 to all 6; the others are frozen.
  ///   - normLayer: creates the norms of the additional blocks for a number of channels.
  public init(_ network: MobileNetV3, trainableLayers: Int = 6, normLayer: @escaping (Int) -> any Layer) {
    let layers = network.features.layers
    let stages = network.stages
    let cut = stages.count > 1 ? network.expansion(ofLayer: stages[stages.count - 2].layer) : nil
    let isAllowed = cut != nil && (0...stages.count).contains(trainableLayers)
    let trained = isAllowed && trainableLayers > 0 ? stages[stages.count - trainableLayers].layer : layers.count
    for layer in layers.prefix(trained) { layer.freeze() }
    let position = stages.count > 1 ? stages[stages.count - 2].layer : 0
    if let cut {
      features = Sequential(
        Sequential(Array(layers[..<position]) + [cut.first]),
        Sequential([cut.rest] + Array(layers[(position + 1)...])))
    } else {
      features = Sequential()
    }
    let last = stages.last?.channels ?? 1
    let widths = [last, 512, 256, 256, 128]
    extra = zip(widths, widths.dropFirst()).map { inChannels, outChannels in
      let hidden = outChannels / 2
      let blocks = [
        (inChannels, hidden, 1, 1, 1), (hidden, hidden, 3, 2, hidden), (hidden, outChannels, 1, 1, 1),
      ].map { inChannels, outChannels, kernel, stride, groups in
        let block = Conv2dNormActivation(
          inChannels, outChannels, kernelSize: Sizes(kernel), stride: Sizes(stride), groups: groups,
          normLayer: normLayer, activationLayer: { ReLU6(inplace: true) })
        block.initializeConvolutions(.normal(std: 0.03))
        return block
      }
      return Sequential(blocks)
    }
    channels = [cut?.channels ?? 1] + widths
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a backbone of a MobileNet v3 with \(stages.count) stages, \(trainableLayers) of them trained", Self.typeName,
      "two stages are needed, the last but one beginning with an expansion; as many can be trained")
  }

  /// The type name in torchvision.
  public override class var typeName: String {
    "torchvision.models.detection.ssdlite.SSDLiteFeatureExtractorMobileNet"
  }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [unowned self] (x: Tensor) in try forward(x) } }

  /// `[N, 3, H, W]` to the feature maps `0`, `1` and so on, `[N, Cᵢ, Hᵢ, Wᵢ]`, finest first.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> FeatureMaps {
    var x = x
    var maps: [Tensor] = []
    for block in features.layers + extra {
      x = try block(x)
      maps.append(x)
    }
    return FeatureMaps(maps.enumerated().map { (name: String($0.offset), map: $0.element) })
  }
}
