internal import XylemErrors
internal import XylemFiles
internal import XylemNN
internal import XylemTensor

/// Keypoints as positions in heat maps of their boxes: He et al., arXiv:1703.06870.
enum KeypointCoding {
  /// The mean cross entropy of the positions of visible keypoints.
  ///
  /// - Parameters:
  ///   - logits: `[ΣKᵢ, P, M, M]`.
  ///   - proposals: `[Kᵢ, 4]` for each image.
  ///   - targets: with keypoints `[Nᵢ, P, 3]`.
  ///   - matches: `[Kᵢ]` for each image: the object of each box.
  static func loss(
    _ logits: Tensor, _ proposals: [Tensor], _ targets: [DetectionTarget], _ matches: [Tensor]
  ) throws -> Tensor {
    let (rows, points, height, width) = (
      try logits.sizes[0], try logits.sizes[1], try logits.sizes[2], try logits.sizes[3]
    )
    guard height == width else {
      throw DetectionErrors.features("heat maps of keypoints are \(height) x \(width)", "squares are expected")
    }
    var positions: [Tensor] = []
    var visible: [Tensor] = []
    for (image, target) in targets.enumerated() {
      guard let keypoints = target.keypoints else {
        throw DetectionErrors.target(image, "has no keypoints", "Keypoint R-CNN is trained with keypoints of each box")
      }
      let found = try encode(keypoints.rows(matches[image]), proposals[image], side: height)
      positions.append(try found.positions.reshape([-1]))
      visible.append(try found.isValid.reshape([-1]))
    }
    let valid = try Tensor.cat(visible).positions()
    guard try valid.count > 0 else { return try logits.sum() * 0 }
    let flat = try logits.reshape(Shape([rows * points, height * width]))
    return try Functional.crossEntropy(flat.rows(valid), Tensor.cat(positions).rows(valid))
  }

  /// The positions of keypoints in heat maps, and whether they are visible and within their box.
  ///
  /// - Parameters:
  ///   - keypoints: `[K, P, 3]`.
  ///   - boxes: `[K, 4]`.
  ///   - side: the height and width of a heat map.
  /// - Returns: both `[K, P]`.
  private static func encode(
    _ keypoints: Tensor, _ boxes: Tensor, side: Int
  ) throws -> (positions: Tensor, isValid: Tensor) {
    func cell(_ axis: Int) throws -> Tensor {
      let (start, end) = (try boxes.last(axis).unsqueeze(dim: 1), try boxes.last(axis + 2).unsqueeze(dim: 1))
      let value = try keypoints.last(axis)
      let scale = try side / (end - start)
      // The far edge belongs to the last cell.
      return try ((value - start) * scale).floor().long().maskedFill(value.eq(end), side - 1)
    }
    let (x, y) = (try cell(0), try cell(1))
    let isInside = try x.ge(0) & y.ge(0) & x.lt(side) & y.lt(side)
    let isValid = try isInside & keypoints.last(2).gt(0)
    return (try (y * side + x) * isValid.long(), isValid)
  }

  /// The keypoints of detections.
  ///
  /// - Parameters:
  ///   - logits: `[ΣNᵢ, P, M, M]`.
  ///   - boxes: `[Nᵢ, 4]` for each image.
  /// - Returns: for each image the positions and visibility, `[Nᵢ, P, 3]`, and the logits there, `[Nᵢ, P]`.
  static func decode(_ logits: Tensor, _ boxes: [Tensor]) throws -> [(keypoints: Tensor, scores: Tensor)] {
    let maps = try logits.split(boxes.map { Size(try $0.sizes[0]) })
    return try zip(maps, boxes).map { try decodeImage($0, $1) }
  }

  private static func decodeImage(_ maps: Tensor, _ boxes: Tensor) throws -> (keypoints: Tensor, scores: Tensor) {
    let (count, points) = (try maps.sizes[0], try maps.sizes[1])
    guard count > 0 else {
      return (
        try Tensor.zeros(Shape([0, points, 3]), device: maps.device),
        try Tensor.zeros(Shape([0, points]), device: maps.device)
      )
    }
    let spans = try (0..<2).map { try (boxes.last($0 + 2) - boxes.last($0)).clamp(min: 1) }
    let (widths, heights) = (try spans[0].ceil().integers(), try spans[1].ceil().integers())
    var keypoints: [Tensor] = []
    var scores: [Tensor] = []
    for row in 0..<count {
      let (width, height) = (widths[row], heights[row])
      let map = try Functional.interpolate(
        maps[.at(Size(row))].unsqueeze(dim: 1), size: [height, width], mode: .bicubic, alignCorners: false
      ).reshape(Shape([points, height * width]))
      let best = try map.argmax(dim: 1, keepdim: true)
      let column = try best.remainder(width)
      func place(_ cell: Tensor, _ axis: Int, _ size: Int) throws -> Tensor {
        let at = Size(row)
        return try (cell.float() + 0.5) * (spans[axis][.at(at)] / size) + boxes[.at(at), .at(Size(axis))]
      }
      let x = try place(column, 0, width)
      let y = try place((best - column).floorDivide(width), 1, height)
      keypoints.append(try Tensor.cat([x, y, Tensor.onesLike(x)], dim: 1))
      scores.append(try map.gather(dim: 1, index: best).squeeze(dim: 1))
    }
    return (try Tensor.stack(keypoints), try Tensor.stack(scores))
  }
}
