internal import XylemErrors
public import XylemTensor

private enum Operators {
  static let triplet = OperatorReference("aten::triplet_margin_loss")
  static let ctc = OperatorReference("aten::ctc_loss", "Tensor")
  static let cosine = OperatorReference("aten::cosine_embedding_loss")
  static let ranking = OperatorReference("aten::margin_ranking_loss")
  static let hinge = OperatorReference("aten::hinge_embedding_loss")
}

extension Functional {
  /// The distance between an anchor and a positive example, less that to a negative one, plus a margin: `[N, D]` each.
  ///
  /// - Parameters:
  ///   - p: the p of the distance's p-norm.
  ///   - swap: whether the negative distance is the smaller of those from the anchor and from the positive example.
  /// - Throws: `model.argument` for a margin that is not positive; `runtime.operator` with the shapes.
  public static func tripletMarginLoss(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, eps: Double = 1e-6,
    swap: Bool = false, reduction: Reduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    guard margin > 0 else { throw ModuleErrors.option("tripletMarginLoss needs a positive margin, not \(margin)") }
    return try functional(
      "torch.nn.functional.triplet_margin_loss", anchor, positive, negative, margin, p, eps, swap, reduction.rawValue,
      at: CallSite(file, line)
    ) {
      try Operators.triplet.tensor([
        .tensor($0), .tensor($1), .tensor($2), .float($3), .float($4), .float($5), .bool($6), .int($7),
      ])
    }
  }

  /// The negative log likelihood of label sequences over all alignments: Graves et al. 2006.
  ///
  /// - Parameters:
  ///   - logProbs: `[T, N, C]`.
  ///   - targets: `[N, S]`, or all of them concatenated; without `blank`.
  ///   - inputLengths: `[N]`, as are the targets' lengths.
  ///   - zeroInfinity: whether infinite losses, of inputs that are too short, become zero.
  /// - Throws: `runtime.operator` with the shapes.
  public static func ctcLoss(
    _ logProbs: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: Int = 0,
    reduction: Reduction = .mean, zeroInfinity: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.ctc_loss", logProbs, targets, inputLengths, targetLengths, blank, reduction.rawValue,
      zeroInfinity, at: CallSite(file, line)
    ) {
      try Operators.ctc.tensor([
        .tensor($0), .tensor($1), .tensor($2), .tensor($3), .int($4), .int($5), .bool($6),
      ])
    }
  }

  /// One minus the cosine for pairs `[N, D]` with target 1; the excess of the cosine over a margin for pairs with
  /// target -1.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func cosineEmbeddingLoss(
    _ x: Tensor, _ y: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.cosine_embedding_loss", x, y, target, margin, reduction.rawValue, at: CallSite(file, line)
    ) { try Operators.cosine.tensor([.tensor($0), .tensor($1), .tensor($2), .float($3), .int($4)]) }
  }

  /// The distance of pairs from the order that a target of 1 or -1 gives, with a margin.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func marginRankingLoss(
    _ x: Tensor, _ y: Tensor, _ target: Tensor, margin: Double = 0, reduction: Reduction = .mean,
    file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.margin_ranking_loss", x, y, target, margin, reduction.rawValue, at: CallSite(file, line)
    ) { try Operators.ranking.tensor([.tensor($0), .tensor($1), .tensor($2), .float($3), .int($4)]) }
  }

  /// Distances with target 1, and the amount by which those with target -1 are below a margin.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func hingeEmbeddingLoss(
    _ x: Tensor, _ target: Tensor, margin: Double = 1, reduction: Reduction = .mean, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try functional(
      "torch.nn.functional.hinge_embedding_loss", x, target, margin, reduction.rawValue, at: CallSite(file, line)
    ) { try Operators.hinge.tensor([.tensor($0), .tensor($1), .float($2), .int($3)]) }
  }
}
