public import XylemNN
public import XylemTensor

/// Parallel dilated convolutions over a feature map: Chen et al., arXiv:1706.05587.
///
/// `[N, 3, H, W]` to ``SegmentationOutputs``, with keys and node names as torchvision's `segmentation/deeplabv3.py` has
/// them.
public final class DeepLabV3: SegmentationModel {
  /// The convolutional network whose last feature map is classified.
  public enum Backbone: Sendable {
    /// A ResNet of bottlenecks, with the number of blocks in each of the four stages.
    case resNet([Int])
    /// The large MobileNet v3.
    case mobileNetV3Large
  }

  /// Creates a network with new weights.
  ///
  /// - Parameter auxLoss: whether there is a second head over an earlier feature map, for training.
  public init(_ backbone: Backbone, numClasses: Int = 21, auxLoss: Bool = false) {
    switch backbone {
    case .resNet(let layers):
      let network = ResNet.dilated(layers)
      super.init(
        network.stages(auxiliary: auxLoss), Head(2048, numClasses), auxLoss ? FCN.Head(1024, numClasses) : nil)
      fault = network.fault
    case .mobileNetV3Large:
      super.init(
        IntermediateLayers(
          MobileNetV3.largeFeatures(), returning: auxLoss ? ["4": "aux", "16": "out"] : ["16": "out"]),
        Head(960, numClasses), auxLoss ? FCN.Head(40, numClasses) : nil)
    }
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.segmentation.deeplabv3.DeepLabV3" }

  /// The pyramid, a convolution of 3 by 3 and one for the classes.
  public final class Head: Sequential {
    init(_ inChannels: Int, _ numClasses: Int) {
      super.init([
        Pyramid(inChannels, [12, 24, 36]), Conv2d(256, 256, kernelSize: 3, padding: 1, bias: false), BatchNorm2d(256),
        ReLU(), Conv2d(256, numClasses, kernelSize: 1),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.deeplabv3.DeepLabHead" }
  }

  /// Convolutions of several dilations and the mean of the image, side by side.
  public final class Pyramid: Module, Layer {
    private let convs: [Sequential]
    private let project: Sequential

    init(_ inChannels: Int, _ rates: [Int], _ outChannels: Int = 256) {
      let pointwise = Sequential(
        Conv2d(inChannels, outChannels, kernelSize: 1, bias: false), BatchNorm2d(outChannels), ReLU())
      convs =
        [pointwise] + rates.map { DilatedConv(inChannels, outChannels, dilation: $0) as Sequential }
        + [ImagePool(inChannels, outChannels)]
      project = Sequential(
        Conv2d(convs.count * outChannels, outChannels, kernelSize: 1, bias: false), BatchNorm2d(outChannels), ReLU(),
        Dropout(p: 0.5))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.deeplabv3.ASPP" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H, W]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      try project(Tensor.cat(convs.map { try $0(x) }, dim: 1))
    }
  }

  /// A dilated convolution, a norm and an activation.
  public final class DilatedConv: Sequential {
    init(_ inChannels: Int, _ outChannels: Int, dilation: Int) {
      super.init([
        Conv2d(
          inChannels, outChannels, kernelSize: 3, padding: .sizes(Sizes(dilation)), dilation: Sizes(dilation),
          bias: false), BatchNorm2d(outChannels), ReLU(),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.deeplabv3.ASPPConv" }
  }

  /// The mean of the image, at every pixel.
  public final class ImagePool: Sequential {
    init(_ inChannels: Int, _ outChannels: Int) {
      super.init([
        AdaptiveAvgPool2d(1), Conv2d(inChannels, outChannels, kernelSize: 1, bias: false), BatchNorm2d(outChannels),
        ReLU(),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.segmentation.deeplabv3.ASPPPooling" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H, W]`.
    ///
    /// - Throws: `runtime.operator`.
    public override func forward(_ x: Tensor) throws -> Tensor {
      let size = try x.shape[(-2)...]
      return try Functional.interpolate(super.forward(x), sizes: size, mode: .bilinear, alignCorners: false)
    }
  }
}

/// DeepLab v3 over ResNet-50, torchvision's `deeplabv3_resnet50`.
public func deeplabv3_resnet50(numClasses: Int = 21, auxLoss: Bool = false) -> DeepLabV3 {
  DeepLabV3(.resNet([3, 4, 6, 3]), numClasses: numClasses, auxLoss: auxLoss)
}

/// DeepLab v3 over ResNet-101, torchvision's `deeplabv3_resnet101`.
public func deeplabv3_resnet101(numClasses: Int = 21, auxLoss: Bool = false) -> DeepLabV3 {
  DeepLabV3(.resNet([3, 4, 23, 3]), numClasses: numClasses, auxLoss: auxLoss)
}

/// DeepLab v3 over the large MobileNet v3, torchvision's `deeplabv3_mobilenet_v3_large`.
public func deeplabv3_mobilenet_v3_large(numClasses: Int = 21, auxLoss: Bool = false) -> DeepLabV3 {
  DeepLabV3(.mobileNetV3Large, numClasses: numClasses, auxLoss: auxLoss)
}
