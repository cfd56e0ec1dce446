internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Losses of the overlap of two lists of boxes, pair by pair.
extension Boxes {
  /// 1 minus the generalized IoU of each pair, torchvision's `generalized_box_iou_loss`.
  ///
  /// - Parameters:
  ///   - boxes: `[N, 4]` or `[4]`: left, top, right and bottom edges.
  ///   - targets: of the same shape.
  ///   - eps: is added to divisors.
  /// - Returns: `[N]`, or a number if it is reduced; the mean of no boxes is 0.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func generalizedIoULoss(
    _ boxes: Tensor, _ targets: Tensor, reduction: Reduction = .none, eps: Double = 1e-7
  ) throws -> Tensor {
    let pair = try Pair(boxes, targets)
    let (shared, union) = try pair.overlap()
    let span = try pair.enclosingSpan()
    let enclosing = try span.width * span.height
    let overlap = try shared / (union + eps) - (enclosing - union) / (enclosing + eps)
    return try reduced(1 - overlap, reduction)
  }

  /// 1 minus the distance IoU of each pair, torchvision's `distance_box_iou_loss`.
  ///
  /// - Parameters:
  ///   - boxes: `[N, 4]` or `[4]`: left, top, right and bottom edges.
  ///   - targets: of the same shape.
  ///   - eps: is added to divisors.
  /// - Returns: `[N]`, or a number if it is reduced; the mean of no boxes is 0.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func distanceIoULoss(
    _ boxes: Tensor, _ targets: Tensor, reduction: Reduction = .none, eps: Double = 1e-7
  ) throws -> Tensor {
    try reduced(Pair(boxes, targets).distanceLoss(eps).loss, reduction)
  }

  /// 1 minus the complete IoU of each pair, torchvision's `complete_box_iou_loss`.
  ///
  /// - Parameters:
  ///   - boxes: `[N, 4]` or `[4]`: left, top, right and bottom edges.
  ///   - targets: of the same shape.
  ///   - eps: is added to the divisor of the weight of the aspect ratios.
  /// - Returns: `[N]`, or a number if it is reduced; the mean of no boxes is 0.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public static func completeIoULoss(
    _ boxes: Tensor, _ targets: Tensor, reduction: Reduction = .none, eps: Double = 1e-7
  ) throws -> Tensor {
    let pair = try Pair(boxes, targets)
    // As in torchvision, `eps` is for the aspect ratios alone.
    let (loss, iou) = try pair.distanceLoss(1e-7)
    let angles = try (pair.target.width() / pair.target.height()).atan() - (pair.box.width() / pair.box.height()).atan()
    return try reduced(loss + aspectPenalty(angles, iou, eps), reduction)
  }

  private static func reduced(_ loss: Tensor, _ reduction: Reduction) throws -> Tensor {
    switch reduction {
    case .none: loss
    case .sum: try loss.sum()
    case .mean: try loss.count > 0 ? try loss.mean() : try 0.0 * loss.sum()
    }
  }

  /// The edges of boxes, each `[N]`.
  private struct Edges {
    let left, top, right, bottom: Tensor

    init(_ boxes: Tensor) throws {
      let boxes = try boxes.dtype == .float32 || boxes.dtype == .float64 ? boxes : boxes.float()
      let edges = try boxes.unbind(dim: -1, count: 4)
      (left, top, right, bottom) = (edges[0], edges[1], edges[2], edges[3])
    }

    func width() throws -> Tensor { try right - left }
    func height() throws -> Tensor { try bottom - top }
    func area() throws -> Tensor { try width() * height() }
  }

  /// Boxes and as many targets.
  private struct Pair {
    let box, target: Edges

    init(_ boxes: Tensor, _ targets: Tensor) throws {
      try Boxes.check(boxes)
      try Boxes.check(targets, "the target boxes")
      if let sizes = targets.knownSizes, let wanted = boxes.knownSizes, sizes != wanted {
        throw DetectionErrors.boxes("the target boxes", sizes, "\(wanted), the shape of the boxes,")
      }
      box = try Edges(boxes)
      target = try Edges(targets)
    }

    func overlap() throws -> (shared: Tensor, union: Tensor) {
      let width = try box.right.minimum(target.right) - box.left.maximum(target.left)
      let height = try box.bottom.minimum(target.bottom) - box.top.maximum(target.top)
      let overlaps = try height.gt(0) & width.gt(0)
      let shared = try Tensor.where(overlaps, width * height, Tensor.zerosLike(width))
      return (shared, try box.area() + target.area() - shared)
    }

    func enclosingSpan() throws -> (width: Tensor, height: Tensor) {
      (
        try box.right.maximum(target.right) - box.left.minimum(target.left),
        try box.bottom.maximum(target.bottom) - box.top.minimum(target.top)
      )
    }

    func distanceLoss(_ eps: Double) throws -> (loss: Tensor, iou: Tensor) {
      let (shared, union) = try overlap()
      let iou = try shared / (union + eps)
      let span = try enclosingSpan()
      let diagonal = try span.width.pow(2) + span.height.pow(2) + eps
      let x = try (box.right + box.left) / 2 - (target.left + target.right) / 2
      let y = try (box.bottom + box.top) / 2 - (target.top + target.bottom) / 2
      return (try 1 - iou + (x.pow(2) + y.pow(2)) / diagonal, iou)
    }
  }
}
