internal import XylemErrors
public import XylemNN
internal import XylemScript
public import XylemTensor

/// Residual networks: He et al., arXiv:1512.03385; ResNeXt (arXiv:1611.05431) and wide ones (arXiv:1605.07146).
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `resnet.py` has them.
public final class ResNet: Module, Layer {
  private let conv1: Conv2d
  private let bn1: BatchNorm2d
  private let relu = ReLU(inplace: true)
  private let maxpool = MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
  private let layer1: Sequential
  private let layer2: Sequential
  private let layer3: Sequential
  private let layer4: Sequential
  private let avgpool = AdaptiveAvgPool2d([1, 1])
  private let fc: Linear

  /// The kind of block that a network consists of.
  public enum Block: Sendable {
    /// Two convolutions of 3 by 3.
    case basic
    /// Convolutions of 1 by 1, 3 by 3 and 1 by 1, the last with four times as many channels.
    case bottleneck

    var expansion: Int { self == .basic ? 1 : 4 }
  }

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - layers: the number of blocks in each of the four stages.
  ///   - groups: the groups of the blocks' 3 by 3 convolutions.
  ///   - widthPerGroup: the channels of a group in the first stage; 64 in the original.
  public init(_ block: Block, _ layers: [Int], numClasses: Int = 1000, groups: Int = 1, widthPerGroup: Int = 64) {
    let isAllowed =
      layers.count == 4 && layers.allSatisfy { (1...1000).contains($0) } && (1...4096).contains(groups)
      && (1...4096).contains(widthPerGroup)
    let given = (layers, groups, widthPerGroup)
    let (layers, groups, widthPerGroup) = isAllowed ? given : ([1, 1, 1, 1], 1, 64)
    conv1 = .he(3, 64, kernelSize: 7, stride: 2, padding: 3)
    bn1 = BatchNorm2d(64)
    var channels = 64
    func stage(_ planes: Int, _ count: Int, stride: Int) -> Sequential {
      var blocks: [any Layer] = []
      for index in 0..<count {
        let stride = index == 0 ? stride : 1
        blocks.append(
          block == .basic
            ? BasicBlock(channels, planes, stride: stride)
            : Bottleneck(channels, planes, stride: stride, groups: groups, widthPerGroup: widthPerGroup))
        channels = planes * block.expansion
      }
      return Sequential(blocks)
    }
    layer1 = stage(64, layers[0], stride: 1)
    layer2 = stage(128, layers[1], stride: 2)
    layer3 = stage(256, layers[2], stride: 2)
    layer4 = stage(512, layers[3], stride: 2)
    fc = Linear(512 * block.expansion, numClasses)
    super.init()
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a ResNet of \(given.0) blocks in \(given.1) groups of \(given.2) channels", Self.typeName,
      "four stages of 1 to 1000 blocks are allowed, with 1 to 4096 groups and channels")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.resnet.ResNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    var x = try maxpool(relu(bn1(conv1(x))))
    x = try layer4(layer3(layer2(layer1(x))))
    return try fc(avgpool(x).flatten(startDim: 1))
  }
}

extension Conv2d {
  /// A convolution without bias whose weights are initialised for the ReLU that follows, by its outputs.
  static func he(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> Conv2d {
    Conv2d(
      inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
      groups: groups, bias: false, initializer: .kaimingNormal(fan: outChannels * kernelSize * kernelSize))
  }
}

/// The shortcut of a block whose result and input have different shapes, otherwise nil.
private func shortcut(_ inChannels: Int, _ outChannels: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inChannels != outChannels else { return nil }
  return Sequential(Conv2d.he(inChannels, outChannels, kernelSize: 1, stride: stride), BatchNorm2d(outChannels))
}

/// Two convolutions of 3 by 3 with a residual connection.
private final class BasicBlock: Module, Layer {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let relu = ReLU(inplace: true)
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let downsample: Sequential?

  init(_ inChannels: Int, _ planes: Int, stride: Int) {
    conv1 = .he(inChannels, planes, kernelSize: 3, stride: stride, padding: 1)
    bn1 = BatchNorm2d(planes)
    conv2 = .he(planes, planes, kernelSize: 3, padding: 1)
    bn2 = BatchNorm2d(planes)
    downsample = shortcut(inChannels, planes, stride: stride)
  }

  override class var typeName: String { "torchvision.models.resnet.BasicBlock" }

  func forward(_ x: Tensor) throws -> Tensor {
    var out = try bn2(conv2(relu(bn1(conv1(x)))))
    try out += downsample?(x) ?? x
    return try relu(out)
  }
}

/// Convolutions of 1 by 1, 3 by 3 and 1 by 1 with a residual connection; the middle one has the stride.
private final class Bottleneck: Module, Layer {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let conv3: Conv2d
  let bn3: BatchNorm2d
  let relu = ReLU(inplace: true)
  let downsample: Sequential?

  init(_ inChannels: Int, _ planes: Int, stride: Int, groups: Int, widthPerGroup: Int) {
    let width = planes * widthPerGroup / 64 * groups
    conv1 = .he(inChannels, width, kernelSize: 1)
    bn1 = BatchNorm2d(width)
    conv2 = .he(width, width, kernelSize: 3, stride: stride, padding: 1, groups: groups)
    bn2 = BatchNorm2d(width)
    conv3 = .he(width, planes * 4, kernelSize: 1)
    bn3 = BatchNorm2d(planes * 4)
    downsample = shortcut(inChannels, planes * 4, stride: stride)
  }

  override class var typeName: String { "torchvision.models.resnet.Bottleneck" }

  func forward(_ x: Tensor) throws -> Tensor {
    var out = try relu(bn1(conv1(x)))
    out = try relu(bn2(conv2(out)))
    out = try bn3(conv3(out))
    try out += downsample?(x) ?? x
    return try relu(out)
  }
}

/// ResNet-18, torchvision's `resnet18`.
public func resnet18(numClasses: Int = 1000) -> ResNet { ResNet(.basic, [2, 2, 2, 2], numClasses: numClasses) }

/// ResNet-34, torchvision's `resnet34`.
public func resnet34(numClasses: Int = 1000) -> ResNet { ResNet(.basic, [3, 4, 6, 3], numClasses: numClasses) }

/// ResNet-50, torchvision's `resnet50`.
public func resnet50(numClasses: Int = 1000) -> ResNet { ResNet(.bottleneck, [3, 4, 6, 3], numClasses: numClasses) }

/// ResNet-101, torchvision's `resnet101`.
public func resnet101(numClasses: Int = 1000) -> ResNet { ResNet(.bottleneck, [3, 4, 23, 3], numClasses: numClasses) }

/// ResNet-152, torchvision's `resnet152`.
public func resnet152(numClasses: Int = 1000) -> ResNet { ResNet(.bottleneck, [3, 8, 36, 3], numClasses: numClasses) }

/// ResNeXt-50 with 32 groups of 4 channels, torchvision's `resnext50_32x4d`.
public func resnext50_32x4d(numClasses: Int = 1000) -> ResNet {
  ResNet(.bottleneck, [3, 4, 6, 3], numClasses: numClasses, groups: 32, widthPerGroup: 4)
}

/// ResNeXt-101 with 32 groups of 8 channels, torchvision's `resnext101_32x8d`.
public func resnext101_32x8d(numClasses: Int = 1000) -> ResNet {
  ResNet(.bottleneck, [3, 4, 23, 3], numClasses: numClasses, groups: 32, widthPerGroup: 8)
}

/// ResNeXt-101 with 64 groups of 4 channels, torchvision's `resnext101_64x4d`.
public func resnext101_64x4d(numClasses: Int = 1000) -> ResNet {
  ResNet(.bottleneck, [3, 4, 23, 3], numClasses: numClasses, groups: 64, widthPerGroup: 4)
}

/// ResNet-50 with twice as wide blocks, torchvision's `wide_resnet50_2`.
public func wide_resnet50_2(numClasses: Int = 1000) -> ResNet {
  ResNet(.bottleneck, [3, 4, 6, 3], numClasses: numClasses, widthPerGroup: 128)
}

/// ResNet-101 with twice as wide blocks, torchvision's `wide_resnet101_2`.
public func wide_resnet101_2(numClasses: Int = 1000) -> ResNet {
  ResNet(.bottleneck, [3, 4, 23, 3], numClasses: numClasses, widthPerGroup: 128)
}

extension ModelZoo {
  /// The ResNets.
  static let resnets: [ModelDefinition] = [
    image("resnet18", "ResNet-18") { resnet18() }, image("resnet34", "ResNet-34") { resnet34() },
    image("resnet50", "ResNet-50") { resnet50() }, image("resnet101", "ResNet-101") { resnet101() },
    image("resnet152", "ResNet-152") { resnet152() },
    image("resnext50_32x4d", "ResNeXt-50, 32 groups of 4 channels") { resnext50_32x4d() },
    image("resnext101_32x8d", "ResNeXt-101, 32 groups of 8 channels") { resnext101_32x8d() },
    image("resnext101_64x4d", "ResNeXt-101, 64 groups of 4 channels") { resnext101_64x4d() },
    image("wide_resnet50_2", "ResNet-50, twice as wide") { wide_resnet50_2() },
    image("wide_resnet101_2", "ResNet-101, twice as wide") { wide_resnet101_2() },
  ]
}
