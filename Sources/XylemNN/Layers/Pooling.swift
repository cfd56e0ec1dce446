internal import XylemErrors
public import XylemTensor

/// The shared implementation of pools with a window.
public class WindowPool: Module, Layer {
  private let op: OperatorReference
  private let arguments: [Value]
  private let text: String

  /// - Parameter text: the arguments that the description prints.
  init(_ op: OperatorReference, _ arguments: [Value], _ initial: InitialArguments, _ text: String) {
    self.op = op
    self.arguments = arguments
    self.text = text
    super.init()
    fault = initial.fault
  }

  /// The arguments that the description prints.
  public override var extraDescription: String { text }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, C, …]` to `[N, C, …']`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    return try op.tensor([.tensor(x)] + arguments)
  }

  /// An average pool of one, two or three dimensions.
  fileprivate init(
    average op: OperatorReference, _ count: Int, _ kernelSize: Sizes, _ stride: Sizes?, _ padding: Sizes,
    _ ceilMode: Bool, _ countIncludePad: Bool, _ divisor: Int? = nil
  ) {
    var initial = InitialArguments(Self.typeName)
    let arguments: [Value] = [
      .ints(initial.sizes(kernelSize, count, "kernelSize")),
      .ints(initial.sizes(stride ?? kernelSize, count, "stride")), .ints(initial.sizes(padding, count, "padding")),
      .bool(ceilMode), .bool(countIncludePad),
    ]
    self.op = op
    let shown = { (sizes: Sizes) in count == 1 ? Python.text(sizes.values) : Python.text(sizes) }
    text =
      "kernel_size=\(shown(kernelSize)), stride=\(shown(stride ?? kernelSize)), padding=\(shown(padding))"
    self.arguments = arguments + (count == 1 ? [] : [divisor.map { .int($0) } ?? .none])
    super.init()
    fault = initial.fault
  }
}

private enum PoolOperators {
  static let average1d = OperatorReference("aten::avg_pool1d")
  static let average2d = OperatorReference("aten::avg_pool2d")
  static let average3d = OperatorReference("aten::avg_pool3d")
  static let adaptiveAverage1d = OperatorReference("aten::adaptive_avg_pool1d")
  static let adaptiveAverage2d = OperatorReference("aten::adaptive_avg_pool2d")
  static let adaptiveAverage3d = OperatorReference("aten::adaptive_avg_pool3d")
  static let size = OperatorReference("aten::size", "int", resultType: "int")
}

/// The mean of a window of `[N, C, L]`, PyTorch's `torch.nn.AvgPool1d`.
public final class AvgPool1d: WindowPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    super.init(average: PoolOperators.average1d, 1, kernelSize, stride, padding, ceilMode, countIncludePad)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool1d" }
}

/// The mean of a window of `[N, C, H, W]`, PyTorch's `torch.nn.AvgPool2d`.
public final class AvgPool2d: WindowPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    super.init(
      average: PoolOperators.average2d, 2, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool2d" }
}

/// The mean of a window of `[N, C, D, H, W]`, PyTorch's `torch.nn.AvgPool3d`.
public final class AvgPool3d: WindowPool {
  /// Creates a pool. The stride defaults to the window.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    super.init(
      average: PoolOperators.average3d, 3, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool3d" }
}

/// The output size of an adaptive pool for each dimension. Nil keeps the input's size.
public struct OutputSize: Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  let values: [Int?]

  /// One size for all dimensions.
  public init(integerLiteral value: Int) { values = [value] }
  /// One size for each dimension.
  public init(arrayLiteral values: Int?...) { self.values = values }

  /// As Python writes it: one size, or a tuple.
  var text: String {
    let texts = values.map { $0.map(String.init) ?? "None" }
    return texts.count == 1 ? texts[0] : "(" + texts.joined(separator: ", ") + ")"
  }

  /// The reason why a pool with this number of dimensions can't have the size. Nil if it can.
  func fault(dimensions: Int, type: String) -> XylemError? {
    var arguments = InitialArguments(type)
    arguments.demand(
      values.count == 1 || values.count == dimensions, "outputSize has \(values.count) sizes",
      "one size is allowed, or \(dimensions), one for each dimension")
    return arguments.fault
  }

  /// The sizes of an input's last dimensions after the pool, which is already validated.
  func sizes(of x: Tensor, dimensions: Int) throws -> [Value] {
    let wanted = values.count == 1 ? Array(repeating: values[0], count: dimensions) : values
    return try wanted.enumerated().map { index, size in
      if let size { return .int(size) }
      let dimension = index - dimensions
      if let known = x.knownSizes {
        guard known.count >= dimensions else {
          throw ModuleErrors.rank(known, wanted: dimensions + 1...dimensions + 2, type: "an adaptive pool")
        }
        return .int(known[known.count + dimension])
      }
      return try PoolOperators.size.results([.tensor(x), .int(dimension)])[0]
    }
  }
}

/// The shared implementation of adaptive average pools.
public class AdaptiveAvgPool: Module, Layer {
  private let op: OperatorReference
  private let dimensions: Int
  private let outputSize: OutputSize

  init(_ op: OperatorReference, _ dimensions: Int, _ outputSize: OutputSize) {
    self.op = op
    self.dimensions = dimensions
    self.outputSize = outputSize
    super.init()
    fault = outputSize.fault(dimensions: dimensions, type: Self.typeName)
  }

  /// The arguments that the description prints.
  public override var extraDescription: String { "output_size=\(outputSize.text)" }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, C, …]` to `[N, C, outputSize…]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try checkFault()
    return try op.tensor([.tensor(x), .list(outputSize.sizes(of: x, dimensions: dimensions))])
  }
}

/// Averages to `[N, C, outputSize]`, PyTorch's `torch.nn.AdaptiveAvgPool1d`.
public final class AdaptiveAvgPool1d: AdaptiveAvgPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage1d, 1, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool1d" }
}

/// Averages to `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveAvgPool2d`.
public final class AdaptiveAvgPool2d: AdaptiveAvgPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage2d, 2, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool2d" }
}

/// Averages to `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveAvgPool3d`.
public final class AdaptiveAvgPool3d: AdaptiveAvgPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage3d, 3, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool3d" }
}
