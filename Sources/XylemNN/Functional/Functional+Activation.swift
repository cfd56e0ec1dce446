public import XylemErrors
public import XylemTensor

/// PyTorch's short name for ``Functional``.
public typealias F = Functional

private enum ActivationOperators {
  static let relu6 = OperatorReference("aten::relu6")
  static let relu6InPlace = OperatorReference("aten::relu6_")
  static let leakyRelu = OperatorReference("aten::leaky_relu")
  static let leakyReluInPlace = OperatorReference("aten::leaky_relu_")
  static let elu = OperatorReference("aten::elu")
  static let eluInPlace = OperatorReference("aten::elu_")
  static let silu = OperatorReference("aten::silu")
  static let siluInPlace = OperatorReference("aten::silu_")
  static let mish = OperatorReference("aten::mish")
  static let mishInPlace = OperatorReference("aten::mish_")
  static let hardswish = OperatorReference("aten::hardswish")
  static let hardswishInPlace = OperatorReference("aten::hardswish_")
  static let hardsigmoid = OperatorReference("aten::hardsigmoid")
  static let hardsigmoidInPlace = OperatorReference("aten::hardsigmoid_")
  static let sigmoid = OperatorReference("aten::sigmoid")
  static let tanh = OperatorReference("aten::tanh")
  static let softmax = OperatorReference("aten::softmax", "int")
  static let logSoftmax = OperatorReference("aten::log_softmax", "int")
  static let gelu = OperatorReference("aten::gelu")
  static let softplus = OperatorReference("aten::softplus")
}

extension Functional {
  /// `min(max(x, 0), 6)`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func relu6(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.relu6", x, inplace, at: CallSite(file, line)) {
      try ($1 ? ActivationOperators.relu6InPlace : ActivationOperators.relu6).tensor([.tensor($0)])
    }
  }

  /// `x`, or `negativeSlope * x` if it is negative.
  ///
  /// - Throws: `runtime.operator`.
  public static func leakyRelu(
    _ x: Tensor, negativeSlope: Double = 0.01, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.leaky_relu", x, negativeSlope, inplace, at: CallSite(file, line)) {
      try ($2 ? ActivationOperators.leakyReluInPlace : ActivationOperators.leakyRelu).tensor([.tensor($0), .float($1)])
    }
  }

  /// `x`, or `alpha * (exp(x) - 1)` if it is negative.
  ///
  /// - Throws: `runtime.operator`.
  public static func elu(
    _ x: Tensor, alpha: Double = 1, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.elu", x, alpha, inplace, at: CallSite(file, line)) {
      try ($2 ? ActivationOperators.eluInPlace : ActivationOperators.elu).tensor([.tensor($0), .float($1)])
    }
  }

  /// `x * sigmoid(x)`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func silu(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.silu", x, inplace, at: CallSite(file, line)) {
      try ($1 ? ActivationOperators.siluInPlace : ActivationOperators.silu).tensor([.tensor($0)])
    }
  }

  /// `x * tanh(softplus(x))`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func mish(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.mish", x, inplace, at: CallSite(file, line)) {
      try ($1 ? ActivationOperators.mishInPlace : ActivationOperators.mish).tensor([.tensor($0)])
    }
  }

  /// `x * relu6(x + 3) / 6`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func hardswish(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.hardswish", x, inplace, at: CallSite(file, line)) {
      try ($1 ? ActivationOperators.hardswishInPlace : ActivationOperators.hardswish).tensor([.tensor($0)])
    }
  }

  /// `relu6(x + 3) / 6`, optionally in place.
  ///
  /// - Throws: `runtime.operator`.
  public static func hardsigmoid(
    _ x: Tensor, inplace: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.hardsigmoid", x, inplace, at: CallSite(file, line)) {
      try ($1 ? ActivationOperators.hardsigmoidInPlace : ActivationOperators.hardsigmoid).tensor([.tensor($0)])
    }
  }

  /// `1 / (1 + exp(-x))`.
  ///
  /// - Throws: `runtime.operator`.
  public static func sigmoid(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.sigmoid", x, at: CallSite(file, line)) {
      try ActivationOperators.sigmoid.tensor([.tensor($0)])
    }
  }

  /// The hyperbolic tangent.
  ///
  /// - Throws: `runtime.operator`.
  public static func tanh(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.tanh", x, at: CallSite(file, line)) {
      try ActivationOperators.tanh.tensor([.tensor($0)])
    }
  }

  /// `exp(x)` over its sum along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public static func softmax(_ x: Tensor, dim: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.softmax", x, dim, at: CallSite(file, line)) {
      try ActivationOperators.softmax.tensor([.tensor($0), .int($1)])
    }
  }

  /// The logarithm of the softmax along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public static func logSoftmax(_ x: Tensor, dim: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.log_softmax", x, dim, at: CallSite(file, line)) {
      try ActivationOperators.logSoftmax.tensor([.tensor($0), .int($1)])
    }
  }

  /// `x` times the cumulative distribution function of the normal distribution at `x`; an operator.
  ///
  /// - Parameter approximate: `tanh` for the approximation with that function.
  /// - Throws: `runtime.operator`.
  public static func gelu(
    _ x: Tensor, approximate: String = "none", file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ActivationOperators.gelu.tensor([.tensor(x), .string(approximate)], at: CallSite(file, line))
  }

  /// `log(1 + exp(beta * x)) / beta`, and `x` if `beta * x` exceeds the threshold; an operator.
  ///
  /// - Throws: `runtime.operator`.
  public static func softplus(
    _ x: Tensor, beta: Double = 1, threshold: Double = 20, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ActivationOperators.softplus.tensor([.tensor(x), .float(beta), .float(threshold)], at: CallSite(file, line))
  }
}
