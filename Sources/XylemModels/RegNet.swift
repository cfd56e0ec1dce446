public import XylemNN
public import XylemTensor

/// Networks whose widths follow a quantised line: Radosavovic et al., arXiv:2003.13678. RegNetY has
/// squeeze-and-excitation, RegNetX does not.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `regnet.py` has them.
public final class RegNet: Module, Layer {
  /// The first convolution.
  public let stem: Stem
  /// The stages, `block1` and so on.
  public let trunkOutput: Sequential
  private let avgpool = AdaptiveAvgPool2d([1, 1])
  /// The head.
  public let fc: Linear

  /// Creates a network with new weights.
  ///
  /// - Parameters:
  ///   - stemWidth: the channels of the first convolution.
  ///   - normLayer: creates the norms for a number of channels.
  ///   - activation: creates the activations of blocks, optionally in place. Those of squeeze-and-excitation are not.
  public init(
    _ plan: Plan, numClasses: Int = 1000, stemWidth: Int = 32,
    normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) },
    activation: @escaping (_ inplace: Bool) -> any Layer = { ReLU(inplace: $0) }
  ) {
    let isAllowed = plan.isAllowed && (1...largestSize).contains(stemWidth)
    var channels = isAllowed ? stemWidth : 1
    stem = Stem(3, channels, normLayer, activation)
    trunkOutput = Sequential()
    for (index, stage) in (isAllowed ? plan.stages : []).enumerated() {
      trunkOutput.append(
        "block\(index + 1)", Stage(channels, stage, plan, index: index + 1, normLayer, activation))
      channels = stage.width
    }
    fc = .normal(channels, numClasses)
    super.init()
    // The biases of squeeze-and-excitation stay as they are.
    forEachConvolution(of: [stem, trunkOutput]) { convolution, sizes in
      convolution.weight.initialize(.kaimingNormal(fan: sizes[2...].reduce(sizes[0], *)))
    }
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "a RegNet of \(plan) with a stem of \(stemWidth) channels", Self.typeName,
      "1 to 1000 blocks, a first width that 8 divides, a slope of at least 0, a step above 1, and widths and ratios above 0 are allowed"
    )
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.regnet.RegNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try fc(avgpool(trunkOutput(stem(x))).flatten(startDim: 1))
  }
}

extension RegNet {
  /// A convolution of 3 by 3 that halves the image.
  public final class Stem: Conv2dNormActivation {
    init(
      _ inChannels: Int, _ outChannels: Int, _ normLayer: @escaping (Int) -> any Layer,
      _ activation: @escaping (_ inplace: Bool) -> any Layer
    ) {
      super.init(
        inChannels, outChannels, stride: 2, normLayer: normLayer, activationLayer: { activation(true) })
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.regnet.SimpleStemIN" }
  }

  /// Blocks of one width, of which the first one has the stride.
  public final class Stage: Sequential {
    init(
      _ inChannels: Int, _ stage: Plan.Stage, _ plan: Plan, index: Int, _ normLayer: @escaping (Int) -> any Layer,
      _ activation: @escaping (_ inplace: Bool) -> any Layer
    ) {
      super.init(
        (0..<stage.depth).map { position in
          (
            "block\(index)-\(position)",
            Block(
              position == 0 ? inChannels : stage.width, stage, plan, stride: position == 0 ? 2 : 1, normLayer,
              activation)
          )
        })
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.regnet.AnyStage" }
  }

  /// A bottleneck with a residual connection, which projects if shapes differ.
  public final class Block: Module, Layer {
    private let proj: Conv2dNormActivation?
    private let f: Bottleneck
    private let activation: any Layer

    init(
      _ inChannels: Int, _ stage: Plan.Stage, _ plan: Plan, stride: Int, _ normLayer: @escaping (Int) -> any Layer,
      _ activation: @escaping (_ inplace: Bool) -> any Layer
    ) {
      proj =
        inChannels != stage.width || stride != 1
        ? Conv2dNormActivation(
          inChannels, stage.width, kernelSize: 1, stride: Sizes(stride), normLayer: normLayer, activationLayer: nil)
        : nil
      f = Bottleneck(inChannels, stage, plan, stride: stride, normLayer, activation)
      self.activation = activation(true)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.regnet.ResBottleneckBlock" }

    /// `[N, inChannels, H, W]` to `[N, width, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let shortcut = try proj?(x) ?? x
      return try activation(shortcut + f(x))
    }
  }

  /// Convolutions of 1 by 1, 3 by 3 in groups and 1 by 1, in RegNetY with squeeze-and-excitation.
  public final class Bottleneck: Sequential {
    init(
      _ inChannels: Int, _ stage: Plan.Stage, _ plan: Plan, stride: Int, _ normLayer: @escaping (Int) -> any Layer,
      _ activation: @escaping (_ inplace: Bool) -> any Layer
    ) {
      let hidden = Int((Double(stage.width) * plan.bottleneckMultiplier).rounded(.toNearestOrEven))
      let groups = hidden / stage.groupWidth
      var layers: [(String, any Layer)] = [
        (
          "a",
          Conv2dNormActivation(
            inChannels, hidden, kernelSize: 1, normLayer: normLayer, activationLayer: { activation(true) })
        ),
        (
          "b",
          Conv2dNormActivation(
            hidden, hidden, stride: Sizes(stride), groups: groups, normLayer: normLayer,
            activationLayer: { activation(true) })
        ),
      ]
      if let ratio = plan.squeezeRatio {
        let squeezed = Int((ratio * Double(inChannels)).rounded(.toNearestOrEven))
        layers.append(("se", SqueezeExcitation(hidden, squeezed, activation: activation(false))))
      }
      layers.append(
        (
          "c",
          Conv2dNormActivation(hidden, stage.width, kernelSize: 1, normLayer: normLayer, activationLayer: nil)
        ))
      super.init(layers)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.regnet.BottleneckTransform" }
  }
}
