public import XylemNN
public import XylemTensor

/// Blocks that split, mix and shuffle channels: Ma et al., arXiv:1807.11164.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `shufflenetv2.py` has them.
public final class ShuffleNetV2: Module, Layer {
  /// The stem.
  public let conv1: Sequential
  private let maxpool = MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
  /// The first stage.
  public let stage2: Sequential
  /// The second stage.
  public let stage3: Sequential
  /// The third stage.
  public let stage4: Sequential
  /// The last convolution.
  public let conv5: Sequential
  /// The head.
  public let fc: Linear

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - channels: the widths of the stem, the stages and the last convolution.
  ///   - repeats: the number of blocks in each of the three stages.
  public init(_ channels: [Int], repeats: [Int] = [4, 8, 4], numClasses: Int = 1000) {
    let given = (repeats, channels)
    let isAllowed =
      repeats.count == 3 && repeats.allSatisfy { (1...1000).contains($0) } && channels.count == 5
      && channels.allSatisfy { (1...largestSize).contains($0) }
      && channels[1...3].allSatisfy { $0.isMultiple(of: 2) }
    let (repeats, widths) = isAllowed ? given : ([1, 1, 1], [2, 2, 2, 2, 2])
    conv1 = Sequential(
      Conv2d(3, widths[0], kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm2d(widths[0]),
      ReLU(inplace: true))
    func stage(_ index: Int) -> Sequential {
      Sequential(
        (0..<repeats[index]).map {
          InvertedResidual($0 == 0 ? widths[index] : widths[index + 1], widths[index + 1], stride: $0 == 0 ? 2 : 1)
        })
    }
    stage2 = stage(0)
    stage3 = stage(1)
    stage4 = stage(2)
    conv5 = Sequential(
      Conv2d(widths[3], widths[4], kernelSize: 1, bias: false), BatchNorm2d(widths[4]), ReLU(inplace: true))
    fc = Linear(widths[4], numClasses)
    super.init()
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a ShuffleNet of \(given.0) blocks and \(given.1) channels", Self.typeName,
      "three stages of 1 to 1000 blocks and five widths are allowed, with an even width for each stage")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.shufflenetv2.ShuffleNetV2" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let features = try conv5(stage4(stage3(stage2(maxpool(conv1(x))))))
    return try fc(features.mean(dim: [2, 3]))
  }

  /// Two branches whose channels are shuffled. With a stride of 1, the first branch is one half of the input.
  public final class InvertedResidual: Module, Layer {
    private let branch1: Sequential
    private let branch2: Sequential
    private let stride: Int

    /// Creates a block of an even number of channels.
    init(_ inChannels: Int, _ outChannels: Int, stride: Int) {
      self.stride = stride
      let width = outChannels / 2
      func depthwise(_ channels: Int) -> Conv2d {
        Conv2d(
          channels, channels, kernelSize: 3, stride: Sizes(stride), padding: 1, groups: channels, bias: false)
      }
      branch1 =
        stride == 1
        ? Sequential()
        : Sequential(
          depthwise(inChannels), BatchNorm2d(inChannels), Conv2d(inChannels, width, kernelSize: 1, bias: false),
          BatchNorm2d(width), ReLU(inplace: true))
      branch2 = Sequential(
        Conv2d(stride == 1 ? width : inChannels, width, kernelSize: 1, bias: false), BatchNorm2d(width),
        ReLU(inplace: true), depthwise(width), BatchNorm2d(width), Conv2d(width, width, kernelSize: 1, bias: false),
        BatchNorm2d(width), ReLU(inplace: true))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.shufflenetv2.InvertedResidual" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      guard stride == 1 else { return try Self.shuffled(Tensor.cat([branch1(x), branch2(x)], dim: 1)) }
      let halves = try x.chunk(2, dim: 1)
      guard halves.count == 2 else { return try Self.shuffled(branch2(x)) }
      return try Self.shuffled(Tensor.cat([halves[0], branch2(halves[1])], dim: 1))
    }

    /// The channels of both halves in turn.
    private static func shuffled(_ x: Tensor) throws -> Tensor {
      let (n, c, h, w) = try x.size().four
      let pairs = try x.view([n, 2, c / 2, h, w])
      return try pairs.transpose(1, 2).contiguous().view([n, c, h, w])
    }
  }
}

/// ShuffleNet v2 with half the width, torchvision's `shufflenet_v2_x0_5`.
public func shufflenet_v2_x0_5(numClasses: Int = 1000) -> ShuffleNetV2 {
  ShuffleNetV2([24, 48, 96, 192, 1024], numClasses: numClasses)
}

/// ShuffleNet v2, torchvision's `shufflenet_v2_x1_0`.
public func shufflenet_v2_x1_0(numClasses: Int = 1000) -> ShuffleNetV2 {
  ShuffleNetV2([24, 116, 232, 464, 1024], numClasses: numClasses)
}

/// ShuffleNet v2 with 1.5 times the width, torchvision's `shufflenet_v2_x1_5`.
public func shufflenet_v2_x1_5(numClasses: Int = 1000) -> ShuffleNetV2 {
  ShuffleNetV2([24, 176, 352, 704, 1024], numClasses: numClasses)
}

/// ShuffleNet v2 with twice the width, torchvision's `shufflenet_v2_x2_0`.
public func shufflenet_v2_x2_0(numClasses: Int = 1000) -> ShuffleNetV2 {
  ShuffleNetV2([24, 244, 488, 976, 2048], numClasses: numClasses)
}

extension ModelZoo {
  /// The ShuffleNets.
  static let shufflenets: [ModelDefinition] = [
    image("shufflenet_v2_x0_5", "ShuffleNet v2, half as wide") { shufflenet_v2_x0_5() },
    image("shufflenet_v2_x1_0", "ShuffleNet v2") { shufflenet_v2_x1_0() },
    image("shufflenet_v2_x1_5", "ShuffleNet v2, 1.5 times as wide") { shufflenet_v2_x1_5() },
    image("shufflenet_v2_x2_0", "ShuffleNet v2, twice as wide") { shufflenet_v2_x2_0() },
  ]
}
