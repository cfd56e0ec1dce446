internal import XylemErrors
public import XylemTensor

/// The reduction of elementwise losses.
public enum Reduction: Int, Sendable {
  /// They are not reduced.
  case none = 0
  /// Their mean.
  case mean
  /// Their sum.
  case sum
}

/// The reduction of elementwise divergences.
public enum DivergenceReduction: String, Sendable {
  /// They are not reduced.
  case none
  /// Their mean over all elements.
  case mean
  /// Their sum.
  case sum
  /// Their sum divided by the size of the first dimension, which matches the definition of the divergence.
  case batchMean = "batchmean"
}

private enum LossOperators {
  static let crossEntropy = OperatorReference("aten::cross_entropy_loss")
  static let nll = OperatorReference("aten::nll_loss_nd")
  static let mse = OperatorReference("aten::mse_loss")
  static let l1 = OperatorReference("aten::l1_loss")
  static let smoothL1 = OperatorReference("aten::smooth_l1_loss")
  static let huber = OperatorReference("aten::huber_loss")
  static let binary = OperatorReference("aten::binary_cross_entropy")
  static let binaryLogits = OperatorReference("aten::binary_cross_entropy_with_logits")
  static let divergence = OperatorReference("aten::kl_div")
}

extension Functional {
  /// The cross entropy of logits `[N, C, …]` and classes `[N, …]`, or probabilities `[N, C, …]`.
  ///
  /// - Parameter ignoreIndex: a class whose elements are ignored.
  /// - Throws: `runtime.operator` with the shapes, and for classes that do not exist.
  public static func crossEntropy(
    _ x: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    labelSmoothing: Double = 0, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.cross_entropy", x, target, weight, ignoreIndex, reduction.rawValue, labelSmoothing,
      at: CallSite(file, line)
    ) {
      try LossOperators.crossEntropy.tensor([
        .tensor($0), .tensor($1), $2.moduleValue, .int($4), .int($3), .float($5),
      ])
    }
  }

  /// The negative log likelihood of log probabilities `[N, C, …]` and classes `[N, …]`.
  ///
  /// - Throws: `runtime.operator` with the shapes, and for classes that do not exist.
  public static func nllLoss(
    _ x: Tensor, _ target: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.nll_loss", x, target, weight, ignoreIndex, reduction.rawValue, at: CallSite(file, line)
    ) { try LossOperators.nll.tensor([.tensor($0), .tensor($1), $2.moduleValue, .int($4), .int($3)]) }
  }

  /// The squared difference.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func mseLoss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.mse_loss", x, target, reduction.rawValue, at: CallSite(file, line)) {
      try LossOperators.mse.tensor([.tensor($0), .tensor($1), .int($2)])
    }
  }

  /// The absolute difference.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func l1Loss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional("torch.nn.functional.l1_loss", x, target, reduction.rawValue, at: CallSite(file, line)) {
      try LossOperators.l1.tensor([.tensor($0), .tensor($1), .int($2)])
    }
  }

  /// The absolute difference, with a parabola below `beta` that joins it smoothly.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func smoothL1Loss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, beta: Double = 1, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.smooth_l1_loss", x, target, reduction.rawValue, beta, at: CallSite(file, line)
    ) { try LossOperators.smoothL1.tensor([.tensor($0), .tensor($1), .int($2), .float($3)]) }
  }

  /// Half the squared difference, with a line above `delta` that joins it smoothly.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func huberLoss(
    _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean, delta: Double = 1, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.huber_loss", x, target, reduction.rawValue, delta, at: CallSite(file, line)
    ) { try LossOperators.huber.tensor([.tensor($0), .tensor($1), .int($2), .float($3)]) }
  }

  /// The cross entropy of probabilities for two outcomes.
  ///
  /// - Throws: `runtime.operator` with the shapes, and for numbers that are not probabilities.
  public static func binaryCrossEntropy(
    _ x: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.binary_cross_entropy", x, target, weight, reduction.rawValue, at: CallSite(file, line)
    ) { try LossOperators.binary.tensor([.tensor($0), .tensor($1), $2.moduleValue, .int($3)]) }
  }

  /// The cross entropy of logits for two outcomes, accurate for large logits too.
  ///
  /// - Parameter posWeight: the weight of positive targets.
  /// - Throws: `runtime.operator` with the shapes.
  public static func binaryCrossEntropyWithLogits(
    _ x: Tensor, _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, posWeight: Tensor? = nil,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.binary_cross_entropy_with_logits", x, target, weight, reduction.rawValue, posWeight,
      at: CallSite(file, line)
    ) {
      try LossOperators.binaryLogits.tensor([
        .tensor($0), .tensor($1), $2.moduleValue, $4.moduleValue, .int($3),
      ])
    }
  }

  /// The Kullback-Leibler divergence of log probabilities from probabilities, or from log probabilities.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func klDiv(
    _ x: Tensor, _ target: Tensor, reduction: DivergenceReduction = .mean, logTarget: Bool = false,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.kl_div", x, target, reduction.rawValue, logTarget, at: CallSite(file, line)
    ) { x, target, _, logTarget in
      let kind: Reduction =
        switch reduction {
        case .none: .none
        case .mean: .mean
        case .sum, .batchMean: .sum
        }
      let found = try LossOperators.divergence.tensor([
        .tensor(x), .tensor(target), .int(kind.rawValue), .bool(logTarget),
      ])
      return try reduction == .batchMean ? found / x.shape[0] : found
    }
  }
}
