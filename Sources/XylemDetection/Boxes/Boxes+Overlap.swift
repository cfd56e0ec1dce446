public import XylemErrors
public import XylemTensor

/// Overlaps of each box of one list with each of another.
extension Boxes {
  /// Intersections over unions: `[…, N, 4]` and `[…, M, 4]` to `[…, N, M]`. Two empty boxes have NaN.
  ///
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func iou(_ boxes: Tensor, _ others: Tensor, format: BoxFormat = .xyxy) throws(XylemError) -> Tensor {
    let (shared, union) = try overlap(boxes, others, format)
    return try shared / union
  }

  /// Intersections over unions, less the part of the smallest enclosing box that is in neither: Rezatofighi et al.,
  /// arXiv:1902.09630. `[…, N, 4]` and `[…, M, 4]` to `[…, N, M]`, from -1 to 1.
  ///
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func generalizedIoU(_ boxes: Tensor, _ others: Tensor) throws(XylemError) -> Tensor {
    let (shared, union) = try overlap(boxes, others, .xyxy)
    let span = try enclosingSpan(boxes, others)
    let enclosing = try span.last(0) * span.last(1)
    return try shared / union - (enclosing - union) / enclosing
  }

  /// Intersections over unions, less the squared distance of the centres relative to the diagonal of the smallest
  /// enclosing box: Zheng et al., arXiv:1911.08287. `[…, N, 4]` and `[…, M, 4]` to `[…, N, M]`.
  ///
  /// - Parameter eps: is added to the squared diagonal.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func distanceIoU(_ boxes: Tensor, _ others: Tensor, eps: Double = 1e-7) throws(XylemError) -> Tensor {
    try distance(boxes.widened(), others.widened(), eps).distance
  }

  /// The distance IoU, less a term for different aspect ratios: Zheng et al., arXiv:1911.08287. `[…, N, 4]` and
  /// `[…, M, 4]` to `[…, N, M]`.
  ///
  /// - Parameter eps: is added to divisors.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func completeIoU(_ boxes: Tensor, _ others: Tensor, eps: Double = 1e-7) throws(XylemError) -> Tensor {
    let (boxes, others) = (try boxes.widened(), try others.widened())
    let (distance, iou) = try distance(boxes, others, eps)
    func angle(_ boxes: Tensor) throws(XylemError) -> Tensor {
      try ((boxes.last(2) - boxes.last(0)) / (boxes.last(3) - boxes.last(1))).atan()
    }
    let difference = try angle(boxes).unsqueeze(dim: -1) - angle(others).unsqueeze(dim: -2)
    return try distance - aspectPenalty(difference, iou, eps)
  }

  /// The term for different aspect ratios. Its weight gets no gradient.
  static func aspectPenalty(_ angles: Tensor, _ iou: Tensor, _ eps: Double) throws(XylemError) -> Tensor {
    let v = try (4 / (Double.pi * Double.pi)) * angles.pow(2)
    let (fixed, overlap) = (try v.detach(), try iou.detach())
    let weight = try fixed / (1 - overlap + fixed + eps)
    return try weight * v
  }

  /// The areas of intersections and unions, `[…, N, M]`.
  private static func overlap(
    _ boxes: Tensor, _ others: Tensor, _ format: BoxFormat
  ) throws(XylemError) -> (shared: Tensor, union: Tensor) {
    let (areas, otherAreas) = (try area(boxes, format: format), try area(others, format: format))
    let (start, end) = try corners(boxes.unsqueeze(dim: -2), format)
    let (otherStart, otherEnd) = try corners(others.unsqueeze(dim: -3), format)
    let span = try (end.minimum(otherEnd) - start.maximum(otherStart)).widened().clamp(min: 0)
    let shared = try span.last(0) * span.last(1)
    return (shared, try areas.unsqueeze(dim: -1) + otherAreas.unsqueeze(dim: -2) - shared)
  }

  /// The left and top edges, and the right and bottom ones, each `[…, 2]`.
  private static func corners(_ boxes: Tensor, _ format: BoxFormat) throws(XylemError) -> (Tensor, Tensor) {
    let (first, second) = (try boxes[.ellipsis, .slice(nil, 2)], try boxes[.ellipsis, .slice(2)])
    return switch format {
    case .xyxy: (first, second)
    case .xywh: (first, try first + second)
    case .cxcywh: (try first - second / 2, try first + second / 2)
    }
  }

  /// The width and height of the smallest boxes around each pair, `[…, N, M, 2]`.
  private static func enclosingSpan(_ boxes: Tensor, _ others: Tensor) throws(XylemError) -> Tensor {
    let (start, end) = try corners(boxes.unsqueeze(dim: -2), .xyxy)
    let (otherStart, otherEnd) = try corners(others.unsqueeze(dim: -3), .xyxy)
    return try (end.maximum(otherEnd) - start.minimum(otherStart)).widened().clamp(min: 0)
  }

  private static func distance(
    _ boxes: Tensor, _ others: Tensor, _ eps: Double
  ) throws(XylemError) -> (distance: Tensor, iou: Tensor) {
    let iou = try iou(boxes, others)
    let span = try enclosingSpan(boxes, others)
    let diagonal = try span.last(0).pow(2) + span.last(1).pow(2) + eps
    func center(_ boxes: Tensor, _ axis: Int) throws(XylemError) -> Tensor {
      try (boxes.last(axis) + boxes.last(axis + 2)) / 2
    }
    func squared(_ axis: Int) throws(XylemError) -> Tensor {
      try (center(boxes, axis).unsqueeze(dim: -1) - center(others, axis).unsqueeze(dim: -2)).widened().pow(2)
    }
    return (try iou - (squared(0) + squared(1)) / diagonal, iou)
  }
}
