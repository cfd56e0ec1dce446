public import XylemNN
public import XylemTensor

/// Plain stacks of 3 by 3 convolutions: Simonyan and Zisserman, arXiv:1409.1556.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `vgg.py` has them.
public final class VGG: Module, Layer {
  /// The convolutions and poolings.
  public let features: Sequential
  private let avgpool = AdaptiveAvgPool2d([7, 7])
  private let classifier: Sequential

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - stages: the number of convolutions in each of the five stages.
  ///   - batchNorm: whether a batch norm follows each convolution.
  public init(_ stages: [Int], batchNorm: Bool = false, numClasses: Int = 1000, dropout: Double = 0.5) {
    let given = stages
    let isAllowed = stages.count == 5 && stages.allSatisfy { (0...1000).contains($0) }
    let stages = isAllowed ? stages : [1, 1, 1, 1, 1]
    var layers: [any Layer] = []
    var channels = 3
    for (width, count) in zip([64, 128, 256, 512, 512], stages) {
      for _ in 0..<count {
        let convolution = Conv2d(
          channels, width, kernelSize: 3, padding: 1, initializer: .kaimingNormal(fan: width * 9))
        convolution.bias?.initialize(.zeros)
        layers.append(convolution)
        if batchNorm { layers.append(BatchNorm2d(width)) }
        layers.append(ReLU(inplace: true))
        channels = width
      }
      layers.append(MaxPool2d(kernelSize: 2, stride: 2))
    }
    features = Sequential(layers)
    classifier = Sequential(
      .normal(512 * 7 * 7, 4096), ReLU(inplace: true), Dropout(p: dropout), .normal(4096, 4096), ReLU(inplace: true),
      Dropout(p: dropout), .normal(4096, numClasses))
    super.init()
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a VGG of \(given) convolutions", Self.typeName, "five stages of 0 to 1000 convolutions are allowed")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.vgg.VGG" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(avgpool(features(x)).flatten(startDim: 1))
  }
}

extension Layer where Self == Linear {
  /// A linear layer with weights from a narrow normal distribution and biases of 0.
  static func normal(_ inFeatures: Int, _ outFeatures: Int, std: Double = 0.01) -> Linear {
    let layer = Linear(inFeatures, outFeatures)
    layer.weight.initialize(.normal(std: std))
    layer.bias?.initialize(.zeros)
    return layer
  }
}

/// VGG-11, torchvision's `vgg11`.
public func vgg11(numClasses: Int = 1000) -> VGG { VGG([1, 1, 2, 2, 2], numClasses: numClasses) }
/// VGG-11 with batch norms, torchvision's `vgg11_bn`.
public func vgg11_bn(numClasses: Int = 1000) -> VGG { VGG([1, 1, 2, 2, 2], batchNorm: true, numClasses: numClasses) }
/// VGG-13, torchvision's `vgg13`.
public func vgg13(numClasses: Int = 1000) -> VGG { VGG([2, 2, 2, 2, 2], numClasses: numClasses) }
/// VGG-13 with batch norms, torchvision's `vgg13_bn`.
public func vgg13_bn(numClasses: Int = 1000) -> VGG { VGG([2, 2, 2, 2, 2], batchNorm: true, numClasses: numClasses) }
/// VGG-16, torchvision's `vgg16`.
public func vgg16(numClasses: Int = 1000) -> VGG { VGG([2, 2, 3, 3, 3], numClasses: numClasses) }
/// VGG-16 with batch norms, torchvision's `vgg16_bn`.
public func vgg16_bn(numClasses: Int = 1000) -> VGG { VGG([2, 2, 3, 3, 3], batchNorm: true, numClasses: numClasses) }
/// VGG-19, torchvision's `vgg19`.
public func vgg19(numClasses: Int = 1000) -> VGG { VGG([2, 2, 4, 4, 4], numClasses: numClasses) }
/// VGG-19 with batch norms, torchvision's `vgg19_bn`.
public func vgg19_bn(numClasses: Int = 1000) -> VGG { VGG([2, 2, 4, 4, 4], batchNorm: true, numClasses: numClasses) }

extension ModelZoo {
  /// The VGGs.
  static let vggs: [ModelDefinition] = [
    image("vgg11", "VGG-11") { vgg11() }, image("vgg11_bn", "VGG-11 with batch norms") { vgg11_bn() },
    image("vgg13", "VGG-13") { vgg13() }, image("vgg13_bn", "VGG-13 with batch norms") { vgg13_bn() },
    image("vgg16", "VGG-16") { vgg16() }, image("vgg16_bn", "VGG-16 with batch norms") { vgg16_bn() },
    image("vgg19", "VGG-19") { vgg19() }, image("vgg19_bn", "VGG-19 with batch norms") { vgg19_bn() },
  ]
}
