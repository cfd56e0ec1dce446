internal import XylemErrors
public import XylemTensor

/// Positive numbers that sum to 1 along a dimension, PyTorch's `torch.nn.Softmax`.
public final class Softmax: Activation {
  /// Creates a softmax along a dimension. There is no default dimension; PyTorch's is deprecated.
  public init(dim: Int) { super.init(SoftmaxOperators.softmax, [.int(dim), .none]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softmax" }
  override class var argumentNames: [String?] { ["dim"] }
}

/// The logarithm of a softmax, PyTorch's `torch.nn.LogSoftmax`.
public final class LogSoftmax: Activation {
  /// Creates a softmax along a dimension. There is no default dimension; PyTorch's is deprecated.
  public init(dim: Int) { super.init(SoftmaxOperators.logSoftmax, [.int(dim), .none]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.LogSoftmax" }
  override class var argumentNames: [String?] { ["dim"] }
}

/// A softmax over the channels of `[N, C, H, W]` or `[C, H, W]`, PyTorch's `torch.nn.Softmax2d`.
public final class Softmax2d: Activation {
  /// Creates a softmax over channels.
  public init() { super.init(SoftmaxOperators.softmax, [.int(-3), .none]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softmax2d" }

  /// The input's shape.
  ///
  /// - Throws: `model.argument` unless there are three or four dimensions.
  public override func forward(_ x: Tensor) throws -> Tensor {
    try InputCheck.make(x) { (sizes: [Int]) throws(XylemError) in
      guard (3...4).contains(sizes.count) else {
        throw ModuleErrors.rank(sizes, wanted: 3...4, type: Self.typeName)
      }
    }
    return try super.forward(x)
  }
}

/// The softmax of the negated input, PyTorch's `torch.nn.Softmin`.
public final class Softmin: Activation {
  /// Creates a softmin along a dimension.
  public init(dim: Int) { super.init(SoftmaxOperators.softmax, [.int(dim), .none]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softmin" }
  override class var argumentNames: [String?] { ["dim"] }

  /// The input's shape.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public override func forward(_ x: Tensor) throws -> Tensor {
    try super.forward(SoftmaxOperators.neg.tensor([.tensor(x)]))
  }
}

private enum SoftmaxOperators {
  static let softmax = OperatorReference("aten::softmax", "int")
  static let logSoftmax = OperatorReference("aten::log_softmax", "int")
  static let neg = OperatorReference("aten::neg")
}
