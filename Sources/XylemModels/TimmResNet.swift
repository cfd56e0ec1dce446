public import XylemNN
public import XylemTensor

extension Timm {
  /// Residual networks with a stem of three convolutions and pools on the shortcuts: He et al., arXiv:1812.01187, the
  /// variant D.
  ///
  /// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as timm's `resnet.py` has them.
  public final class ResNet: Module, Layer {
    /// The three first convolutions.
    public let conv1: Sequential
    private let bn1: BatchNorm2d
    private let act1 = ReLU(inplace: true)
    private let maxpool = MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
    /// The first stage.
    public let layer1: Sequential
    /// The second stage.
    public let layer2: Sequential
    /// The third stage.
    public let layer3: Sequential
    /// The fourth stage.
    public let layer4: Sequential
    private let globalPool = SelectAdaptivePool2d()
    /// The head: a `Linear`, or an `Identity` for no classes.
    public let fc: any Layer

    /// Creates a network with new weights. Those of each block's last norm are 0, so that the block is the identity.
    ///
    /// - Parameters:
    ///   - layers: the number of blocks in each of the four stages.
    ///   - stemWidth: the channels of the first convolution; the third one has twice as many.
    ///   - numClasses: the number of classes; 0 for a network without a head.
    public init(
      _ block: XylemModels.ResNet.Block, _ layers: [Int], stemWidth: Int = 32, numClasses: Int = 1000
    ) {
      let given = (layers, stemWidth)
      let isAllowed =
        layers.count == 4 && layers.allSatisfy { (1...1000).contains($0) } && (1...4096).contains(stemWidth)
        && (0...largestSize).contains(numClasses)
      let (layers, stemWidth) = isAllowed ? given : ([1, 1, 1, 1], 1)
      conv1 = Sequential(
        Conv2d.he(3, stemWidth, kernelSize: 3, stride: 2, padding: 1), BatchNorm2d(stemWidth), ReLU(inplace: true),
        Conv2d.he(stemWidth, stemWidth, kernelSize: 3, padding: 1), BatchNorm2d(stemWidth), ReLU(inplace: true),
        Conv2d.he(stemWidth, 2 * stemWidth, kernelSize: 3, padding: 1))
      bn1 = BatchNorm2d(2 * stemWidth)
      var channels = 2 * stemWidth
      func stage(_ planes: Int, _ count: Int, stride: Int) -> Sequential {
        Sequential(
          (0..<count).map { index -> any Layer in
            let stride = index == 0 ? stride : 1
            defer { channels = planes * block.expansion }
            return block == .basic
              ? BasicBlock(channels, planes, stride: stride) : Bottleneck(channels, planes, stride: stride)
          })
      }
      layer1 = stage(64, layers[0], stride: 1)
      layer2 = stage(128, layers[1], stride: 2)
      layer3 = stage(256, layers[2], stride: 2)
      layer4 = stage(512, layers[3], stride: 2)
      fc = Timm.head(512 * block.expansion, isAllowed ? numClasses : 1) { Linear($0, $1) }
      super.init()
      guard !isAllowed else { return }
      fault = ModelErrors.argument(
        "a ResNet-D of \(given.0) blocks after a stem of \(given.1) channels", Self.typeName,
        "four stages of 1 to 1000 blocks and a stem of 1 to 4096 channels are allowed")
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.resnet.ResNet" }

    /// `[N, 3, H, W]` to `[N, numClasses]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let x = try maxpool(act1(bn1(conv1(x))))
      return try fc(globalPool(layer4(layer3(layer2(layer1(x))))))
    }
  }
}

/// The shortcut of a block whose result and input have different shapes, otherwise nil. It averages pixels before it
/// skips any.
private func shortcut(_ inChannels: Int, _ outChannels: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inChannels != outChannels else { return nil }
  let pool: any Layer =
    stride == 1
    ? Identity() : AvgPool2d(kernelSize: 2, stride: Sizes(stride), ceilMode: true, countIncludePad: false)
  return Sequential(pool, Conv2d.he(inChannels, outChannels, kernelSize: 1), BatchNorm2d(outChannels))
}

extension Timm.ResNet {
  /// Two convolutions of 3 by 3 with a residual connection.
  public final class BasicBlock: Module, Layer {
    private let conv1: Conv2d
    private let bn1: BatchNorm2d
    private let dropBlock = Identity()
    private let act1 = ReLU(inplace: true)
    private let aa = Identity()
    private let conv2: Conv2d
    private let bn2: BatchNorm2d
    private let act2 = ReLU(inplace: true)
    private let downsample: Sequential?

    init(_ inChannels: Int, _ planes: Int, stride: Int) {
      conv1 = .he(inChannels, planes, kernelSize: 3, stride: stride, padding: 1)
      bn1 = BatchNorm2d(planes)
      conv2 = .he(planes, planes, kernelSize: 3, padding: 1)
      bn2 = BatchNorm2d(planes)
      bn2.weight?.initialize(.zeros)
      downsample = shortcut(inChannels, planes, stride: stride)
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.resnet.BasicBlock" }

    /// `[N, inChannels, H, W]` to `[N, planes, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try bn2(conv2(aa(act1(dropBlock(bn1(conv1(x)))))))
      try out += downsample?(x) ?? x
      return try act2(out)
    }
  }

  /// Convolutions of 1 by 1, 3 by 3 and 1 by 1 with a residual connection; the middle one has the stride.
  public final class Bottleneck: Module, Layer {
    private let conv1: Conv2d
    private let bn1: BatchNorm2d
    private let act1 = ReLU(inplace: true)
    private let conv2: Conv2d
    private let bn2: BatchNorm2d
    private let dropBlock = Identity()
    private let act2 = ReLU(inplace: true)
    private let aa = Identity()
    private let conv3: Conv2d
    private let bn3: BatchNorm2d
    private let act3 = ReLU(inplace: true)
    private let downsample: Sequential?

    init(_ inChannels: Int, _ planes: Int, stride: Int) {
      conv1 = .he(inChannels, planes, kernelSize: 1)
      bn1 = BatchNorm2d(planes)
      conv2 = .he(planes, planes, kernelSize: 3, stride: stride, padding: 1)
      bn2 = BatchNorm2d(planes)
      conv3 = .he(planes, 4 * planes, kernelSize: 1)
      bn3 = BatchNorm2d(4 * planes)
      bn3.weight?.initialize(.zeros)
      downsample = shortcut(inChannels, 4 * planes, stride: stride)
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models.resnet.Bottleneck" }

    /// `[N, inChannels, H, W]` to `[N, 4 * planes, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try act1(bn1(conv1(x)))
      out = try aa(act2(dropBlock(bn2(conv2(out)))))
      out = try bn3(conv3(out))
      try out += downsample?(x) ?? x
      return try act3(out)
    }
  }
}

extension Timm {
  /// ResNet-18-D, timm's `resnet18d`.
  public static func resnet18d(numClasses: Int = 1000) -> ResNet {
    ResNet(.basic, [2, 2, 2, 2], numClasses: numClasses)
  }
  /// ResNet-26-D, timm's `resnet26d`.
  public static func resnet26d(numClasses: Int = 1000) -> ResNet {
    ResNet(.bottleneck, [2, 2, 2, 2], numClasses: numClasses)
  }
  /// ResNet-34-D, timm's `resnet34d`.
  public static func resnet34d(numClasses: Int = 1000) -> ResNet {
    ResNet(.basic, [3, 4, 6, 3], numClasses: numClasses)
  }
  /// ResNet-50-D, timm's `resnet50d`.
  public static func resnet50d(numClasses: Int = 1000) -> ResNet {
    ResNet(.bottleneck, [3, 4, 6, 3], numClasses: numClasses)
  }
  /// ResNet-101-D, timm's `resnet101d`.
  public static func resnet101d(numClasses: Int = 1000) -> ResNet {
    ResNet(.bottleneck, [3, 4, 23, 3], numClasses: numClasses)
  }
  /// ResNet-152-D, timm's `resnet152d`.
  public static func resnet152d(numClasses: Int = 1000) -> ResNet {
    ResNet(.bottleneck, [3, 8, 36, 3], numClasses: numClasses)
  }
  /// ResNet-200-D, timm's `resnet200d`.
  public static func resnet200d(numClasses: Int = 1000) -> ResNet {
    ResNet(.bottleneck, [3, 24, 36, 3], numClasses: numClasses)
  }
}

extension ModelZoo {
  /// timm's residual networks.
  static let timmResnets: [ModelDefinition] = [
    image("resnet18d", "timm's ResNet-18-D") { Timm.resnet18d() },
    image("resnet26d", "timm's ResNet-26-D") { Timm.resnet26d() },
    image("resnet34d", "timm's ResNet-34-D") { Timm.resnet34d() },
    image("resnet50d", "timm's ResNet-50-D") { Timm.resnet50d() },
    image("resnet101d", "timm's ResNet-101-D", size: 256) { Timm.resnet101d() },
    image("resnet152d", "timm's ResNet-152-D", size: 256) { Timm.resnet152d() },
    image("resnet200d", "timm's ResNet-200-D", size: 256) { Timm.resnet200d() },
  ]
}
