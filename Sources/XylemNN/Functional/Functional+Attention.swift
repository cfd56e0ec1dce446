public import XylemErrors
public import XylemTensor

private enum AttentionOperators {
  static let attention = OperatorReference("aten::scaled_dot_product_attention")
  static let cosineSimilarity = OperatorReference("aten::cosine_similarity")
  static let pairwiseDistance = OperatorReference("aten::pairwise_distance")
  static let oneHot = OperatorReference("aten::one_hot")
}

extension Functional {
  /// `softmax(q @ kᵀ * scale + mask) @ v` of `[…, L, E]`, `[…, S, E]` and `[…, S, V]`; an operator.
  ///
  /// - Parameters:
  ///   - attnMask: numbers are added; for Booleans, false excludes a key.
  ///   - dropoutP: the fraction of the weights that is zeroed, also in eval mode.
  ///   - isCausal: whether a query attends only to keys up to its own position.
  ///   - scale: `1 / sqrt(E)` by default.
  /// - Throws: `runtime.operator` with the shapes.
  public static func scaledDotProductAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, attnMask: Tensor? = nil, dropoutP: Double = 0,
    isCausal: Bool = false, scale: Double? = nil, enableGQA: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try AttentionOperators.attention.tensor(
      [
        .tensor(query), .tensor(key), .tensor(value), attnMask.moduleValue, .float(dropoutP), .bool(isCausal),
        scale.moduleValue, .bool(enableGQA),
      ], at: CallSite(file, line))
  }

  /// The cosine of the angle between vectors along a dimension; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func cosineSimilarity(
    _ x: Tensor, _ y: Tensor, dim: Int = 1, eps: Double = 1e-8, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try AttentionOperators.cosineSimilarity.tensor(
      [.tensor(x), .tensor(y), .int(dim), .float(eps)], at: CallSite(file, line))
  }

  /// The p-norm of the difference along the last dimension; an operator.
  ///
  /// - Throws: `runtime.operator` with the shapes.
  public static func pairwiseDistance(
    _ x: Tensor, _ y: Tensor, p: Double = 2, eps: Double = 1e-6, keepdim: Bool = false, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try AttentionOperators.pairwiseDistance.tensor(
      [.tensor(x), .tensor(y), .float(p), .float(eps), .bool(keepdim)], at: CallSite(file, line))
  }

  /// For each integer a vector that is 1 there and 0 elsewhere, `[…, numClasses]`; an operator.
  ///
  /// - Parameter numClasses: by default one more than the greatest integer.
  /// - Throws: `runtime.operator` for integers that are not valid classes.
  public static func oneHot(
    _ x: Tensor, numClasses: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try AttentionOperators.oneHot.tensor([.tensor(x), .int(numClasses ?? -1)], at: CallSite(file, line))
  }
}
