public import XylemErrors
internal import XylemFiles
public import XylemTensor

/// Boxes as the distances of their edges from the centres of reference boxes, as in FCOS: Tian et al.,
/// arXiv:1904.01355.
public struct BoxLinearCoder: Sendable {
  /// Whether distances are relative to the size of the reference box.
  public let normalizesBySize: Bool

  /// Creates a coder.
  public init(normalizesBySize: Bool = true) { self.normalizesBySize = normalizesBySize }

  private func center(_ boxes: Tensor, _ axis: Int) throws(XylemError) -> Tensor {
    try 0.5 * (boxes.last(axis) + boxes.last(axis + 2))
  }

  /// The width, height, width and height of boxes, `[…, 4]`.
  private func sizes(_ boxes: Tensor) throws(XylemError) -> Tensor {
    let (width, height) = (try boxes.last(2) - boxes.last(0), try boxes.last(3) - boxes.last(1))
    return try Tensor.stack([width, height, width, height], dim: -1)
  }

  /// The distances of boxes' edges from the centres of reference boxes: left, top, right, bottom.
  ///
  /// - Parameters:
  ///   - boxes: `[…, 4]`.
  ///   - references: `[…, 4]`.
  /// - Returns: `[…, 4]`.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func encode(_ boxes: Tensor, from references: Tensor) throws(XylemError) -> Tensor {
    try Boxes.check(boxes)
    try Boxes.check(references, "the reference boxes")
    let (x, y) = (try center(references, 0), try center(references, 1))
    let distances = try Tensor.stack(
      [try x - boxes.last(0), try y - boxes.last(1), try boxes.last(2) - x, try boxes.last(3) - y], dim: -1)
    return normalizesBySize ? try distances / sizes(references) : distances
  }

  /// The boxes whose edges have distances from the centres of reference boxes.
  ///
  /// - Parameters:
  ///   - distances: `[…, 4]`.
  ///   - references: `[…, 4]`.
  /// - Returns: `[…, 4]`.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func decode(_ distances: Tensor, from references: Tensor) throws(XylemError) -> Tensor {
    try Boxes.check(distances, "the distances")
    try Boxes.check(references, "the reference boxes")
    let references = try references.to(distances.dtype ?? .float32)
    let distances = normalizesBySize ? try distances * sizes(references) : distances
    let (x, y) = (try center(references, 0), try center(references, 1))
    return try Tensor.stack(
      [try x - distances.last(0), try y - distances.last(1), try x + distances.last(2), try y + distances.last(3)],
      dim: -1)
  }
}
