internal import XylemErrors
public import XylemTensor

private enum MarginOperators {
  static let poisson = OperatorReference("aten::poisson_nll_loss")
  static let softMargin = OperatorReference("aten::soft_margin_loss")
  static let multiMargin = OperatorReference("aten::multi_margin_loss")
  static let multilabelMargin = OperatorReference("aten::multilabel_margin_loss")
}

extension Functional {
  /// The negative log likelihood of counts under Poisson distributions.
  ///
  /// - Parameters:
  ///   - logInput: whether `x` are the logarithms of the rates, and not the rates.
  ///   - full: whether Stirling's approximation of the term that does not depend on `x` is added.
  ///   - eps: added to rates before their logarithm is taken.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func poissonNLLLoss(
    _ x: Tensor, _ target: Tensor, logInput: Bool = true, full: Bool = false, eps: Double = 1e-8,
    reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.poisson_nll_loss", x, target, logInput, full, eps, reduction.rawValue,
      at: CallSite(file, line)
    ) {
      try MarginOperators.poisson.tensor([.tensor($0), .tensor($1), .bool($2), .bool($3), .float($4), .int($5)])
    }
  }

  /// `log(1 + exp(-target * x))`, for targets of 1 and -1.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func softMarginLoss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.soft_margin_loss", x, target, reduction.rawValue, at: CallSite(file, line)) {
      try MarginOperators.softMargin.tensor([.tensor($0), .tensor($1), .int($2)])
    }
  }

  /// How far the scores `[N, C]` of other classes come within a margin of the target's, to the power of `p`, as a
  /// mean over classes.
  ///
  /// - Throws: `runtime.operator` with the shapes, and for another `p` than 1 and 2.
  public static func multiMarginLoss(
    _ x: Tensor, _ target: Tensor, p: Int = 1, margin: Double = 1, weight: Tensor? = nil, reduction: Reduction = .mean,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.multi_margin_loss", x, target, p, margin, weight, reduction.rawValue,
      at: CallSite(file, line)
    ) {
      try MarginOperators.multiMargin.tensor([.tensor($0), .tensor($1), .int($2), .float($3), $4.moduleValue, .int($5)])
    }
  }

  /// How far the scores `[N, C]` of other classes come within 1 of each target's; targets are classes up to the first
  /// -1.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func multilabelMarginLoss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.multilabel_margin_loss", x, target, reduction.rawValue, at: CallSite(file, line)
    ) {
      try MarginOperators.multilabelMargin.tensor([.tensor($0), .tensor($1), .int($2)])
    }
  }
}
