internal import XylemErrors
public import XylemModels
public import XylemNN
public import XylemTensor

/// The backbone of SSD: a VGG whose last layers are convolutions, and more convolutions for coarser feature maps. The
/// first feature map is normalised at each position.
///
/// Keys are those of torchvision's `SSDFeatureExtractorVGG`.
public final class SSDFeatureExtractorVGG: Module, DetectionBackbone {
  /// The channels of each feature map.
  public let channels: [Int]
  /// The channels of the first feature map.
  public var outChannels: Int { channels[0] }
  private let scaleWeight: Parameter
  private let features: Sequential
  private let extra: [Sequential]

  /// Creates a backbone.
  ///
  /// - Parameters:
  ///   - network: a VGG; its head and its last pooling are not used.
  ///   - highResolution: whether there is one more feature map, for images of 512 pixels.
  ///   - trainableLayers: the number of trained stages of the network from the end, 0 to 5; the others are frozen.
  public init(_ network: VGG, highResolution: Bool = false, trainableLayers: Int = 5) {
    var layers = network.features.layers
    var pools = layers.indices.filter { layers[$0] is MaxPool2d }
    let isAllowed = pools.count == 5 && (0...5).contains(trainableLayers)
    if !isAllowed {
      layers = vgg16().features.layers
      pools = layers.indices.filter { layers[$0] is MaxPool2d }
    }
    let stages = [0] + pools.dropLast()
    let trained = isAllowed && trainableLayers > 0 ? stages[5 - trainableLayers] : layers.count
    for layer in layers.prefix(trained) { layer.freeze() }
    // Rounded up, as in the paper.
    layers[pools[2]] = MaxPool2d(kernelSize: 2, stride: 2, ceilMode: true)
    scaleWeight = Parameter([512], .constant(20))
    features = Sequential(Array(layers[..<pools[3]]))
    let atrous = Sequential(
      MaxPool2d(kernelSize: 3, stride: 1, padding: 1), .xavier(512, 1024, 3, padding: 6, dilation: 6),
      ReLU(inplace: true), .xavier(1024, 1024, 1), ReLU(inplace: true))
    func block(_ inChannels: Int, _ hidden: Int, _ outChannels: Int, _ kernel: Int, stride: Int, padding: Int)
      -> Sequential
    {
      Sequential(
        .xavier(inChannels, hidden, 1), ReLU(inplace: true),
        .xavier(hidden, outChannels, kernel, stride: stride, padding: padding), ReLU(inplace: true))
    }
    var extra = [
      Sequential(Array(layers[pools[3]..<(layers.count - 1)]) + [atrous]),
      block(1024, 256, 512, 3, stride: 2, padding: 1), block(512, 128, 256, 3, stride: 2, padding: 1),
      block(256, 128, 256, 3, stride: 1, padding: 0), block(256, 128, 256, 3, stride: 1, padding: 0),
    ]
    if highResolution { extra.append(block(256, 128, 256, 4, stride: 1, padding: 0)) }
    self.extra = extra
    channels = [512, 1024, 512, 256, 256, 256] + (highResolution ? [256] : [])
    super.init()
    guard !isAllowed else { return }
    fault = DetectionErrors.argument(
      "a backbone of a VGG with \(trainableLayers) trained layers", Self.typeName,
      "0 to 5 layers can be trained, of a network with five poolings")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.detection.ssd.SSDFeatureExtractorVGG" }

  /// The single argument, `x`.
  public override var entry: ModuleEntry? { ModuleEntry("x") { [unowned self] (x: Tensor) in try forward(x) } }

  /// `[N, 3, H, W]` to the feature maps `0`, `1` and so on, `[N, Cᵢ, Hᵢ, Wᵢ]`, finest first.
  ///
  /// - Throws: `runtime.operator`, also for an image that is too small.
  public func forward(_ x: Tensor) throws -> FeatureMaps {
    var x = try features(x)
    var maps = [try scaleWeight.tensor.view([1, -1, 1, 1]) * Functional.normalize(x)]
    for block in extra {
      x = try block(x)
      maps.append(x)
    }
    return FeatureMaps(maps.enumerated().map { (name: String($0.offset), map: $0.element) })
  }
}

extension Layer where Self == Conv2d {
  /// A convolution with Xavier's initial weights.
  fileprivate static func xavier(
    _ inChannels: Int, _ outChannels: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1
  ) -> Conv2d {
    let layer = Conv2d(
      inChannels, outChannels, kernelSize: Sizes(kernel), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
      dilation: Sizes(dilation))
    layer.initializeXavier(inChannels * kernel * kernel, outChannels * kernel * kernel)
    return layer
  }
}

extension Module {
  /// Freezes all parameters.
  func freeze() {
    // An invalid module reports its own fault when it is used.
    for (_, parameter) in (try? namedParameters()) ?? [] { try? parameter.tensor.setRequiresGrad(false) }
  }
}
