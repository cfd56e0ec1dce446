public import XylemTensor

private enum Operators {
  static let mish = OperatorReference("aten::mish")
  static let mishInPlace = OperatorReference("aten::mish_")
  static let softplus = OperatorReference("aten::softplus")
  static let logSigmoid = OperatorReference("aten::log_sigmoid")
  static let glu = OperatorReference("aten::glu")
}

/// `x * tanh(log(1 + exp(x)))`: Misra, arXiv:1908.08681, PyTorch's `torch.nn.Mish`.
public final class Mish: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) { super.init(Operators.mish, inPlace: Operators.mishInPlace, inplace: inplace) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Mish" }
}

/// `log(1 + exp(beta * x)) / beta`, and `x` if `beta * x` exceeds the threshold, PyTorch's `torch.nn.Softplus`.
public final class Softplus: Activation {
  /// Creates an activation.
  public init(beta: Double = 1, threshold: Double = 20) {
    super.init(Operators.softplus, [.float(beta), .float(threshold)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softplus" }
  override class var argumentNames: [String?] { ["beta", "threshold"] }
}

/// `log(1 / (1 + exp(-x)))`, PyTorch's `torch.nn.LogSigmoid`.
public final class LogSigmoid: Activation {
  /// Creates an activation.
  public init() { super.init(Operators.logSigmoid) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.LogSigmoid" }
}

/// One half of a dimension times the sigmoid of the other half, which halves that dimension, PyTorch's `torch.nn.GLU`.
public final class GLU: Activation {
  /// Creates an activation.
  public init(dim: Int = -1) { super.init(Operators.glu, [.int(dim)]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.GLU" }
  override class var argumentNames: [String?] { ["dim"] }
}

/// `x / (1 + |x|)`, PyTorch's `torch.nn.Softsign`.
public final class Softsign: Module, Layer {
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softsign" }
  package override class var consistsOfOperators: Bool { true }

  private static let absOperator = OperatorReference("aten::abs")
  private static let addOperator = OperatorReference("aten::add", "Scalar")
  private static let divOperator = OperatorReference("aten::div", "Tensor")

  /// The result has the input's shape; elementwise.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let divisor = try Self.addOperator.tensor([.tensor(Self.absOperator.tensor([.tensor(x)])), .int(1)])
    return try Self.divOperator.tensor([.tensor(x), .tensor(divisor)])
  }
}

/// `x - tanh(x)`, PyTorch's `torch.nn.Tanhshrink`.
public final class Tanhshrink: Module, Layer {
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Tanhshrink" }
  package override class var consistsOfOperators: Bool { true }

  private static let tanhOperator = OperatorReference("aten::tanh")
  private static let subOperator = OperatorReference("aten::sub", "Tensor")

  /// The result has the input's shape; elementwise.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    try Self.subOperator.tensor([.tensor(x), .tensor(Self.tanhOperator.tensor([.tensor(x)]))])
  }
}
