public import XylemTensor

private enum Operators {
  static let leakyReLU = OperatorReference("aten::leaky_relu")
  static let leakyReLUInPlace = OperatorReference("aten::leaky_relu_")
  static let elu = OperatorReference("aten::elu")
  static let eluInPlace = OperatorReference("aten::elu_")
  static let selu = OperatorReference("aten::selu")
  static let seluInPlace = OperatorReference("aten::selu_")
  static let celu = OperatorReference("aten::celu")
  static let celuInPlace = OperatorReference("aten::celu_")
  static let hardtanh = OperatorReference("aten::hardtanh")
  static let hardtanhInPlace = OperatorReference("aten::hardtanh_")
  static let threshold = OperatorReference("aten::threshold")
  static let thresholdInPlace = OperatorReference("aten::threshold_")
  static let hardshrink = OperatorReference("aten::hardshrink")
  static let softshrink = OperatorReference("aten::softshrink")
}

/// `x` above 0, and `negativeSlope * x` below, PyTorch's `torch.nn.LeakyReLU`.
public final class LeakyReLU: Activation {
  /// Creates an activation, optionally in place.
  public init(_ negativeSlope: Double = 0.01, inplace: Bool = false) {
    super.init(Operators.leakyReLU, inPlace: Operators.leakyReLUInPlace, inplace: inplace, [.float(negativeSlope)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.LeakyReLU" }
  override class var argumentNames: [String?] { ["negative_slope"] }
}

/// `x` above 0, and `alpha * (exp(x) - 1)` below, PyTorch's `torch.nn.ELU`.
public final class ELU: Activation {
  /// Creates an activation, optionally in place.
  public init(_ alpha: Double = 1, inplace: Bool = false) {
    super.init(Operators.elu, inPlace: Operators.eluInPlace, inplace: inplace, [.float(alpha)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.ELU" }
  override class var argumentNames: [String?] { ["alpha"] }
}

/// `ELU` with the constants that preserve mean 0 and variance 1: Klambauer et al., arXiv:1706.02515, PyTorch's
/// `torch.nn.SELU`.
public final class SELU: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) { super.init(Operators.selu, inPlace: Operators.seluInPlace, inplace: inplace) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.SELU" }
}

/// `x` above 0, and `alpha * (exp(x / alpha) - 1)` below, PyTorch's `torch.nn.CELU`.
public final class CELU: Activation {
  /// Creates an activation, optionally in place.
  public init(_ alpha: Double = 1, inplace: Bool = false) {
    super.init(Operators.celu, inPlace: Operators.celuInPlace, inplace: inplace, [.float(alpha)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.CELU" }
  override class var argumentNames: [String?] { ["alpha"] }
}

/// `x` clamped between two bounds, PyTorch's `torch.nn.Hardtanh`.
public final class Hardtanh: Activation {
  /// Creates an activation, optionally in place.
  public init(_ minVal: Double = -1, _ maxVal: Double = 1, inplace: Bool = false) {
    super.init(
      Operators.hardtanh, inPlace: Operators.hardtanhInPlace, inplace: inplace, [.float(minVal), .float(maxVal)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Hardtanh" }
  override class var argumentNames: [String?] { ["min_val", "max_val"] }
}

/// `x` above a threshold, and a fixed value otherwise, PyTorch's `torch.nn.Threshold`.
public final class Threshold: Activation {
  /// Creates an activation, optionally in place.
  public init(_ threshold: Double, _ value: Double, inplace: Bool = false) {
    super.init(
      Operators.threshold, inPlace: Operators.thresholdInPlace, inplace: inplace, [.float(threshold), .float(value)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Threshold" }
  override class var argumentNames: [String?] { ["threshold", "value"] }
}

/// `x` beyond `lambd` on either side of 0, and 0 between, PyTorch's `torch.nn.Hardshrink`.
public final class Hardshrink: Activation {
  /// Creates an activation.
  public init(_ lambd: Double = 0.5) { super.init(Operators.hardshrink, [.float(lambd)]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Hardshrink" }
  override class var argumentNames: [String?] { [""] }
}

/// `x` moved towards 0 by `lambd`, and 0 if it would cross 0, PyTorch's `torch.nn.Softshrink`.
public final class Softshrink: Activation {
  /// Creates an activation.
  public init(_ lambd: Double = 0.5) { super.init(Operators.softshrink, [.float(lambd)]) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Softshrink" }
  override class var argumentNames: [String?] { [""] }
}

/// `x` above 0, and a learned slope times `x` below, PyTorch's `torch.nn.PReLU`: He et al., arXiv:1502.01852.
public final class PReLU: Module, Layer {
  /// The slopes, `[numParameters]`.
  public let weight: Parameter

  /// Creates an activation with one slope for all channels, or one for each.
  ///
  /// - Parameter initial: the initial slopes.
  public init(_ numParameters: Int = 1, init initial: Double = 0.25) {
    weight = Parameter([numParameters], .constant(initial))
  }

  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.PReLU" }
  /// The arguments that the description prints.
  public override var extraDescription: String { "num_parameters=\(weight.tensor.knownSizes?.first ?? 0)" }
  package override class var consistsOfOperators: Bool { true }

  private static let op = OperatorReference("aten::prelu")

  /// `[N, C, …]` to the same shape.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public func forward(_ x: Tensor) throws -> Tensor { try Self.op.tensor([.tensor(x), .tensor(weight.tensor)]) }
}
