public import XylemNN
public import XylemTensor

/// Inception modules with separate convolutions over space and time: Xie et al., arXiv:1712.04851.
///
/// `[N, 3, T, H, W]` to `[N, numClasses]`, with at least 14 frames of 224 by 224 pixels, and with keys and node names as
/// torchvision's `video/s3d.py` has them.
public final class S3D: Module, Layer {
  /// The convolutions and Inception modules.
  public let features: Sequential
  private let avgpool = AvgPool3d(kernelSize: [2, 7, 7], stride: 1)
  /// The head, a convolution of 1 by 1 by 1.
  public let classifier: Sequential

  /// Creates a network with new weights.
  ///
  /// - Parameter normLayer: creates the norms for a number of channels.
  public init(
    numClasses: Int = 400, dropout: Double = 0.2,
    normLayer: @escaping (Int) -> any Layer = { BatchNorm3d($0, eps: 0.001, momentum: 0.001) }
  ) {
    func separable(_ inChannels: Int, _ outChannels: Int, _ kernelSize: Int, stride: Int = 1) -> SeparableConv {
      SeparableConv(inChannels, outChannels, kernelSize, stride: stride, normLayer)
    }
    func inception(
      _ inChannels: Int, _ one: Int, _ threeReduced: Int, _ three: Int, _ otherReduced: Int, _ other: Int, _ pool: Int
    ) -> InceptionBlock {
      InceptionBlock(inChannels, one, (threeReduced, three), (otherReduced, other), pool: pool, normLayer)
    }
    func spatialPool() -> MaxPool3d { MaxPool3d(kernelSize: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1]) }
    features = Sequential([
      separable(3, 64, 7, stride: 2), spatialPool(),
      Conv3dNormActivation(64, 64, kernelSize: 1, normLayer: normLayer), separable(64, 192, 3), spatialPool(),
      inception(192, 64, 96, 128, 16, 32, 32), inception(256, 128, 128, 192, 32, 96, 64),
      MaxPool3d(kernelSize: [3, 3, 3], stride: [2, 2, 2], padding: [1, 1, 1]),
      inception(480, 192, 96, 208, 16, 48, 64), inception(512, 160, 112, 224, 24, 64, 64),
      inception(512, 128, 128, 256, 24, 64, 64), inception(512, 112, 144, 288, 32, 64, 64),
      inception(528, 256, 160, 320, 32, 128, 128),
      MaxPool3d(kernelSize: [2, 2, 2], stride: [2, 2, 2], padding: [0, 0, 0]),
      inception(832, 256, 160, 320, 32, 128, 128), inception(832, 384, 192, 384, 48, 128, 128),
    ])
    classifier = Sequential(Dropout(p: dropout), Conv3d(1024, numClasses, kernelSize: 1))
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.video.s3d.S3D" }

  /// `[N, 3, T, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try classifier(avgpool(features(x))).mean(dim: [2, 3, 4])
  }
}

extension S3D {
  /// A convolution in each frame, then one over time.
  public final class SeparableConv: Sequential {
    init(
      _ inChannels: Int, _ outChannels: Int, _ kernelSize: Int, stride: Int, _ normLayer: @escaping (Int) -> any Layer
    ) {
      let padding = kernelSize / 2
      super.init([
        Conv3dNormActivation(
          inChannels, outChannels, kernelSize: [1, kernelSize, kernelSize], stride: [1, stride, stride],
          padding: [0, padding, padding], normLayer: normLayer, bias: false),
        Conv3dNormActivation(
          outChannels, outChannels, kernelSize: [kernelSize, 1, 1], stride: [stride, 1, 1], padding: [padding, 0, 0],
          normLayer: normLayer, bias: false),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.s3d.TemporalSeparableConv" }
  }

  /// Four parallel branches.
  public final class InceptionBlock: Module, Layer {
    private let branch0: Conv3dNormActivation
    private let branch1: Sequential
    private let branch2: Sequential
    private let branch3: Sequential

    init(
      _ inChannels: Int, _ one: Int, _ first: (Int, Int), _ second: (Int, Int), pool: Int,
      _ normLayer: @escaping (Int) -> any Layer
    ) {
      func pointwise(_ outChannels: Int) -> Conv3dNormActivation {
        Conv3dNormActivation(inChannels, outChannels, kernelSize: 1, normLayer: normLayer)
      }
      func branch(_ widths: (Int, Int)) -> Sequential {
        Sequential(pointwise(widths.0), SeparableConv(widths.0, widths.1, 3, stride: 1, normLayer))
      }
      branch0 = pointwise(one)
      branch1 = branch(first)
      branch2 = branch(second)
      branch3 = Sequential(MaxPool3d(kernelSize: [3, 3, 3], stride: 1, padding: 1), pointwise(pool))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.s3d.SepInceptionBlock3D" }

    /// `[N, inChannels, T, H, W]` to `[N, C, T, H, W]`, the channels of all branches.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try Tensor.cat([branch0(x), branch1(x), branch2(x), branch3(x)], dim: 1)
    }
  }
}

/// S3D, torchvision's `s3d`.
public func s3d(numClasses: Int = 400) -> S3D { S3D(numClasses: numClasses) }
