internal import XylemErrors
public import XylemNN
internal import XylemScript
public import XylemTensor

/// Residual networks: He et al., arXiv:1512.03385; ResNeXt (arXiv:1611.05431) and wide ones (arXiv:1605.07146).
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `resnet.py` has them.
public final class ResNet: Module, Layer {
  /// The first convolution.
  public let conv1: Conv2d
  /// The first norm.
  public let bn1: any Layer
  let relu = ReLU(inplace: true)
  let maxpool = MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
  /// The first stage.
  public let layer1: Sequential
  /// The second stage.
  public let layer2: Sequential
  /// The third stage.
  public let layer3: Sequential
  /// The fourth stage.
  public let layer4: Sequential
  private let avgpool = AdaptiveAvgPool2d([1, 1])
  /// The head.
  public let fc: Linear

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
  ///   - zeroInitResidual: whether the weights of each block's last norm are 0 at first, so that the block is the identity.
  ///   - groups: the groups of the blocks' 3 by 3 convolutions; for bottlenecks.
  ///   - widthPerGroup: the channels of a group in the first stage, 64 in the original; for bottlenecks.
  ///   - replaceStrideWithDilation: for each of the last three stages, whether it dilates its windows instead of halving
  ///     the image; for bottlenecks.
  ///   - normLayer: creates the norms for a number of channels.
  public init(
    _ block: Block, _ layers: [Int], numClasses: Int = 1000, zeroInitResidual: Bool = false, groups: Int = 1,
    widthPerGroup: Int = 64, replaceStrideWithDilation: [Bool] = [false, false, false],
    normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }
  ) {
    let isAllowed =
      layers.count == 4 && layers.allSatisfy { (1...1000).contains($0) } && (1...4096).contains(groups)
      && (1...4096).contains(widthPerGroup) && replaceStrideWithDilation.count == 3
    let isBuilt =
      block == .bottleneck || (groups == 1 && widthPerGroup == 64 && !replaceStrideWithDilation.contains(true))
    let given = (layers, groups, widthPerGroup, replaceStrideWithDilation)
    let (layers, groups, widthPerGroup, dilates) =
      isAllowed && isBuilt ? given : ([1, 1, 1, 1], 1, 64, [false, false, false])
    conv1 = .he(3, 64, kernelSize: 7, stride: 2, padding: 3)
    bn1 = normLayer(64)
    var channels = 64
    var dilation = 1
    func stage(_ planes: Int, _ count: Int, stride: Int, dilates: Bool = false) -> Sequential {
      var blocks: [any Layer] = []
      for index in 0..<count {
        // The first block of a dilated stage still has the dilation of the stage before.
        let stride = index == 0 && !dilates ? stride : 1
        let plan = BottleneckPlan(
          width: planes * widthPerGroup / 64 * groups, stride: stride, groups: groups, dilation: dilation,
          zeroInitResidual: zeroInitResidual)
        blocks.append(
          block == .basic
            ? BasicBlock(channels, planes, stride: stride, zeroInitResidual: zeroInitResidual, normLayer)
            : Bottleneck(channels, planes, plan, normLayer))
        channels = planes * block.expansion
        if index == 0, dilates { dilation *= 2 }
      }
      return Sequential(blocks)
    }
    layer1 = stage(64, layers[0], stride: 1)
    layer2 = stage(128, layers[1], stride: 2, dilates: dilates[0])
    layer3 = stage(256, layers[2], stride: 2, dilates: dilates[1])
    layer4 = stage(512, layers[3], stride: 2, dilates: dilates[2])
    fc = Linear(512 * block.expansion, numClasses)
    super.init()
    let allowed: String? =
      !isAllowed
      ? "four stages of 1 to 1000 blocks are allowed, with 1 to 4096 groups and channels, and a dilation or none for each of three stages"
      : isBuilt ? nil : "basic blocks have one group of 64 channels and no dilation; bottlenecks may have others"
    guard let allowed else { return }
    fault = ModelErrors.argument(
      "a ResNet of \(given.0) \(block == .basic ? "basic blocks" : "bottlenecks") in \(given.1) groups of \(given.2) channels, dilated \(given.3)",
      Self.typeName, allowed)
  }

  /// The number of channels of the last stage's result.
  package var outChannels: Int { fc.weight.tensor.knownSizes?.last ?? 512 }

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
    _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    dilation: Int = 1
  ) -> Conv2d {
    Conv2d(
      inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
      dilation: Sizes(dilation), groups: groups, bias: false,
      initializer: .kaimingNormal(fan: outChannels * kernelSize * kernelSize))
  }
}

/// The shortcut of a block whose result and input have different shapes, otherwise nil.
private func shortcut(
  _ inChannels: Int, _ outChannels: Int, stride: Int, _ normLayer: (Int) -> any Layer
) -> Sequential? {
  guard stride != 1 || inChannels != outChannels else { return nil }
  return Sequential(Conv2d.he(inChannels, outChannels, kernelSize: 1, stride: stride), normLayer(outChannels))
}

/// Sets the weights of a norm to 0, if it has weights.
private func silence(_ norm: any Layer) {
  // An invalid norm has no parameters to list; any use of the network reports it.
  for (path, parameter) in (try? norm.namedParameters()) ?? [] where path == "weight" { parameter.initialize(.zeros) }
}

/// The options of a bottleneck.
struct BottleneckPlan {
  let width: Int
  let stride: Int
  let groups: Int
  let dilation: Int
  let zeroInitResidual: Bool
}

extension ResNet {
  /// Two convolutions of 3 by 3 with a residual connection.
  public final class BasicBlock: Module, Layer {
    private let conv1: Conv2d
    private let bn1: any Layer
    private let relu = ReLU(inplace: true)
    private let conv2: Conv2d
    private let bn2: any Layer
    private let downsample: Sequential?

    init(
      _ inChannels: Int, _ planes: Int, stride: Int, zeroInitResidual: Bool, _ normLayer: (Int) -> any Layer
    ) {
      conv1 = .he(inChannels, planes, kernelSize: 3, stride: stride, padding: 1)
      bn1 = normLayer(planes)
      conv2 = .he(planes, planes, kernelSize: 3, padding: 1)
      bn2 = normLayer(planes)
      downsample = shortcut(inChannels, planes, stride: stride, normLayer)
      if zeroInitResidual { silence(bn2) }
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.resnet.BasicBlock" }

    /// `[N, inChannels, H, W]` to `[N, planes, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try bn2(conv2(relu(bn1(conv1(x)))))
      try out += downsample?(x) ?? x
      return try relu(out)
    }
  }

  /// Convolutions of 1 by 1, 3 by 3 and 1 by 1 with a residual connection; the middle one has the stride.
  public final class Bottleneck: Module, Layer {
    private let conv1: Conv2d
    private let bn1: any Layer
    private let conv2: Conv2d
    private let bn2: any Layer
    private let conv3: Conv2d
    private let bn3: any Layer
    private let relu = ReLU(inplace: true)
    private let downsample: Sequential?

    init(_ inChannels: Int, _ planes: Int, _ plan: BottleneckPlan, _ normLayer: (Int) -> any Layer) {
      conv1 = .he(inChannels, plan.width, kernelSize: 1)
      bn1 = normLayer(plan.width)
      conv2 = .he(
        plan.width, plan.width, kernelSize: 3, stride: plan.stride, padding: plan.dilation, groups: plan.groups,
        dilation: plan.dilation)
      bn2 = normLayer(plan.width)
      conv3 = .he(plan.width, planes * 4, kernelSize: 1)
      bn3 = normLayer(planes * 4)
      downsample = shortcut(inChannels, planes * 4, stride: plan.stride, normLayer)
      if plan.zeroInitResidual { silence(bn3) }
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.resnet.Bottleneck" }

    /// `[N, inChannels, H, W]` to `[N, 4 * planes, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      var out = try relu(bn1(conv1(x)))
      out = try relu(bn2(conv2(out)))
      out = try bn3(conv3(out))
      try out += downsample?(x) ?? x
      return try relu(out)
    }
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
