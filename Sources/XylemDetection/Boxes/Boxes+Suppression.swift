internal import XylemErrors
internal import XylemFiles
public import XylemTensor

extension Boxes {
  /// The boxes that no better box of the same category overlaps too much, best first.
  ///
  /// torchvision's `batched_nms`, with its choice between two ways whose last bits differ.
  ///
  /// - Parameters:
  ///   - boxes: `[N, 4]`.
  ///   - scores: `[N]`.
  ///   - categories: `[N]`, int64: boxes of different categories don't suppress each other.
  ///   - iouThreshold: the overlap above which a box is suppressed.
  /// - Returns: `[K]`, int64: positions.
  /// - Throws: `detection.boxes` for other shapes; `detection.kernels`; `runtime.operator`.
  public static func suppressed(
    _ boxes: Tensor, _ scores: Tensor, categories: Tensor, iouThreshold: Double
  ) throws -> Tensor {
    try checkList(boxes)
    let count = try boxes.count
    guard count > 0 else { return try Tensor.zeros([0], dtype: .int64, device: boxes.device) }
    // Many boxes are cheaper one category after another than all at once.
    if try count > (boxes.device == "cpu" ? 4_000 : 100_000) {
      return try oneByOne(boxes, scores, categories, iouThreshold)
    }
    // Each category is moved to a place of its own, so that boxes of different ones don't overlap.
    let offsets = try categories.typeAs(boxes) * (boxes.max() + boxes.scalar(1))
    return try nms(boxes + offsets.unsqueeze(dim: 1), scores, iouThreshold: iouThreshold)
  }

  private static func oneByOne(
    _ boxes: Tensor, _ scores: Tensor, _ categories: Tensor, _ iouThreshold: Double
  ) throws -> Tensor {
    let isKept = try Tensor.zerosLike(scores, dtype: .bool)
    for category in try categories.unique().integers() {
      let members = try categories.eq(category).positions()
      let kept = try nms(boxes.rows(members), scores.rows(members), iouThreshold: iouThreshold)
      try isKept.assign(true, at: .tensor(members.rows(kept)))
    }
    let kept = try isKept.positions()
    return try kept.rows(scores.rows(kept).sort(descending: true).indices)
  }
}
