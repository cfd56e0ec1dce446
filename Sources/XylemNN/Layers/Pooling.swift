public import XylemRuntime

/// What pools with a window have in common.
public class WindowPool: Module, Layer {
  private let op: OperatorReference
  private let arguments: [Value]

  init(_ op: OperatorReference, _ arguments: [Value]) {
    self.op = op
    self.arguments = arguments
  }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, C, …]` to `[N, C, …']`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try op.tensor([.tensor(x)] + arguments) }

  static func averageArguments(
    _ count: Int, _ kernelSize: Sizes, _ stride: Sizes?, _ padding: Sizes, _ ceilMode: Bool, _ countIncludePad: Bool,
    _ divisor: Int? = nil
  ) -> [Value] {
    [
      .ints(kernelSize.expanded(to: count)), .ints((stride ?? kernelSize).expanded(to: count)),
      .ints(padding.expanded(to: count)), .bool(ceilMode), .bool(countIncludePad),
    ] + (count == 1 ? [] : [divisor.map { .int($0) } ?? .none])
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
  /// A pool; the stride is the window where none is given.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true
  ) {
    super.init(
      PoolOperators.average1d, Self.averageArguments(1, kernelSize, stride, padding, ceilMode, countIncludePad))
  }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool1d" }
}

/// The mean of a window of `[N, C, H, W]`, PyTorch's `torch.nn.AvgPool2d`.
public final class AvgPool2d: WindowPool {
  /// A pool; the stride is the window where none is given.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    super.init(
      PoolOperators.average2d,
      Self.averageArguments(2, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride))
  }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool2d" }
}

/// The mean of a window of `[N, C, D, H, W]`, PyTorch's `torch.nn.AvgPool3d`.
public final class AvgPool3d: WindowPool {
  /// A pool; the stride is the window where none is given.
  public init(
    kernelSize: Sizes, stride: Sizes? = nil, padding: Sizes = 0, ceilMode: Bool = false, countIncludePad: Bool = true,
    divisorOverride: Int? = nil
  ) {
    super.init(
      PoolOperators.average3d,
      Self.averageArguments(3, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride))
  }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AvgPool3d" }
}

/// The size that an adaptive pool makes of each dimension; nil keeps the input's.
public struct OutputSize: Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  let values: [Int?]

  /// One size for all dimensions.
  public init(integerLiteral value: Int) { values = [value] }
  /// One size for each dimension.
  public init(arrayLiteral values: Int?...) { self.values = values }

  /// The sizes of an input's last dimensions after the pool.
  func sizes(of x: Tensor, dimensions: Int) throws -> [Value] {
    let wanted = values.count == 1 ? Array(repeating: values[0], count: dimensions) : values
    precondition(wanted.count == dimensions, "\(wanted.count) sizes were given, and \(dimensions) are needed")
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

/// What adaptive average pools have in common.
public class AdaptiveAvgPool: Module, Layer {
  private let op: OperatorReference
  private let dimensions: Int
  private let outputSize: OutputSize

  init(_ op: OperatorReference, _ dimensions: Int, _ outputSize: OutputSize) {
    self.op = op
    self.dimensions = dimensions
    self.outputSize = outputSize
  }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, C, …]` to `[N, C, outputSize…]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor {
    try op.tensor([.tensor(x), .list(outputSize.sizes(of: x, dimensions: dimensions))])
  }
}

/// Means that give `[N, C, outputSize]`, PyTorch's `torch.nn.AdaptiveAvgPool1d`.
public final class AdaptiveAvgPool1d: AdaptiveAvgPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage1d, 1, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool1d" }
}

/// Means that give `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveAvgPool2d`.
public final class AdaptiveAvgPool2d: AdaptiveAvgPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage2d, 2, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool2d" }
}

/// Means that give `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveAvgPool3d`.
public final class AdaptiveAvgPool3d: AdaptiveAvgPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(PoolOperators.adaptiveAverage3d, 3, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveAvgPool3d" }
}
