public import XylemNN
public import XylemTensor

/// Fire modules, which squeeze channels before they expand them: Iandola et al., arXiv:1602.07360.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `squeezenet.py` has them.
public final class SqueezeNet: Module, Layer {
  /// The two published networks.
  public enum Version: Sendable {
    /// That of the paper.
    case v1_0
    /// The later one, with 2.4 times less computation and as accurate.
    case v1_1
  }

  /// The convolutions, fire modules and pools.
  public let features: Sequential
  /// The head: a convolution to one channel for each class, and its mean.
  public let classifier: Sequential

  /// Creates a network with new weights.
  public init(_ version: Version, numClasses: Int = 1000, dropout: Double = 0.5) {
    func pool() -> MaxPool2d { MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true) }
    let layers: [any Layer] =
      switch version {
      case .v1_0:
        [
          Conv2d(3, 96, kernelSize: 7, stride: 2), ReLU(inplace: true), pool(), Fire(96, squeeze: 16, expand: 64),
          Fire(128, squeeze: 16, expand: 64), Fire(128, squeeze: 32, expand: 128), pool(),
          Fire(256, squeeze: 32, expand: 128), Fire(256, squeeze: 48, expand: 192),
          Fire(384, squeeze: 48, expand: 192), Fire(384, squeeze: 64, expand: 256), pool(),
          Fire(512, squeeze: 64, expand: 256),
        ]
      case .v1_1:
        [
          Conv2d(3, 64, kernelSize: 3, stride: 2), ReLU(inplace: true), pool(), Fire(64, squeeze: 16, expand: 64),
          Fire(128, squeeze: 16, expand: 64), pool(), Fire(128, squeeze: 32, expand: 128),
          Fire(256, squeeze: 32, expand: 128), pool(), Fire(256, squeeze: 48, expand: 192),
          Fire(384, squeeze: 48, expand: 192), Fire(384, squeeze: 64, expand: 256),
          Fire(512, squeeze: 64, expand: 256),
        ]
      }
    features = Sequential(layers)
    let final = Conv2d(512, numClasses, kernelSize: 1, initializer: .normal(std: 0.01))
    final.bias?.initialize(.zeros)
    classifier = Sequential(Dropout(p: dropout), final, ReLU(inplace: true), AdaptiveAvgPool2d([1, 1]))
    super.init()
    forEachConvolution(of: layers) { convolution, sizes in
      convolution.weight.initialize(.kaimingUniform(fan: sizes[1] * sizes[2] * sizes[3], slope: 0))
      convolution.bias?.initialize(.zeros)
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.squeezenet.SqueezeNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor { try classifier(features(x)).flatten(startDim: 1) }

  /// A convolution to few channels, then two to many: of 1 by 1 and of 3 by 3.
  public final class Fire: Module, Layer {
    private let squeeze: Conv2d
    private let squeezeActivation = ReLU(inplace: true)
    private let expand1x1: Conv2d
    private let expand1x1Activation = ReLU(inplace: true)
    private let expand3x3: Conv2d
    private let expand3x3Activation = ReLU(inplace: true)

    /// Creates a module of two times `expand` channels.
    init(_ inChannels: Int, squeeze: Int, expand: Int) {
      self.squeeze = Conv2d(inChannels, squeeze, kernelSize: 1)
      expand1x1 = Conv2d(squeeze, expand, kernelSize: 1)
      expand3x3 = Conv2d(squeeze, expand, kernelSize: 3, padding: 1)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.squeezenet.Fire" }

    /// `[N, inChannels, H, W]` to `[N, 2 * expand, H, W]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let narrow = try squeezeActivation(squeeze(x))
      return try Tensor.cat(
        [expand1x1Activation(expand1x1(narrow)), expand3x3Activation(expand3x3(narrow))], dim: 1)
    }
  }
}

/// SqueezeNet 1.0, torchvision's `squeezenet1_0`.
public func squeezenet1_0(numClasses: Int = 1000) -> SqueezeNet { SqueezeNet(.v1_0, numClasses: numClasses) }
/// SqueezeNet 1.1, torchvision's `squeezenet1_1`.
public func squeezenet1_1(numClasses: Int = 1000) -> SqueezeNet { SqueezeNet(.v1_1, numClasses: numClasses) }

extension ModelZoo {
  /// The SqueezeNets.
  static let squeezenets: [ModelDefinition] = [
    image("squeezenet1_0", "SqueezeNet 1.0") { squeezenet1_0() },
    image("squeezenet1_1", "SqueezeNet 1.1, faster") { squeezenet1_1() },
  ]
}
