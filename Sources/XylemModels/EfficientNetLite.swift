internal import XylemFiles
public import XylemNN
public import XylemTensor

/// EfficientNet-Lite0: Tan and Le, arXiv:1905.11946, without squeeze-and-excitation and with ReLU6.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with the keys and node names of timm's `efficientnet_lite0` with TensorFlow's
/// padding, whose weights it can load. Its ``SamePaddingConv2d`` needs the image's size as a number: it traces as a
/// leaf.
public final class EfficientNetLite: Module, Layer {
  private let convStem: SamePaddingConv2d
  private let bn1: BatchNormAct2d
  private let blocks: Sequential
  private let convHead: Conv2d
  private let bn2: BatchNormAct2d
  private let globalPool = SelectAdaptivePool2d()
  private let classifier: Linear

  /// Creates a network with new weights.
  public init(numClasses: Int = 1000) {
    convStem = SamePaddingConv2d(3, 32, kernelSize: 3, stride: 2)
    bn1 = BatchNormAct2d(32)
    var channels = 32
    var stages: [any Layer] = []
    // Expansion, window, channels, repetitions and stride of each stage.
    for (expansion, kernelSize, width, count, stride) in [
      (1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2), (6, 5, 112, 3, 1), (6, 5, 192, 4, 2),
      (6, 3, 320, 1, 1),
    ] {
      var layers: [any Layer] = []
      for index in 0..<count {
        let stride = index == 0 ? stride : 1
        layers.append(
          expansion == 1
            ? DepthwiseSeparableConv(channels, width, kernelSize: kernelSize)
            : InvertedResidual(channels, width, kernelSize: kernelSize, stride: stride, expansion: expansion))
        channels = width
      }
      stages.append(Sequential(layers))
    }
    blocks = Sequential(stages)
    convHead = .he(channels, 1280, kernelSize: 1)
    bn2 = BatchNormAct2d(1280)
    classifier = Linear(1280, numClasses)
    let bound = 1 / Double(numClasses).squareRoot()
    classifier.weight.initialize(.uniform(-bound, bound))
    classifier.bias?.initialize(.zeros)
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

  private static let count = OperatorReference("aten::add_", "Scalar")

  init(_ channels: Int, activates: Bool = true) {
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
      training: isTraining, momentum: 0.1, eps: 0.001)
    return try act(drop(normed))
  }
}

/// A depthwise convolution, padded as the stride requires.
private func depthwise(_ channels: Int, kernelSize: Int, stride: Int) -> any Layer {
  guard stride == 1 else {
    return SamePaddingConv2d(channels, channels, kernelSize: kernelSize, stride: stride, groups: channels)
  }
  // timm counts the outputs of one group; torchvision counts those of all.
  return Conv2d(
    channels, channels, kernelSize: Sizes(kernelSize), padding: .sizes(Sizes(kernelSize / 2)), groups: channels,
    bias: false, initializer: .kaimingNormal(fan: kernelSize * kernelSize))
}

/// A depthwise convolution followed by a pointwise one.
private final class DepthwiseSeparableConv: Module, Layer {
  let convDw: any Layer
  let bn1: BatchNormAct2d
  let aa = Identity()
  let se = Identity()
  let convPw: Conv2d
  let bn2: BatchNormAct2d
  let dropPath = Identity()

  init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int) {
    convDw = depthwise(inChannels, kernelSize: kernelSize, stride: 1)
    bn1 = BatchNormAct2d(inChannels)
    convPw = .he(inChannels, outChannels, kernelSize: 1)
    bn2 = BatchNormAct2d(outChannels, activates: false)
  }

  override class var typeName: String { "timm.models._efficientnet_blocks.DepthwiseSeparableConv" }

  func forward(_ x: Tensor) throws -> Tensor { try bn2(convPw(se(aa(bn1(convDw(x)))))) }
}

/// A block that expands, applies a depthwise convolution and projects again, with a residual connection if shapes
/// agree.
private final class InvertedResidual: Module, Layer {
  let convPw: Conv2d
  let bn1: BatchNormAct2d
  let convDw: any Layer
  let bn2: BatchNormAct2d
  let aa = Identity()
  let se = Identity()
  let convPwl: Conv2d
  let bn3: BatchNormAct2d
  let dropPath = Identity()
  private let isResidual: Bool

  init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int, expansion: Int) {
    let hidden = inChannels * expansion
    isResidual = stride == 1 && inChannels == outChannels
    convPw = .he(inChannels, hidden, kernelSize: 1)
    bn1 = BatchNormAct2d(hidden)
    convDw = depthwise(hidden, kernelSize: kernelSize, stride: stride)
    bn2 = BatchNormAct2d(hidden)
    convPwl = .he(hidden, outChannels, kernelSize: 1)
    bn3 = BatchNormAct2d(outChannels, activates: false)
  }

  override class var typeName: String { "timm.models._efficientnet_blocks.InvertedResidual" }

  func forward(_ x: Tensor) throws -> Tensor {
    let narrow = try bn3(convPwl(se(aa(bn2(convDw(bn1(convPw(x))))))))
    return isResidual ? try dropPath(narrow) + x : narrow
  }
}

/// The mean over the image, as vectors.
private final class SelectAdaptivePool2d: Module, Layer {
  let pool = AdaptiveAvgPool2d(1)
  let flatten = Flatten()

  override class var typeName: String { "timm.layers.adaptive_avgmax_pool.SelectAdaptivePool2d" }

  func forward(_ x: Tensor) throws -> Tensor { try flatten(pool(x)) }
}

/// EfficientNet-Lite0, timm's `efficientnet_lite0`.
public func efficientnet_lite0(numClasses: Int = 1000) -> EfficientNetLite { EfficientNetLite(numClasses: numClasses) }
