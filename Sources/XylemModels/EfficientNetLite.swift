internal import XylemFiles
public import XylemNN
public import XylemTensor

/// EfficientNet-Lite0: Tan and Le, arXiv:1905.11946, without squeeze-and-excitation and with ReLU6.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with the keys and node names of timm's `efficientnet_lite0` to `_lite4`, whose
/// weights they can load. With TensorFlow's padding, its ``SamePaddingConv2d`` needs the image's size as a number: it
/// traces as a leaf.
public final class EfficientNetLite: Module, Layer {
  private let convStem: any Layer
  private let bn1: BatchNormAct2d
  /// The seven stages.
  public let blocks: Sequential
  private let convHead: Conv2d
  private let bn2: BatchNormAct2d
  private let globalPool = Timm.SelectAdaptivePool2d()
  /// The head.
  public let classifier: Linear

  /// How convolutions that skip pixels are padded, and the constant that is added to variances.
  public enum Framework: Sendable {
    /// As much as the stride and the image's size require, with more at the end, and 0.001.
    case tensorFlow
    /// Half the window on each side, and 0.00001.
    case pyTorch

    fileprivate var eps: Double { self == .tensorFlow ? 1e-3 : 1e-5 }
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - width: how many times as wide as the smallest network the stages are.
  ///   - depth: how many times as deep the stages are, except for the first and the last.
  ///   - framework: the framework of the weights: their convolutions are padded differently.
  public init(
    width: Double = 1, depth: Double = 1, framework: Framework = .tensorFlow, numClasses: Int = 1000
  ) {
    let given = (width, depth)
    let isAllowed = (0.1...64).contains(width) && (0.1...64).contains(depth)
    let (width, depth) = isAllowed ? given : (1, 1)
    let eps = framework.eps
    convStem = strided(3, 32, kernelSize: 3, stride: 2, groups: 1, framework)
    bn1 = BatchNormAct2d(32, eps: eps)
    var channels = 32
    var stages: [any Layer] = []
    // Expansion, window, channels, repetitions and stride of each stage.
    let rows = [
      (1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2), (6, 5, 112, 3, 1), (6, 5, 192, 4, 2),
      (6, 3, 320, 1, 1),
    ]
    for (position, (expansion, kernelSize, outChannels, repetitions, stride)) in rows.enumerated() {
      let outChannels = roundedWidth(Double(outChannels) * width)
      let isFixed = position == 0 || position == rows.count - 1
      let count = isFixed ? repetitions : Int((Double(repetitions) * depth).rounded(.up))
      var layers: [any Layer] = []
      for index in 0..<count {
        let stride = index == 0 ? stride : 1
        layers.append(
          expansion == 1
            ? DepthwiseSeparableConv(channels, outChannels, kernelSize: kernelSize, framework)
            : InvertedResidual(
              channels, outChannels, kernelSize: kernelSize, stride: stride, expansion: expansion, framework))
        channels = outChannels
      }
      stages.append(Sequential(layers))
    }
    blocks = Sequential(stages)
    convHead = .he(channels, 1280, kernelSize: 1)
    bn2 = BatchNormAct2d(1280, eps: eps)
    classifier = Linear(1280, numClasses)
    let bound = 1 / Double(max(numClasses, 1)).squareRoot()
    classifier.weight.initialize(.uniform(-bound, bound))
    classifier.bias?.initialize(.zeros)
    super.init()
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "an EfficientNet-Lite \(given.0) times as wide and \(given.1) times as deep", Self.typeName,
      "factors of 0.1 to 64 are allowed")
  }

  /// The type name in timm.
  public override class var typeName: String { "timm.models.efficientnet.EfficientNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let features = try bn2(convHead(blocks(bn1(convStem(x)))))
    return try classifier(globalPool(features))
  }
}

/// A convolution with TensorFlow's padding: as much as the stride and the input's size require, with more at the end.
public final class SamePaddingConv2d: Module, Layer {
  private let weight: Parameter
  private let stride: Int
  private let groups: Int

  private static let pad = OperatorReference("aten::pad")
  private static let convolution = OperatorReference("aten::conv2d")

  /// Creates a convolution without bias.
  public init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int, groups: Int = 1) {
    let isDivided = groups > 0 && inChannels.isMultiple(of: groups) && outChannels.isMultiple(of: groups)
    let isAllowed =
      isDivided && stride > 0
      && [inChannels, outChannels, kernelSize, stride].allSatisfy { (0...1 << 20).contains($0) }
    self.stride = isAllowed ? stride : 1
    self.groups = isAllowed ? groups : 1
    weight = Parameter(
      isAllowed ? [outChannels, inChannels / groups, kernelSize, kernelSize] : [1, 1, 1, 1],
      .kaimingNormal(fan: isAllowed ? outChannels * kernelSize * kernelSize / groups : 1))
    super.init()
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a convolution of \(inChannels) to \(outChannels) channels in \(groups) groups, a window of \(kernelSize) and a stride of \(stride)",
      Self.typeName, "groups must divide both numbers of channels, and the stride must be at least 1")
  }

  /// The type name in timm.
  public override class var typeName: String { "timm.layers.conv2d_same.Conv2dSame" }

  /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`, rounded up.
  ///
  /// - Throws: `runtime.operator`; while it is traced through, `trace.concrete-value`.
  public func forward(_ x: Tensor) throws -> Tensor {
    if let fault { throw fault }
    let kernelSize = try Int(weight.tensor.shape[2])
    func padding(_ size: Size) throws -> Int {
      let size = try Int(size)
      return max(0, ((size + stride - 1) / stride - 1) * stride + kernelSize - size)
    }
    let (rows, columns) = (try padding(x.shape[-2]), try padding(x.shape[-1]))
    let amounts = [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2]
    let padded = try Self.pad.tensor([
      .tensor(x), .list(amounts.map { .int($0) }), .string("constant"), .float(0),
    ])
    return try Self.convolution.tensor([
      .tensor(padded), .tensor(weight.tensor), .none, .list([.int(stride), .int(stride)]), .list([.int(0), .int(0)]),
      .list([.int(1), .int(1)]), .int(groups),
    ])
  }
}

/// A batch norm with an activation.
private final class BatchNormAct2d: Module, Layer {
  let weight: Parameter
  let bias: Parameter
  let runningMean: Buffer
  let runningVar: Buffer
  let numBatchesTracked = Buffer([], dtype: .int64)
  let drop = Identity()
  let act: any Layer

  private let eps: Double

  private static let count = OperatorReference("aten::add_", "Scalar")

  init(_ channels: Int, eps: Double, activates: Bool = true) {
    self.eps = eps
    weight = Parameter([channels], .ones)
    bias = Parameter([channels], .zeros)
    runningMean = Buffer([channels])
    runningVar = Buffer([channels], .ones)
    act = activates ? ReLU6(inplace: true) : Identity()
  }

  override class var typeName: String { "timm.layers.norm_act.BatchNormAct2d" }

  func forward(_ x: Tensor) throws -> Tensor {
    try require(x.ndim == 4, "expected 4D input (got \(try x.ndim)D input)")
    if isTraining { _ = try Self.count.tensor([.tensor(numBatchesTracked.tensor), .int(1)]) }
    let normed = try Functional.batchNorm(
      x, runningMean: runningMean.tensor, runningVar: runningVar.tensor, weight: weight.tensor, bias: bias.tensor,
      training: isTraining, momentum: 0.1, eps: eps)
    return try act(drop(normed))
  }
}

/// A convolution whose result is smaller by the stride, padded as the framework does it.
private func strided(
  _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int, groups: Int,
  _ framework: EfficientNetLite.Framework
) -> any Layer {
  guard stride == 1 || framework == .pyTorch else {
    return SamePaddingConv2d(inChannels, outChannels, kernelSize: kernelSize, stride: stride, groups: groups)
  }
  // timm counts the outputs of one group; torchvision counts those of all.
  return Conv2d(
    inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride),
    padding: .sizes(Sizes(kernelSize / 2)), groups: groups, bias: false,
    initializer: .kaimingNormal(fan: outChannels / groups * kernelSize * kernelSize))
}

extension EfficientNetLite {
  /// A depthwise convolution followed by a pointwise one.
  public final class DepthwiseSeparableConv: Module, Layer {
    private let convDw: any Layer
    private let bn1: BatchNormAct2d
    private let aa = Identity()
    private let se = Identity()
    private let convPw: Conv2d
    private let bn2: BatchNormAct2d
    private let dropPath = Identity()
    private let isResidual: Bool

    init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, _ framework: EfficientNetLite.Framework) {
      isResidual = inChannels == outChannels
      convDw = strided(inChannels, inChannels, kernelSize: kernelSize, stride: 1, groups: inChannels, framework)
      bn1 = BatchNormAct2d(inChannels, eps: framework.eps)
      convPw = .he(inChannels, outChannels, kernelSize: 1)
      bn2 = BatchNormAct2d(outChannels, eps: framework.eps, activates: false)
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models._efficientnet_blocks.DepthwiseSeparableConv" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`, rounded up.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let result = try bn2(convPw(se(aa(bn1(convDw(x))))))
      return isResidual ? try dropPath(result) + x : result
    }
  }

  /// A block that expands, applies a depthwise convolution and projects again, with a residual connection if shapes
  /// agree.
  public final class InvertedResidual: Module, Layer {
    private let convPw: Conv2d
    private let bn1: BatchNormAct2d
    private let convDw: any Layer
    private let bn2: BatchNormAct2d
    private let aa = Identity()
    private let se = Identity()
    private let convPwl: Conv2d
    private let bn3: BatchNormAct2d
    private let dropPath = Identity()
    private let isResidual: Bool

    init(
      _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int, expansion: Int,
      _ framework: EfficientNetLite.Framework
    ) {
      let hidden = inChannels * expansion
      isResidual = stride == 1 && inChannels == outChannels
      convPw = .he(inChannels, hidden, kernelSize: 1)
      bn1 = BatchNormAct2d(hidden, eps: framework.eps)
      convDw = strided(hidden, hidden, kernelSize: kernelSize, stride: stride, groups: hidden, framework)
      bn2 = BatchNormAct2d(hidden, eps: framework.eps)
      convPwl = .he(hidden, outChannels, kernelSize: 1)
      bn3 = BatchNormAct2d(outChannels, eps: framework.eps, activates: false)
    }

    /// The type name in timm.
    public override class var typeName: String { "timm.models._efficientnet_blocks.InvertedResidual" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`, rounded up.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let narrow = try bn3(convPwl(se(aa(bn2(convDw(bn1(convPw(x))))))))
      return isResidual ? try dropPath(narrow) + x : narrow
    }
  }
}

/// EfficientNet-Lite0 padded as in TensorFlow, timm's `tf_efficientnet_lite0`.
///
/// timm calls another model `efficientnet_lite0`, with PyTorch's padding: ``Timm/efficientnet_lite0(numClasses:)``.
public func efficientnet_lite0(numClasses: Int = 1000) -> EfficientNetLite { EfficientNetLite(numClasses: numClasses) }

extension Timm {
  /// EfficientNet-Lite0, timm's `efficientnet_lite0`.
  public static func efficientnet_lite0(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1, depth: 1, framework: .pyTorch, numClasses: numClasses)
  }
  /// EfficientNet-Lite1, timm's `efficientnet_lite1`.
  public static func efficientnet_lite1(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1, depth: 1.1, framework: .pyTorch, numClasses: numClasses)
  }
  /// EfficientNet-Lite2, timm's `efficientnet_lite2`.
  public static func efficientnet_lite2(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.1, depth: 1.2, framework: .pyTorch, numClasses: numClasses)
  }
  /// EfficientNet-Lite3, timm's `efficientnet_lite3`.
  public static func efficientnet_lite3(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.2, depth: 1.4, framework: .pyTorch, numClasses: numClasses)
  }
  /// EfficientNet-Lite4, timm's `efficientnet_lite4`.
  public static func efficientnet_lite4(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.4, depth: 1.8, framework: .pyTorch, numClasses: numClasses)
  }
  /// EfficientNet-Lite0 padded as in TensorFlow, timm's `tf_efficientnet_lite0`.
  public static func tf_efficientnet_lite0(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1, depth: 1, numClasses: numClasses)
  }
  /// EfficientNet-Lite1 padded as in TensorFlow, timm's `tf_efficientnet_lite1`.
  public static func tf_efficientnet_lite1(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1, depth: 1.1, numClasses: numClasses)
  }
  /// EfficientNet-Lite2 padded as in TensorFlow, timm's `tf_efficientnet_lite2`.
  public static func tf_efficientnet_lite2(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.1, depth: 1.2, numClasses: numClasses)
  }
  /// EfficientNet-Lite3 padded as in TensorFlow, timm's `tf_efficientnet_lite3`.
  public static func tf_efficientnet_lite3(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.2, depth: 1.4, numClasses: numClasses)
  }
  /// EfficientNet-Lite4 padded as in TensorFlow, timm's `tf_efficientnet_lite4`.
  public static func tf_efficientnet_lite4(numClasses: Int = 1000) -> EfficientNetLite {
    EfficientNetLite(width: 1.4, depth: 1.8, numClasses: numClasses)
  }
}

extension ModelZoo {
  /// The EfficientNet-Lites.
  static let efficientnetLites: [ModelDefinition] = [
    image("efficientnet_lite0", "EfficientNet-Lite0, padded as in TensorFlow") { efficientnet_lite0() },
    image("timm/efficientnet_lite0", "timm's EfficientNet-Lite0") { Timm.efficientnet_lite0() },
    image("efficientnet_lite1", "timm's EfficientNet-Lite1", size: 240) { Timm.efficientnet_lite1() },
    image("efficientnet_lite2", "timm's EfficientNet-Lite2", size: 260) { Timm.efficientnet_lite2() },
    image("efficientnet_lite3", "timm's EfficientNet-Lite3", size: 300) { Timm.efficientnet_lite3() },
    image("efficientnet_lite4", "timm's EfficientNet-Lite4", size: 380) { Timm.efficientnet_lite4() },
    image("tf_efficientnet_lite0", "timm's EfficientNet-Lite0, padded as in TensorFlow", size: 224) {
      Timm.tf_efficientnet_lite0()
    },
    image("tf_efficientnet_lite1", "timm's EfficientNet-Lite1, padded as in TensorFlow", size: 240) {
      Timm.tf_efficientnet_lite1()
    },
    image("tf_efficientnet_lite2", "timm's EfficientNet-Lite2, padded as in TensorFlow", size: 260) {
      Timm.tf_efficientnet_lite2()
    },
    image("tf_efficientnet_lite3", "timm's EfficientNet-Lite3, padded as in TensorFlow", size: 300) {
      Timm.tf_efficientnet_lite3()
    },
    image("tf_efficientnet_lite4", "timm's EfficientNet-Lite4, padded as in TensorFlow", size: 380) {
      Timm.tf_efficientnet_lite4()
    },
  ]
}
