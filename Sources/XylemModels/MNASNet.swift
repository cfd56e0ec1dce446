public import XylemNN
public import XylemTensor

/// Inverted residuals found by a search for mobile devices: Tan et al., arXiv:1807.11626, the variant B1.
///
/// `[N, 3, H, W]` to `[N, numClasses]`, with keys and node names as torchvision's `mnasnet.py` has them.
public final class MNASNet: Module, Layer {
  /// The convolutions and the stacks of blocks.
  public let layers: Sequential
  /// The head.
  public let classifier: Sequential

  /// Creates a network with new weights.
  ///
  /// - Parameter alpha: the factor of all widths.
  public init(_ alpha: Double, numClasses: Int = 1000, dropout: Double = 0.2) {
    let isAllowed = alpha > 0 && alpha <= 1024
    let widths = [32, 16, 24, 40, 80, 96, 192, 320].map { roundedWidth($0 * (isAllowed ? alpha : 1)) }
    var layers: [any Layer] = [
      Conv2d(3, widths[0], kernelSize: 3, stride: 2, padding: 1, bias: false), slowNorm(widths[0]),
      ReLU(inplace: true),
      Conv2d(widths[0], widths[0], kernelSize: 3, padding: 1, groups: widths[0], bias: false), slowNorm(widths[0]),
      ReLU(inplace: true), Conv2d(widths[0], widths[1], kernelSize: 1, bias: false), slowNorm(widths[1]),
    ]
    // Window, stride, expansion and repetitions of each stack.
    for (index, (kernelSize, stride, expansion, count)) in [
      (3, 2, 3, 3), (5, 2, 3, 3), (5, 2, 6, 3), (3, 1, 6, 2), (5, 2, 6, 4), (3, 1, 6, 1),
    ].enumerated() {
      let (inChannels, outChannels) = (widths[index + 1], widths[index + 2])
      layers.append(
        Sequential(
          (0..<count).map {
            InvertedResidual(
              $0 == 0 ? inChannels : outChannels, outChannels, kernelSize: kernelSize, stride: $0 == 0 ? stride : 1,
              expansion: expansion)
          }))
    }
    layers += [Conv2d(widths[7], 1280, kernelSize: 1, bias: false), slowNorm(1280), ReLU(inplace: true)]
    self.layers = Sequential(layers)
    let head = Linear(1280, numClasses)
    // The factor of a sigmoid is 1, which is that of a slope of 1.
    head.weight.initialize(.kaimingUniform(fan: numClasses, slope: 1))
    head.bias?.initialize(.zeros)
    classifier = Sequential(Dropout(p: dropout, inplace: true), head)
    super.init()
    initializeConvolutions(of: layers)
    guard !isAllowed else { return }
    fault = ModelErrors.argument(
      "an MNASNet of \(alpha) times the width", Self.typeName, "the factor must be above 0, and at most 1024")
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.models.mnasnet.MNASNet" }

  /// `[N, 3, H, W]` to `[N, numClasses]`.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor { try classifier(layers(x).mean(dim: [2, 3])) }

  /// A block that expands, applies a depthwise convolution and projects again, with a residual connection if shapes
  /// agree.
  public final class InvertedResidual: Module, Layer {
    private let layers: Sequential
    private let isResidual: Bool

    init(_ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int, expansion: Int) {
      let hidden = inChannels * expansion
      isResidual = stride == 1 && inChannels == outChannels
      layers = Sequential(
        Conv2d(inChannels, hidden, kernelSize: 1, bias: false), slowNorm(hidden), ReLU(inplace: true),
        Conv2d(
          hidden, hidden, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(kernelSize / 2)),
          groups: hidden, bias: false), slowNorm(hidden), ReLU(inplace: true),
        Conv2d(hidden, outChannels, kernelSize: 1, bias: false), slowNorm(outChannels))
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.mnasnet._InvertedResidual" }

    /// `[N, inChannels, H, W]` to `[N, outChannels, H / stride, W / stride]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { isResidual ? try layers(x) + x : try layers(x) }
  }
}

/// Batch norms whose statistics move as slowly as in TensorFlow with a decay of 0.9997.
private func slowNorm(_ channels: Int) -> any Layer { BatchNorm2d(channels, momentum: 1 - 0.9997) }

/// MNASNet with half the width, torchvision's `mnasnet0_5`.
public func mnasnet0_5(numClasses: Int = 1000) -> MNASNet { MNASNet(0.5, numClasses: numClasses) }
/// MNASNet with 0.75 times the width, torchvision's `mnasnet0_75`.
public func mnasnet0_75(numClasses: Int = 1000) -> MNASNet { MNASNet(0.75, numClasses: numClasses) }
/// MNASNet, torchvision's `mnasnet1_0`.
public func mnasnet1_0(numClasses: Int = 1000) -> MNASNet { MNASNet(1, numClasses: numClasses) }
/// MNASNet with 1.3 times the width, torchvision's `mnasnet1_3`.
public func mnasnet1_3(numClasses: Int = 1000) -> MNASNet { MNASNet(1.3, numClasses: numClasses) }

extension ModelZoo {
  /// The MNASNets.
  static let mnasnets: [ModelDefinition] = [
    image("mnasnet0_5", "MNASNet, half as wide") { mnasnet0_5() },
    image("mnasnet0_75", "MNASNet, 0.75 times as wide") { mnasnet0_75() },
    image("mnasnet1_0", "MNASNet") { mnasnet1_0() },
    image("mnasnet1_3", "MNASNet, 1.3 times as wide") { mnasnet1_3() },
  ]
}
