internal import XylemErrors
public import XylemTensor

/// The values beyond the border of a convolution's input.
public enum PaddingMode: String, Sendable {
  /// Zeros.
  case zeros
  /// The elements mirrored at the border element.
  case reflect
  /// The border's elements.
  case replicate
  /// The elements of the opposite side.
  case circular
}

/// The padding of a convolution's input.
public enum ConvolutionPadding: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// Elements at either side, for each dimension.
  case sizes(Sizes)
  /// The padding that keeps the size; for a stride of 1.
  case same
  /// None.
  case valid

  /// Elements at either side.
  public init(integerLiteral value: Int) { self = .sizes(Sizes(value)) }

  /// Elements at either side, for each dimension.
  public init(arrayLiteral values: Int...) { self = .sizes(Sizes(values)) }
}

/// The shared implementation of convolutions with one, two and three dimensions.
open class Convolution: Module, Layer {
  /// `[outChannels, inChannels / groups, kernel…]`.
  public final let weight: Parameter
  /// `[outChannels]`.
  public final let bias: Parameter?

  private let stride: [Int]
  private let padding: ConvolutionPadding
  private let dilation: [Int]
  private let groups: Int
  private let kernelSize: [Int]
  private let paddingMode: PaddingMode
  private let operators: ConvolutionOperators

  init(
    _ operators: ConvolutionOperators, _ inChannels: Int, _ outChannels: Int, _ kernelSize: Sizes, _ stride: Sizes,
    _ padding: ConvolutionPadding, _ dilation: Sizes, _ groups: Int, _ bias: Bool, _ paddingMode: PaddingMode,
    _ initializer: Initializer? = nil
  ) {
    var arguments = InitialArguments(Self.typeName)
    let count = operators.dimensions
    self.operators = operators
    let groups = arguments.groups(groups, of: inChannels, outChannels)
    let kernel = arguments.sizes(kernelSize, count, "kernelSize")
    let steps = arguments.sizes(stride, count, "stride")
    let isKept = arguments.demand(
      padding != .same || steps.allSatisfy { $0 == 1 }, "padding 'same' with a stride of \(stride.values)",
      "padding 'same' needs a stride of 1")
    let padding = isKept ? padding : .valid
    if case .sizes(let sizes) = padding {
      self.padding = .sizes(Sizes(arguments.sizes(sizes, count, "padding")))
    } else {
      self.padding = padding
    }
    self.kernelSize = kernel
    self.stride = steps
    self.dilation = arguments.sizes(dilation, count, "dilation")
    self.groups = groups
    self.paddingMode = paddingMode
    let fan = Saturating.product([inChannels / groups] + kernel)
    weight = Parameter([outChannels, inChannels / groups] + kernel, initializer ?? .kaimingUniform(fan: fan))
    self.bias = bias ? Parameter([outChannels], .bias(fan: fan)) : nil
    super.init()
    fault = arguments.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    let sizes = weight.tensor.knownSizes ?? [0, 0]
    let pads: String? =
      switch padding {
      case .sizes(let sizes): sizes.values.allSatisfy { $0 == 0 } ? nil : Python.text(sizes.values)
      case .same: "same"
      case .valid: "valid"
      }
    var text =
      "\(sizes[1] * groups), \(sizes[0]), kernel_size=\(Python.text(kernelSize)), stride=\(Python.text(stride))"
    if let pads { text += ", padding=\(pads)" }
    if dilation.contains(where: { $0 != 1 }) { text += ", dilation=\(Python.text(dilation))" }
    if groups != 1 { text += ", groups=\(groups)" }
    if bias == nil { text += ", bias=False" }
    if paddingMode != .zeros { text += ", padding_mode=\(paddingMode.rawValue)" }
    return text
  }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, inChannels, …]` to `[N, outChannels, …]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    let padded = try paddingMode == .zeros ? x : pad(x)
    let rest: [Value] = [.ints(dilation), .int(groups)]
    let start: [Value] = [.tensor(padded), .tensor(weight.tensor), bias.value, .ints(stride)]
    guard paddingMode == .zeros else {
      return try operators.sizes.tensor(start + [.ints(stride.map { _ in 0 })] + rest)
    }
    switch padding {
    case .sizes(let sizes): return try operators.sizes.tensor(start + [.ints(sizes.values)] + rest)
    case .same: return try operators.named.tensor(start + [.string("same")] + rest)
    case .valid: return try operators.named.tensor(start + [.string("valid")] + rest)
    }
  }

  private static let padOperator = OperatorReference("aten::pad")

  /// Pads with a mode other than zeros, last dimension first.
  private func pad(_ x: Tensor) throws(XylemError) -> Tensor {
    var amounts: [Int] = []
    for dimension in stride.indices.reversed() {
      switch padding {
      case .sizes(let sizes):
        amounts += [sizes.values[dimension], sizes.values[dimension]]
      case .same:
        let total = Saturating.product(dilation[dimension], Saturating.sum(kernelSize[dimension], -1))
        amounts += [total / 2, total - total / 2]
      case .valid: amounts += [0, 0]
      }
    }
    return try Self.padOperator.tensor([.tensor(x), .ints(amounts), .string(paddingMode.rawValue), .none])
  }
}

/// The operators for one dimensionality: with numeric padding, and with named padding.
struct ConvolutionOperators: Sendable {
  let dimensions: Int
  let sizes: OperatorReference
  let named: OperatorReference

  init(_ name: String, _ dimensions: Int) {
    self.dimensions = dimensions
    sizes = OperatorReference(name)
    named = OperatorReference(name, "padding")
  }

  static let one = ConvolutionOperators("aten::conv1d", 1)
  static let two = ConvolutionOperators("aten::conv2d", 2)
  static let three = ConvolutionOperators("aten::conv3d", 3)
}

/// A convolution over sequences: `[N, inChannels, L]` to `[N, outChannels, L']`, PyTorch's `torch.nn.Conv1d`.
public final class Conv1d: Convolution {
  /// Creates a layer with new parameters.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: ConvolutionPadding = 0,
    dilation: Sizes = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros
  ) {
    super.init(.one, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode)
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.conv.Conv1d" }
}

/// A convolution over images: `[N, inChannels, H, W]` to `[N, outChannels, H', W']`, PyTorch's `torch.nn.Conv2d`.
public final class Conv2d: Convolution {
  /// Creates a layer with new parameters.
  ///
  /// - Parameter initializer: the initialiser of the weight; nil for PyTorch's own.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: ConvolutionPadding = 0,
    dilation: Sizes = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    initializer: Initializer? = nil
  ) {
    super.init(
      .two, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode, initializer)
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.conv.Conv2d" }
}

/// A convolution over volumes: `[N, inChannels, D, H, W]` to `[N, outChannels, D', H', W']`, PyTorch's `torch.nn.Conv3d`.
open class Conv3d: Convolution {
  /// Creates a layer with new parameters.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: ConvolutionPadding = 0,
    dilation: Sizes = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros
  ) {
    super.init(.three, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode)
  }

  /// The type name in PyTorch.
  open override class var typeName: String { "torch.nn.modules.conv.Conv3d" }
}
