public import XylemErrors
public import XylemTensor

private enum ShrinkageOperators {
  static let threshold = OperatorReference("aten::threshold")
  static let hardshrink = OperatorReference("aten::hardshrink")
  static let softshrink = OperatorReference("aten::softshrink")
  static let logSigmoid = OperatorReference("aten::log_sigmoid")
  static let rrelu = OperatorReference("aten::rrelu")
  static let alphaDropout = OperatorReference("aten::alpha_dropout")
  static let featureDropout = OperatorReference("aten::feature_dropout")
}

extension Functional {
  /// `x` above a threshold, and a fixed value otherwise.
  ///
  /// - Throws: `runtime.operator`.
  public static func threshold(
    _ x: Tensor, _ threshold: Double, _ value: Double, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.threshold", x, threshold, value, at: CallSite(file, line)) {
      try ShrinkageOperators.threshold.tensor([.tensor($0), .float($1), .float($2)])
    }
  }

  /// `x` beyond `lambd` on either side of 0, and 0 between; an operator.
  ///
  /// - Throws: `runtime.operator`.
  public static func hardshrink(_ x: Tensor, lambd: Double = 0.5, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ShrinkageOperators.hardshrink.tensor([.tensor(x), .float(lambd)], at: CallSite(file, line))
  }

  /// `x` moved by `lambd` towards 0, and 0 between; an operator.
  ///
  /// - Throws: `runtime.operator` for a negative `lambd`.
  public static func softshrink(_ x: Tensor, lambd: Double = 0.5, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ShrinkageOperators.softshrink.tensor([.tensor(x), .float(lambd)], at: CallSite(file, line))
  }

  /// `log(1 / (1 + exp(-x)))`, without overflow; an operator.
  ///
  /// - Throws: `runtime.operator`.
  public static func logSigmoid(_ x: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ShrinkageOperators.logSigmoid.tensor([.tensor(x)], at: CallSite(file, line))
  }

  /// `x / (1 + |x|)`.
  ///
  /// - Throws: `runtime.operator`.
  public static func softsign(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.softsign", x, at: CallSite(file, line)) {
      try $0 / ($0.abs() + 1)
    }
  }

  /// `x - tanh(x)`.
  ///
  /// - Throws: `runtime.operator`.
  public static func tanhshrink(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.tanhshrink", x, at: CallSite(file, line)) {
      try $0 - $0.tanh()
    }
  }

  /// The softmax of `-x` along a dimension.
  ///
  /// - Throws: `runtime.operator`.
  public static func softmin(_ x: Tensor, dim: Int, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try functional("torch.nn.functional.softmin", x, dim, at: CallSite(file, line)) {
      try (-$0).softmax(dim: $1)
    }
  }

  /// `x`, or a slope times `x` if it is negative: in training a random one for each element, otherwise the middle of
  /// the bounds.
  ///
  /// - Throws: `runtime.operator` where the lower bound is greater than the upper one.
  public static func rrelu(
    _ x: Tensor, lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, training: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.rrelu", x, lower, upper, training, at: CallSite(file, line)) {
      try ShrinkageOperators.rrelu.tensor([.tensor($0), .float($1), .float($2), .bool($3), .none])
    }
  }

  /// In training, drops elements at random so that mean and variance of SELU's outputs are kept.
  ///
  /// - Throws: `runtime.operator` for a `p` outside 0 to 1.
  public static func alphaDropout(
    _ x: Tensor, p: Double = 0.5, training: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.alpha_dropout", x, p, training, at: CallSite(file, line)) {
      try ShrinkageOperators.alphaDropout.tensor([.tensor($0), .float($1), .bool($2)])
    }
  }

  /// In training, zeroes channels of `[N, C, H, W]` at random and scales up the rest.
  ///
  /// - Throws: `runtime.operator` for a `p` outside 0 to 1.
  public static func dropout2d(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.dropout2d", x, p, training, at: CallSite(file, line)) {
      try ShrinkageOperators.featureDropout.tensor([.tensor($0), .float($1), .bool($2)])
    }
  }

  /// In training, zeroes channels of `[N, C, D, H, W]` at random and scales up the rest.
  ///
  /// - Throws: `runtime.operator` for a `p` outside 0 to 1.
  public static func dropout3d(
    _ x: Tensor, p: Double = 0.5, training: Bool = true, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.dropout3d", x, p, training, at: CallSite(file, line)) {
      try ShrinkageOperators.featureDropout.tensor([.tensor($0), .float($1), .bool($2)])
    }
  }
}
