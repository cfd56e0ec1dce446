internal import XylemGraph
public import XylemTensor

/// An activation that is a single operator, with an in-place variant.
public class Activation: Module, Layer {
  private let inplace: Bool
  private let op: OperatorReference
  private let inPlaceOperator: OperatorReference?
  private let arguments: [Value]

  /// The printed names of the arguments. An empty name prints only the value, nil omits the argument.
  class var argumentNames: [String?] { [] }
  /// Whether the description shows that the activation works in place.
  class var printsInPlace: Bool { true }

  init(_ op: OperatorReference, inPlace: OperatorReference? = nil, inplace: Bool = false, _ arguments: [Value] = []) {
    self.op = op
    inPlaceOperator = inPlace
    self.inplace = inplace
    self.arguments = arguments
  }

  /// The arguments that the description prints.
  public override var extraDescription: String {
    var parts: [String] = []
    for (name, value) in zip(Self.argumentNames, arguments) {
      guard let name else { continue }
      let text = value.literal?.description ?? "None"
      parts.append(name.isEmpty ? text : "\(name)=\(text)")
    }
    if inplace, Self.printsInPlace { parts.append("inplace=True") }
    return parts.joined(separator: ", ")
  }

  package override class var consistsOfOperators: Bool { true }

  /// The result has the input's shape; elementwise.
  ///
  /// - Throws: `runtime.operator`.
  public func forward(_ x: Tensor) throws -> Tensor {
    let chosen = inplace ? inPlaceOperator ?? op : op
    return try chosen.tensor([.tensor(x)] + arguments)
  }
}

private enum ActivationOperators {
  static let relu = OperatorReference("aten::relu")
  static let reluInPlace = OperatorReference("aten::relu_")
  static let relu6 = OperatorReference("aten::relu6")
  static let relu6InPlace = OperatorReference("aten::relu6_")
  static let silu = OperatorReference("aten::silu")
  static let siluInPlace = OperatorReference("aten::silu_")
  static let hardswish = OperatorReference("aten::hardswish")
  static let hardswishInPlace = OperatorReference("aten::hardswish_")
  static let hardsigmoid = OperatorReference("aten::hardsigmoid")
  static let hardsigmoidInPlace = OperatorReference("aten::hardsigmoid_")
  static let gelu = OperatorReference("aten::gelu")
  static let sigmoid = OperatorReference("aten::sigmoid")
  static let tanh = OperatorReference("aten::tanh")
}

/// `max(x, 0)`, PyTorch's `torch.nn.ReLU`.
public final class ReLU: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) {
    super.init(ActivationOperators.relu, inPlace: ActivationOperators.reluInPlace, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.ReLU" }
}

/// `min(max(x, 0), 6)`, PyTorch's `torch.nn.ReLU6`.
public final class ReLU6: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) {
    super.init(ActivationOperators.relu6, inPlace: ActivationOperators.relu6InPlace, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.ReLU6" }
}

/// `x * sigmoid(x)`, PyTorch's `torch.nn.SiLU`.
public final class SiLU: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) {
    super.init(ActivationOperators.silu, inPlace: ActivationOperators.siluInPlace, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.SiLU" }
}

/// `x * relu6(x + 3) / 6`, PyTorch's `torch.nn.Hardswish`.
public final class Hardswish: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) {
    super.init(ActivationOperators.hardswish, inPlace: ActivationOperators.hardswishInPlace, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Hardswish" }
  override class var printsInPlace: Bool { false }
}

/// `relu6(x + 3) / 6`, PyTorch's `torch.nn.Hardsigmoid`.
public final class Hardsigmoid: Activation {
  /// Creates an activation, optionally in place.
  public init(inplace: Bool = false) {
    super.init(ActivationOperators.hardsigmoid, inPlace: ActivationOperators.hardsigmoidInPlace, inplace: inplace)
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Hardsigmoid" }
  override class var printsInPlace: Bool { false }
}

/// `x * Φ(x)` with the cumulative distribution function Φ of the normal distribution, PyTorch's `torch.nn.GELU`.
public final class GELU: Activation {
  /// How Φ is computed.
  public enum Approximation: String, Sendable {
    /// Exactly.
    case none
    /// With a hyperbolic tangent.
    case tanh
  }

  /// Creates an activation.
  public init(approximate: Approximation = .none) {
    super.init(ActivationOperators.gelu, [.string(approximate.rawValue)])
  }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.GELU" }
  override class var argumentNames: [String?] { ["approximate"] }
}

/// `1 / (1 + exp(-x))`, PyTorch's `torch.nn.Sigmoid`.
public final class Sigmoid: Activation {
  /// Creates an activation.
  public init() { super.init(ActivationOperators.sigmoid) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Sigmoid" }
}

/// The hyperbolic tangent, PyTorch's `torch.nn.Tanh`.
public final class Tanh: Activation {
  /// Creates an activation.
  public init() { super.init(ActivationOperators.tanh) }
  /// The type name in PyTorch.
  public override class var typeName: String { "torch.nn.modules.activation.Tanh" }
}
