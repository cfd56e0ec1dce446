public import XylemErrors
public import XylemTensor

/// The shared implementation of max pools with one, two and three dimensions.
public class MaxPool: WindowPool {
  private let indexed: OperatorReference
  private let ownArguments: [Value]

  fileprivate init(
    _ operators: MaxPoolOperators, _ kernelSize: Sizes, _ stride: Sizes?, _ padding: Sizes, _ dilation: Sizes,
    _ ceilMode: Bool
  ) {
    var arguments = InitialArguments(Self.typeName)
    let count = operators.dimensions
    indexed = operators.indexed
    ownArguments = [
      .ints(arguments.sizes(kernelSize, count, "kernelSize")),
      .ints(arguments.sizes(stride ?? kernelSize, count, "stride")),
      .ints(arguments.sizes(padding, count, "padding")), .ints(arguments.sizes(dilation, count, "dilation")),
      .bool(ceilMode),
    ]
    let window = "kernel_size=\(Python.text(kernelSize)), stride=\(Python.text(stride ?? kernelSize))"
    super.init(
      operators.plain, ownArguments, arguments,
      "\(window), padding=\(Python.text(padding)), dilation=\(Python.text(dilation)), ceil_mode=\(Python.text(ceilMode))"
    )
  }

  /// Runs the pool and also returns the positions of the values, as with `return_indices=True` in PyTorch.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func withIndices(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> PooledWithIndices {
    try call(x, file: file, line: line) { x in
      try PooledWithIndices(self.indexed.tensors([.tensor(x)] + self.ownArguments))
    }
  }
}

/// The maxima of windows and their positions.
public struct PooledWithIndices: ModuleValue {
  /// The values.
  public var output: Tensor
  /// The flat position of each within its channel, int64.
  public var indices: Tensor

  init(_ results: [Tensor]) { (output, indices) = (results[0], results[1]) }

  /// `Tuple[Tensor, Tensor]`.
  public static var typeDescription: String { "Tuple[Tensor, Tensor]" }
  /// A tuple with names.
  public var moduleValue: Value { .tuple([.tensor(output), .tensor(indices)], names: ["output", "indices"]) }

  /// Creates it from the parts of a tuple.
  ///
  /// - Throws: `model.argument` for a value of another type.
  public init(moduleValue: Value) throws(XylemError) {
    output = try Tensor(moduleValue: moduleValue.part(0, as: "Tensor"))
    indices = try Tensor(moduleValue: moduleValue.part(1, as: "Tensor"))
  }
}

/// The operators for one dimensionality.
private struct MaxPoolOperators: Sendable {
  let dimensions: Int
  let plain: OperatorReference
  let indexed: OperatorReference

  private init(_ dimensions: Int) {
    self.dimensions = dimensions
    let name = "max_pool\(dimensions)d"
    plain = OperatorReference("aten::" + name)
    indexed = OperatorReference("aten::\(name)_with_indices", nodeName: name, resultTypes: ["Tensor", "Tensor"])
  }

  static let one = MaxPoolOperators(1)
  static let two = MaxPoolOperators(2)
  static let three = MaxPoolOperators(3)
}

/// The maximum of a window of `[N, C, L]`, PyTorch's `torch.nn.MaxPool1d`.
public final class MaxPool1d: MaxPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, dilation: Sizes = 1, ceilMode: Bool = false
  ) {
    super.init(.one, kernelSize, stride, padding, dilation, ceilMode)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.MaxPool1d" }
}

/// The maximum of a window of `[N, C, H, W]`, PyTorch's `torch.nn.MaxPool2d`.
public final class MaxPool2d: MaxPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, dilation: Sizes = 1, ceilMode: Bool = false
  ) {
    super.init(.two, kernelSize, stride, padding, dilation, ceilMode)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.MaxPool2d" }
}

/// The maximum of a window of `[N, C, D, H, W]`, PyTorch's `torch.nn.MaxPool3d`.
public final class MaxPool3d: MaxPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, dilation: Sizes = 1, ceilMode: Bool = false
  ) {
    super.init(.three, kernelSize, stride, padding, dilation, ceilMode)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.MaxPool3d" }
}
