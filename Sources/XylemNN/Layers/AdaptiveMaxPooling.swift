public import XylemTensor

/// The shared implementation of adaptive max pools.
public class AdaptiveMaxPool: Module, Layer {
  private let op: OperatorReference
  private let dimensions: Int
  private let outputSize: OutputSize

  fileprivate init(_ dimensions: Int, _ outputSize: OutputSize) {
    op = Operators.all[dimensions - 1]
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
  public func forward(_ x: Tensor) throws -> Tensor { try results(x)[0] }

  /// Runs the pool and also returns the positions of the values, as with `return_indices=True` in PyTorch.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func withIndices(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> PooledWithIndices {
    try call(x, file: file, line: line) { x in try PooledWithIndices(self.results(x)) }
  }

  private func results(_ x: Tensor) throws -> [Tensor] {
    try checkFault()
    return try op.tensors([.tensor(x), .list(outputSize.sizes(of: x, dimensions: dimensions))])
  }
}

private enum Operators {
  static let all = (1...3).map {
    OperatorReference("aten::adaptive_max_pool\($0)d", resultTypes: ["Tensor", "Tensor"])
  }
}

/// Maxima to `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool1d`.
public final class AdaptiveMaxPool1d: AdaptiveMaxPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(1, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool1d" }
}

/// Maxima to `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool2d`.
public final class AdaptiveMaxPool2d: AdaptiveMaxPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(2, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool2d" }
}

/// Maxima to `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool3d`.
public final class AdaptiveMaxPool3d: AdaptiveMaxPool {
  /// Creates a pool with an output size.
  public init(_ outputSize: OutputSize) { super.init(3, outputSize) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool3d" }
}
