internal import XylemErrors
public import XylemTensor

/// The shared implementation of transposed convolutions with one, two and three dimensions: a convolution's gradient as
/// a layer.
public class TransposedConvolution: Module, Layer {
  /// `[inChannels, outChannels / groups, kernel…]`.
  public let weight: Parameter
  /// `[outChannels]`.
  public let bias: Parameter?

  private let op: OperatorReference
  private let kernelSize: [Int]
  private let stride: [Int]
  private let padding: [Int]
  private let outputPadding: [Int]
  private let dilation: [Int]
  private let groups: Int

  fileprivate init(
    _ op: OperatorReference, _ count: Int, _ inChannels: Int, _ outChannels: Int, _ kernelSize: Sizes, _ stride: Sizes,
    _ padding: Sizes, _ outputPadding: Sizes, _ groups: Int, _ bias: Bool, _ dilation: Sizes
  ) {
    var arguments = InitialArguments(Self.typeName)
    let groups = arguments.groups(groups, of: inChannels, outChannels)
    self.op = op
    self.kernelSize = arguments.sizes(kernelSize, count, "kernelSize")
    self.stride = arguments.sizes(stride, count, "stride")
    self.padding = arguments.sizes(padding, count, "padding")
    self.outputPadding = arguments.sizes(outputPadding, count, "outputPadding")
    self.dilation = arguments.sizes(dilation, count, "dilation")
    self.groups = groups
    // PyTorch uses the weight's second size as the number of inputs, although it is that of outputs here.
    let fan = Saturating.product([outChannels / groups] + self.kernelSize)
    weight = Parameter([inChannels, outChannels / groups] + self.kernelSize, .kaimingUniform(fan: fan))
    self.bias = bias ? Parameter([outChannels], .bias(fan: fan)) : nil
    super.init()
    fault = arguments.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    let sizes = weight.tensor.knownSizes ?? [0, 0]
    var text =
      "\(sizes[0]), \(sizes[1] * groups), kernel_size=\(Python.text(kernelSize)), stride=\(Python.text(stride))"
    if padding.contains(where: { $0 != 0 }) { text += ", padding=\(Python.text(padding))" }
    if dilation.contains(where: { $0 != 1 }) { text += ", dilation=\(Python.text(dilation))" }
    if outputPadding.contains(where: { $0 != 0 }) { text += ", output_padding=\(Python.text(outputPadding))" }
    if groups != 1 { text += ", groups=\(groups)" }
    if bias == nil { text += ", bias=False" }
    return text
  }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, inChannels, …]` to `[N, outChannels, …]`.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor { try run(x, .ints(outputPadding)) }

  /// Runs the layer with a requested spatial size of the result, chosen from the sizes that a stride makes possible.
  ///
  /// - Parameter outputSize: a size for each spatial dimension, or for all dimensions.
  /// - Throws: `model.argument` for the wrong count, `model.requirement` if a size is impossible.
  public func callAsFunction(
    _ x: Tensor, outputSize: [Size], file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try call(x, outputSize, file: file, line: line) { x, outputSize in
      try self.run(x, .list(self.outputPadding(of: x, outputSize).map(\.value)))
    }
  }

  private func run(_ x: Tensor, _ outputPadding: Value) throws -> Tensor {
    try checkFault()
    return try op.tensor([
      .tensor(x), .tensor(weight.tensor), bias.value, .ints(stride), .ints(padding), outputPadding, .int(groups),
      .ints(dilation),
    ])
  }

  /// The amount to add to the smallest possible size to reach the requested one.
  private func outputPadding(of x: Tensor, _ outputSize: [Size]) throws -> [Size] {
    let count = stride.count
    let wanted = Array(outputSize.suffix(count))
    guard wanted.count == count, outputSize.count <= count + 2 else {
      throw XylemError(
        .modelArgument, "\(outputSize.count) output sizes are given", at: .init(moduleType: Self.typeName),
        cause: Reason("\(count) are needed, one for each spatial dimension"))
    }
    let shape = try x.shape
    return try wanted.enumerated().map { index, size in
      let window = try Size(dilation[index]) * (Size(kernelSize[index]) - 1) + 1
      let spread = try window - 2 * Size(padding[index])
      let smallest = try (shape[index - count] - 1) * Size(stride[index]) + spread
      let extra = try size - smallest
      let message = "an output size of \(size) can't be reached from an input of \(shape)"
      try require(extra >= 0, message)
      try require(extra < Size(stride[index]), message)
      return extra
    }
  }
}

private enum Operators {
  static let one = OperatorReference("aten::conv_transpose1d")
  static let two = OperatorReference("aten::conv_transpose2d", "input")
  static let three = OperatorReference("aten::conv_transpose3d", "input")
}

/// A transposed convolution over sequences: `[N, inChannels, L]` to `[N, outChannels, L']`, PyTorch's
/// `torch.nn.ConvTranspose1d`.
public final class ConvTranspose1d: TransposedConvolution {
  /// Creates a layer with new parameters.
  ///
  /// - Parameter outputPadding: the additional size on one side of the result.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: Sizes = 0,
    outputPadding: Sizes = 0, groups: Int = 1, bias: Bool = true, dilation: Sizes = 1
  ) {
    super.init(
      Operators.one, 1, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation)
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.conv.ConvTranspose1d" }
}

/// A transposed convolution over images: `[N, inChannels, H, W]` to `[N, outChannels, H', W']`, PyTorch's
/// `torch.nn.ConvTranspose2d`.
public final class ConvTranspose2d: TransposedConvolution {
  /// Creates a layer with new parameters.
  ///
  /// - Parameter outputPadding: the additional size on one side of the result.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: Sizes = 0,
    outputPadding: Sizes = 0, groups: Int = 1, bias: Bool = true, dilation: Sizes = 1
  ) {
    super.init(
      Operators.two, 2, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation)
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.conv.ConvTranspose2d" }
}

/// A transposed convolution over volumes: `[N, inChannels, D, H, W]` to `[N, outChannels, D', H', W']`, PyTorch's
/// `torch.nn.ConvTranspose3d`.
public final class ConvTranspose3d: TransposedConvolution {
  /// Creates a layer with new parameters.
  ///
  /// - Parameter outputPadding: the additional size on one side of the result.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernelSize: Sizes, stride: Sizes = 1, padding: Sizes = 0,
    outputPadding: Sizes = 0, groups: Int = 1, bias: Bool = true, dilation: Sizes = 1
  ) {
    super.init(
      Operators.three, 3, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation)
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.conv.ConvTranspose3d" }
}
