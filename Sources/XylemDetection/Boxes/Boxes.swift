public import XylemErrors
internal import XylemFiles
public import XylemTensor

/// Operations on boxes: tensors `[…, 4]` of float32, float64 or integers, by default left, top, right and bottom edges.
///
/// They compute what torchvision's `ops.boxes` does.
public enum Boxes {
  /// Fails unless a tensor has boxes in its last dimension.
  static func check(_ boxes: Tensor, _ what: String = "the boxes") throws(XylemError) {
    guard let sizes = boxes.knownSizes else { return }
    guard sizes.last == 4 else { throw DetectionErrors.boxes(what, sizes, "[…, 4]") }
  }

  /// Fails unless a tensor is a list of boxes.
  static func checkList(_ boxes: Tensor, _ what: String = "the boxes") throws(XylemError) {
    guard let sizes = boxes.knownSizes else { return }
    guard sizes.count == 2, sizes[1] == 4 else { throw DetectionErrors.boxes(what, sizes, "[N, 4]") }
  }

  /// Converts boxes from one format to another.
  ///
  /// - Returns: `[…, 4]`, as the input; a copy if the formats are the same.
  /// - Throws: `detection.boxes` for another shape; `runtime.operator`.
  public static func convert(_ boxes: Tensor, from: BoxFormat, to: BoxFormat) throws(XylemError) -> Tensor {
    try check(boxes)
    guard from != to else { return try boxes.clone() }
    let parts = try boxes.unbind(dim: -1, count: 4)
    let corners: [Tensor]
    switch from {
    case .xyxy: corners = parts
    case .xywh: corners = [parts[0], parts[1], try parts[0] + parts[2], try parts[1] + parts[3]]
    case .cxcywh:
      corners = [
        try parts[0] - 0.5 * parts[2], try parts[1] - 0.5 * parts[3], try parts[0] + 0.5 * parts[2],
        try parts[1] + 0.5 * parts[3],
      ]
    }
    switch to {
    case .xyxy: return try Tensor.stack(corners, dim: -1)
    case .xywh:
      return try Tensor.stack(
        [corners[0], corners[1], try corners[2] - corners[0], try corners[3] - corners[1]], dim: -1)
    case .cxcywh:
      return try Tensor.stack(
        [
          try (corners[0] + corners[2]) / 2, try (corners[1] + corners[3]) / 2, try corners[2] - corners[0],
          try corners[3] - corners[1],
        ], dim: -1)
    }
  }

  /// The areas: `[…, 4]` to `[…]`. A box whose edges are swapped has a negative area.
  ///
  /// - Throws: `detection.boxes` for another shape; `runtime.operator`.
  public static func area(_ boxes: Tensor, format: BoxFormat = .xyxy) throws(XylemError) -> Tensor {
    try check(boxes)
    let boxes = try boxes.widened()
    guard format == .xyxy else { return try boxes.last(2) * boxes.last(3) }
    return try (boxes.last(2) - boxes.last(0)) * (boxes.last(3) - boxes.last(1))
  }

  /// The boxes within an image: each edge is moved to the nearest position from 0 to the height or width.
  ///
  /// - Returns: `[…, 4]`, as the input.
  /// - Throws: `detection.boxes` for another shape; `runtime.operator`.
  public static func clip(_ boxes: Tensor, to size: ImageSize) throws(XylemError) -> Tensor {
    try check(boxes)
    let x = try boxes[.ellipsis, .slice(0, nil, step: 2)].clamp(min: 0, max: size.width)
    let y = try boxes[.ellipsis, .slice(1, nil, step: 2)].clamp(min: 0, max: size.height)
    return try Tensor.stack([x, y], dim: -1).reshape(boxes.shape)
  }

  /// The positions of the boxes whose width and height are at least `minSize`: `[N, 4]` to `[K]`, int64. Boxes with
  /// NaN are not among them.
  ///
  /// torchvision's `remove_small_boxes`.
  ///
  /// - Throws: `detection.boxes` for another shape; `runtime.operator`.
  public static func largeEnough(_ boxes: Tensor, minSize: Double) throws(XylemError) -> Tensor {
    try checkList(boxes)
    let width = try (boxes.last(2) - boxes.last(0)).ge(minSize)
    let height = try (boxes.last(3) - boxes.last(1)).ge(minSize)
    return try (width & height).positions()
  }

  /// The smallest boxes around masks: `[N, H, W]` to float32 `[N, 4]`, with the positions of the first and last nonzero
  /// column and row. An empty mask has the box `[0, 0, 0, 0]`.
  ///
  /// torchvision's `masks_to_boxes`.
  ///
  /// - Throws: `detection.boxes` for another shape; `runtime.operator`.
  public static func around(_ masks: Tensor) throws(XylemError) -> Tensor {
    let sizes = try masks.sizes
    guard try masks.count > 0 else { return try Tensor.zeros([0, 4], device: masks.device) }
    guard sizes.count == 3 else { throw DetectionErrors.boxes("the masks", sizes, "[N, H, W]") }
    let isSet = try masks.bool()
    let (rows, columns) = (try isSet.any(dim: 2), try isSet.any(dim: 1))
    func ends(_ occupied: Tensor, _ count: Int) throws(XylemError) -> (first: Tensor, last: Tensor) {
      let numbers = try occupied.float()
      return (try numbers.argmax(dim: 1), try (count - 1) - numbers.flip([1]).argmax(dim: 1))
    }
    let (y, x) = (try ends(rows, sizes[1]), try ends(columns, sizes[2]))
    let boxes = try Tensor.stack([x.first, y.first, x.last, y.last], dim: 1).float()
    return try boxes.maskedFill(rows.any(dim: 1).logicalNot().unsqueeze(dim: 1), 0)
  }
}
