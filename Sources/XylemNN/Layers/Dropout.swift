public import XylemRuntime

/// What dropouts have in common: in train mode zeros at random, with the rest scaled up; in eval mode the input.
public class DropoutLayer: Module, Layer {
  private let op: OperatorReference
  private let inPlaceOperator: OperatorReference
  private let p: Double
  private let inplace: Bool

  init(_ op: OperatorReference, _ inPlaceOperator: OperatorReference, p: Double, inplace: Bool) {
    precondition((0...1).contains(p), "a dropout's probability is \(p)")
    self.op = op
    self.inPlaceOperator = inPlaceOperator
    self.p = p
    self.inplace = inplace
  }

  package override class var consistsOfOperators: Bool { true }

  /// The input's shape.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try (inplace ? inPlaceOperator : op).tensor([.tensor(x), .float(p), .bool(isTraining)])
  }
}

private enum DropoutOperators {
  static let dropout = OperatorReference("aten::dropout")
  static let dropoutInPlace = OperatorReference("aten::dropout_")
}

/// Zeros elements at random while training: Srivastava et al. 2014, PyTorch's `torch.nn.Dropout`.
public final class Dropout: DropoutLayer {
  /// A dropout of a probability.
  public init(p: Double = 0.5, inplace: Bool = false) {
    super.init(DropoutOperators.dropout, DropoutOperators.dropoutInPlace, p: p, inplace: inplace)
  }
  /// PyTorch's name.
  public override class var typeName: String { "torch.nn.modules.dropout.Dropout" }
}
