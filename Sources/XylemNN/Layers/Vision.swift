public import XylemTensor

/// The padding with which a convolution keeps the size. The convolution reports too many or too few sizes.
private func keptPadding(_ kernelSize: Sizes, _ dilation: Sizes, _ count: Int) -> [Int] {
  zip(kernelSize.spread(over: count) ?? [1], dilation.spread(over: count) ?? [1]).map {
    Saturating.product(Saturating.sum($0, -1) / 2, $1)
  }
}

/// A convolution, a norm and an activation, torchvision's `Conv2dNormActivation`: children `0`, `1` and `2`.
open class Conv2dNormActivation: Sequential {
  /// Creates a block. As in torchvision, the padding keeps the size, and the convolution has a bias if no norm follows.
  ///
  /// - Parameters:
  ///   - normLayer: creates the norm for a number of channels; nil for none.
  ///   - activationLayer: creates the activation; nil for none.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes = 3, stride: Sizes = 1, padding: Sizes? = nil,
    groups: Int = 1, normLayer: ((Int) -> any Layer)? = { BatchNorm2d($0) },
    activationLayer: (() -> any Layer)? = { ReLU(inplace: true) }, dilation: Sizes = 1, bias: Bool? = nil
  ) {
    let own = keptPadding(kernelSize, dilation, 2)
    var layers: [any Layer] = [
      Conv2d(
        inChannels, outChannels, kernelSize: kernelSize, stride: stride, padding: .sizes(padding ?? Sizes(own)),
        dilation: dilation, groups: groups, bias: bias ?? (normLayer == nil))
    ]
    if let normLayer { layers.append(normLayer(outChannels)) }
    if let activationLayer { layers.append(activationLayer()) }
    super.init(layers)
  }

  /// The type name in torchvision.
  open override class var typeName: String { "torchvision.ops.misc.Conv2dNormActivation" }
  package override class var consistsOfOperators: Bool { true }
}

/// A convolution over volumes, a norm and an activation, torchvision's `Conv3dNormActivation`: children `0`, `1` and `2`.
public class Conv3dNormActivation: Sequential {
  /// Creates a block. As in torchvision, the padding keeps the size, and the convolution has a bias if no norm follows.
  ///
  /// - Parameters:
  ///   - normLayer: creates the norm for a number of channels; nil for none.
  ///   - activationLayer: creates the activation; nil for none.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes = 3, stride: Sizes = 1, padding: Sizes? = nil,
    groups: Int = 1, normLayer: ((Int) -> any Layer)? = { BatchNorm3d($0) },
    activationLayer: (() -> any Layer)? = { ReLU(inplace: true) }, dilation: Sizes = 1, bias: Bool? = nil
  ) {
    let own = keptPadding(kernelSize, dilation, 3)
    let convolution = Conv3d(
      inChannels, outChannels, kernelSize: kernelSize, stride: stride, padding: .sizes(padding ?? Sizes(own)),
      dilation: dilation, groups: groups, bias: bias ?? (normLayer == nil))
    super.init([convolution] + [normLayer?(outChannels), activationLayer?()].compactMap { $0 })
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.misc.Conv3dNormActivation" }
  package override class var consistsOfOperators: Bool { true }
}

/// Weights channels by their contents: Hu et al., arXiv:1709.01507, torchvision's `SqueezeExcitation`.
public final class SqueezeExcitation: Module, Layer {
  private let avgpool = AdaptiveAvgPool2d(1)
  private let fc1: Conv2d
  private let fc2: Conv2d
  private let activation: any Layer
  private let scaleActivation: any Layer

  /// Creates a block that reduces its channels to fewer.
  public init(
    _ inputChannels: Int, _ squeezeChannels: Int, activation: any Layer = ReLU(),
    scaleActivation: any Layer = Sigmoid()
  ) {
    fc1 = Conv2d(inputChannels, squeezeChannels, kernelSize: 1)
    fc2 = Conv2d(squeezeChannels, inputChannels, kernelSize: 1)
    self.activation = activation
    self.scaleActivation = scaleActivation
  }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.misc.SqueezeExcitation" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::mul", "Tensor")

  /// `[N, C, H, W]` to the same shape.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let scale = try scaleActivation(fc2(activation(fc1(avgpool(x)))))
    return try Self.op.tensor([.tensor(scale), .tensor(x)])
  }
}

/// Linear layers with norms, activations and dropouts, torchvision's `MLP`: children are numbered.
open class MLP: Sequential {
  /// Creates a block of layers with the given widths.
  ///
  /// - Parameters:
  ///   - hiddenChannels: the widths; the last layer has neither norm nor activation.
  ///   - inplace: whether activations and dropouts work in place; nil for the default of each.
  public init(
    _ inChannels: Int, _ hiddenChannels: [Int], normLayer: ((Int) -> any Layer)? = nil,
    activationLayer: () -> any Layer = { ReLU() }, inplace: Bool? = nil, bias: Bool = true, dropout: Double = 0
  ) {
    var arguments = InitialArguments(Self.typeName)
    let hiddenChannels =
      arguments.demand(!hiddenChannels.isEmpty, "hiddenChannels is empty", "at least one width is needed")
      ? hiddenChannels : [1]
    var layers: [any Layer] = []
    var width = inChannels
    for hidden in hiddenChannels.dropLast() {
      layers.append(Linear(width, hidden, bias: bias))
      if let normLayer { layers.append(normLayer(hidden)) }
      layers.append(activationLayer())
      layers.append(Dropout(p: dropout, inplace: inplace ?? false))
      width = hidden
    }
    layers.append(Linear(width, hiddenChannels[hiddenChannels.count - 1], bias: bias))
    layers.append(Dropout(p: dropout, inplace: inplace ?? false))
    super.init(layers)
    fault = arguments.fault
  }

  /// The type name in torchvision.
  open override class var typeName: String { "torchvision.ops.misc.MLP" }
  package override class var consistsOfOperators: Bool { true }
}

/// Permutes dimensions, torchvision's `Permute`.
public final class Permute: Module, Layer {
  private let dims: [Int]

  /// Creates a layer that puts the dimensions into this order.
  public init(_ dims: [Int]) { self.dims = dims }

  /// The type name in torchvision.
  public override class var typeName: String { "torchvision.ops.misc.Permute" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::permute")

  /// A view with permuted dimensions.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .ints(dims)]) }
}
