public import XylemNN
public import XylemTensor

/// Inverted residuals with linear bottlenecks: Sandler et al., arXiv:1801.04381.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `mobilenetv2.py` has them.
public final class MobileNetV2: Module, Layer {
  /// The convolutions, from the image to the last feature map.
  public let features: Sequential
  /// The head.
  public let classifier: Sequential

  /// Creates a network with new weights.
  public init(numClasses: Int = 1000, dropout: Double = 0.2) {
    var layers: [any Layer] = [
      Conv2dNormActivation(3, 32, stride: 2, activationLayer: { ReLU6(inplace: true) })
    ]
    var channels = 32
    // Expansion, channels, repetitions and stride of each stage.
    for (expansion, width, count, stride) in [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ] {
      for index in 0..<count {
        layers.append(
          InvertedResidual(channels, width, stride: index == 0 ? stride : 1, expansion: expansion))
        channels = width
      }
    }
    layers.append(Conv2dNormActivation(channels, 1280, kernelSize: 1, activationLayer: { ReLU6(inplace: true) }))
    features = Sequential(layers)
    classifier = Sequential(Dropout(p: dropout), .normal(1280, numClasses))
    super.init()
    initializeConvolutions(of: layers)
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.mobilenetv2.MobileNetV2" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(Functional.adaptiveAvgPool2d(features(x), 1, 1).flatten(startDim: 1))
  }
}

extension MobileNetV2 {
  /// A block that expands, applies a depthwise convolution and projects again, with a residual connection if shapes
  /// agree.
  public final class InvertedResidual: Module, Layer {
    let conv: Sequential
    private let isResidual: Bool

    init(_ inChannels: Int, _ outChannels: Int, stride: Int, expansion: Int) {
      let hidden = inChannels * expansion
      isResidual = stride == 1 && inChannels == outChannels
      var layers: [any Layer] = []
      if expansion != 1 {
        layers.append(
          Conv2dNormActivation(inChannels, hidden, kernelSize: 1, activationLayer: { ReLU6(inplace: true) }))
      }
      layers.append(
        Conv2dNormActivation(
          hidden, hidden, stride: Sizes(stride), groups: hidden, activationLayer: { ReLU6(inplace: true) }))
      layers.append(Conv2d(hidden, outChannels, kernelSize: 1, bias: false))
      layers.append(BatchNorm2d(outChannels))
      conv = Sequential(layers)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.mobilenetv2.InvertedResidual" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { isResidual ? try x + conv(x) : try conv(x) }
  }
}

/// Initialises all convolutions below some layers for the ReLU that follows, by their outputs, with biases of 0.
///
/// - Precondition: the layers were just built, as one tree.
func initializeConvolutions(of layers: [any Layer]) {
  forEachConvolution(of: layers) { convolution, sizes in
    // All outputs, of every group, times the window.
    convolution.weight.initialize(.kaimingNormal(fan: sizes[2...].reduce(sizes[0], *)))
    convolution.bias?.initialize(.zeros)
  }
}

/// Calls a function with each convolution below some layers, and the sizes of its weight.
///
/// - Precondition: the layers were just built, as one tree.
func forEachConvolution(of layers: [any Layer], _ body: (_ convolution: Convolution, _ sizes: [Int]) -> Void) {
  // An invalid layer has no modules to list; any use of the network reports it.
  let modules = layers.flatMap { (try? $0.namedModules()) ?? [] }
  for case let (_, convolution as Convolution) in modules {
    guard let sizes = convolution.weight.tensor.knownSizes else { continue }
    body(convolution, sizes)
  }
}

/// MobileNet v2, torchvision's `mobilenet_v2`.
public func mobilenet_v2(numClasses: Int = 1000) -> MobileNetV2 { MobileNetV2(numClasses: numClasses) }
