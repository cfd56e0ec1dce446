public import XylemNN
public import XylemTensor

/// Residual networks over clips: Tran et al., arXiv:1711.11248.
///
/// `[N, 3, T, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `video/resnet.py` has them.
public final class VideoResNet: Module, Layer {
  /// The first convolutions.
  public let stem: Sequential
  /// The first stage.
  public let layer1: Sequential
  /// The second stage.
  public let layer2: Sequential
  /// The third stage.
  public let layer3: Sequential
  /// The fourth stage.
  public let layer4: Sequential
  private let avgpool = AdaptiveAvgPool3d([1, 1, 1])
  /// The head.
  public let fc: Linear

  /// How a block's inner convolutions treat time.
  public enum Convolution: Sendable {
    /// A window of 3 by 3 by 3: ``Conv3dSimple``.
    case simple
    /// A window of 3 by 3 in each frame: ``Conv3dNoTemporal``.
    case noTemporal
    /// A window in each frame, then one over time: ``Conv2Plus1d``.
    case twoPlusOne

    func make(_ inChannels: Int, _ outChannels: Int, _ middle: Int, stride: Int = 1) -> any Layer {
      switch self {
      case .simple: Conv3dSimple(inChannels, outChannels, stride: stride)
      case .noTemporal: Conv3dNoTemporal(inChannels, outChannels, stride: stride)
      case .twoPlusOne: Conv2Plus1d(inChannels, outChannels, middle, stride: stride)
      }
    }

    /// The stride of a shortcut beside such a convolution.
    func shortcutStride(_ stride: Int) -> Sizes {
      switch self {
      case .simple, .twoPlusOne: [stride, stride, stride]
      case .noTemporal: [1, stride, stride]
      }
    }
  }

  /// The first convolutions of a network.
  public enum Stem: Sendable {
    /// A window of 3 by 7 by 7: ``BasicStem``.
    case basic
    /// A window of 7 by 7 in each frame, then one of 3 over time: ``R2Plus1dStem``.
    case twoPlusOne
  }

  /// The kind of block that a network consists of.
  public enum Block: Sendable {
    /// Two convolutions.
    case basic
    /// Three convolutions, the last with four times as many channels.
    case bottleneck

    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - convolutions: the convolutions of each of the four stages.
  ///   - layers: the number of blocks in each of them.
  public init(
    _ block: Block, _ convolutions: [Convolution], _ layers: [Int], stem: Stem, numClasses: Int = 400
  ) {
    let isAllowed =
      convolutions.count == 4 && layers.count == 4 && layers.allSatisfy { (1...1000).contains($0) }
    let given = (convolutions, layers)
    let (convolutions, layers) = isAllowed ? given : (Array(repeating: .simple, count: 4), [1, 1, 1, 1])
    var channels = 64
    func stage(_ index: Int, _ planes: Int, stride: Int) -> Sequential {
      var blocks: [any Layer] = []
      for position in 0..<layers[index] {
        let stride = position == 0 ? stride : 1
        let downsample = shortcut(
          channels, planes * block.expansion, stride: stride, convolutions[index].shortcutStride(stride))
        blocks.append(
          block == .basic
            ? BasicBlock(channels, planes, convolutions[index], stride: stride, downsample)
            : Bottleneck(channels, planes, convolutions[index], stride: stride, downsample))
        channels = planes * block.expansion
      }
      return Sequential(blocks)
    }
    self.stem = stem == .basic ? BasicStem() : R2Plus1dStem()
    layer1 = stage(0, 64, stride: 1)
    layer2 = stage(1, 128, stride: 2)
    layer3 = stage(2, 256, stride: 2)
    layer4 = stage(3, 512, stride: 2)
    fc = .normal(512 * block.expansion, numClasses)
    super.init()
    initializeConvolutions(of: [self.stem, layer1, layer2, layer3, layer4])
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a video ResNet of \(given.0.count) kinds of convolutions and \(given.1) blocks", Self.typeName,
      "four kinds of convolutions and four stages of 1 to 1000 blocks are allowed")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.video.resnet.VideoResNet" }

  /// `[N, 3, T, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let features = try layer4(layer3(layer2(layer1(stem(x)))))
    return try fc(avgpool(features).flatten(startDim: 1))
  }
}

/// The shortcut of a block whose result and input have different shapes, otherwise nil.
private func shortcut(_ inChannels: Int, _ outChannels: Int, stride: Int, _ steps: Sizes) -> Sequential? {
  guard stride != 1 || inChannels != outChannels else { return nil }
  return Sequential(
    Conv3d(inChannels, outChannels, kernelSize: 1, stride: steps, bias: false), BatchNorm3d(outChannels))
}

/// The channels between the two convolutions of ``VideoResNet/Conv2Plus1d`` with which it has as many weights as a
/// convolution of 3 by 3 by 3.
private func middleChannels(_ inChannels: Int, _ planes: Int) -> Int {
  inChannels * planes * 27 / (inChannels * 9 + 3 * planes)
}

extension VideoResNet {
  /// A convolution of 3 by 3 by 3.
  public final class Conv3dSimple: Conv3d {
    init(_ inChannels: Int, _ outChannels: Int, stride: Int) {
      super.init(inChannels, outChannels, kernelSize: 3, stride: Sizes(stride), padding: 1, bias: false)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.Conv3DSimple" }
  }

  /// A convolution of 3 by 3 in each frame.
  public final class Conv3dNoTemporal: Conv3d {
    init(_ inChannels: Int, _ outChannels: Int, stride: Int) {
      super.init(
        inChannels, outChannels, kernelSize: [1, 3, 3], stride: [1, stride, stride], padding: [0, 1, 1], bias: false)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.Conv3DNoTemporal" }
  }

  /// A convolution of 3 by 3 in each frame, then one of 3 over time.
  public final class Conv2Plus1d: Sequential {
    init(_ inChannels: Int, _ outChannels: Int, _ middle: Int, stride: Int) {
      super.init([
        Conv3d(
          inChannels, middle, kernelSize: [1, 3, 3], stride: [1, stride, stride], padding: [0, 1, 1], bias: false),
        BatchNorm3d(middle), ReLU(inplace: true),
        Conv3d(
          middle, outChannels, kernelSize: [3, 1, 1], stride: [stride, 1, 1], padding: [1, 0, 0], bias: false),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.Conv2Plus1D" }
  }

  /// Two convolutions with a residual connection.
  public final class BasicBlock: Module, Layer {
    private let conv1: Sequential
    private let conv2: Sequential
    private let relu = ReLU(inplace: true)
    private let downsample: Sequential?

    init(_ inChannels: Int, _ planes: Int, _ convolution: Convolution, stride: Int, _ downsample: Sequential?) {
      let middle = middleChannels(inChannels, planes)
      conv1 = Sequential(
        convolution.make(inChannels, planes, middle, stride: stride), BatchNorm3d(planes), ReLU(inplace: true))
      conv2 = Sequential(convolution.make(planes, planes, middle), BatchNorm3d(planes))
      self.downsample = downsample
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.BasicBlock" }

    /// `[N, inChannels, T, H, W]` to `[N, planes, T / stride, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try conv2(conv1(x))
      try out += downsample?(x) ?? x
      return try relu(out)
    }
  }

  /// Three convolutions with a residual connection; the middle one has the stride.
  public final class Bottleneck: Module, Layer {
    private let conv1: Sequential
    private let conv2: Sequential
    private let conv3: Sequential
    private let relu = ReLU(inplace: true)
    private let downsample: Sequential?

    init(_ inChannels: Int, _ planes: Int, _ convolution: Convolution, stride: Int, _ downsample: Sequential?) {
      conv1 = Sequential(
        Conv3d(inChannels, planes, kernelSize: 1, bias: false), BatchNorm3d(planes), ReLU(inplace: true))
      conv2 = Sequential(
        convolution.make(planes, planes, middleChannels(inChannels, planes), stride: stride), BatchNorm3d(planes),
        ReLU(inplace: true))
      conv3 = Sequential(Conv3d(planes, planes * 4, kernelSize: 1, bias: false), BatchNorm3d(planes * 4))
      self.downsample = downsample
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.Bottleneck" }

    /// `[N, inChannels, T, H, W]` to `[N, 4 * planes, T / stride, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try conv3(conv2(conv1(x)))
      try out += downsample?(x) ?? x
      return try relu(out)
    }
  }

  /// A convolution of 3 by 7 by 7, a norm and an activation.
  public final class BasicStem: Sequential {
    override init() {
      super.init([
        Conv3d(3, 64, kernelSize: [3, 7, 7], stride: [1, 2, 2], padding: [1, 3, 3], bias: false), BatchNorm3d(64),
        ReLU(inplace: true),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.BasicStem" }
  }

  /// A convolution of 7 by 7 in each frame and one of 3 over time, each with a norm and an activation.
  public final class R2Plus1dStem: Sequential {
    override init() {
      super.init([
        Conv3d(3, 45, kernelSize: [1, 7, 7], stride: [1, 2, 2], padding: [0, 3, 3], bias: false), BatchNorm3d(45),
        ReLU(inplace: true), Conv3d(45, 64, kernelSize: [3, 1, 1], padding: [1, 0, 0], bias: false), BatchNorm3d(64),
        ReLU(inplace: true),
      ])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.video.resnet.R2Plus1dStem" }
  }
}

/// The 3D ResNet with 18 layers, torchvision's `r3d_18`.
public func r3d_18(numClasses: Int = 400) -> VideoResNet {
  VideoResNet(
    .basic, [.simple, .simple, .simple, .simple], [2, 2, 2, 2], stem: .basic, numClasses: numClasses)
}

/// The 3D ResNet with 18 layers whose last three stages do not mix frames, torchvision's `mc3_18`.
public func mc3_18(numClasses: Int = 400) -> VideoResNet {
  VideoResNet(
    .basic, [.simple, .noTemporal, .noTemporal, .noTemporal], [2, 2, 2, 2], stem: .basic, numClasses: numClasses)
}

/// The ResNet with 18 layers of separate convolutions over space and time, torchvision's `r2plus1d_18`.
public func r2plus1d_18(numClasses: Int = 400) -> VideoResNet {
  VideoResNet(
    .basic, [.twoPlusOne, .twoPlusOne, .twoPlusOne, .twoPlusOne], [2, 2, 2, 2], stem: .twoPlusOne,
    numClasses: numClasses)
}

extension ModelZoo {
  /// The residual networks over clips.
  static let videoResnets: [ModelDefinition] = [
    video("r3d_18", "3D ResNet-18", size: 112) { r3d_18() },
    video("mc3_18", "3D ResNet-18, whose last stages do not mix frames", size: 112) { mc3_18() },
    video("r2plus1d_18", "ResNet-18 with separate convolutions over space and time", size: 112) { r2plus1d_18() },
  ]
}
