public import XylemTensor

/// What adaptive max pools have in common.
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

  /// What is printed of it.
  public override var extraDescription: String { "output_size=\(outputSize.text)" }

  package override class var consistsOfOperators: Bool { true }

  /// `[N, C, …]` to `[N, C, outputSize…]`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func forward(_ x: Tensor) throws -> Tensor { try results(x)[0] }

  /// Runs the pool and tells where the values were: what `return_indices=True` gives in PyTorch.
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

/// Greatest values that give `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool1d`.
public final class AdaptiveMaxPool1d: AdaptiveMaxPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(1, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool1d" }
}

/// Greatest values that give `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool2d`.
public final class AdaptiveMaxPool2d: AdaptiveMaxPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(2, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool2d" }
}

/// Greatest values that give `[N, C, outputSize…]`, PyTorch's `torch.nn.AdaptiveMaxPool3d`.
public final class AdaptiveMaxPool3d: AdaptiveMaxPool {
  /// A pool to a size.
  public init(_ outputSize: OutputSize) { super.init(3, outputSize) }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.pooling.AdaptiveMaxPool3d" }
}
