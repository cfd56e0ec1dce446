internal import XylemErrors
internal import XylemFiles
internal import XylemNN
internal import XylemTensor

extension DetectionTransform {
  /// Converts detections in a batch to the coordinates of the original images. Masks of boxes are pasted into masks of
  /// the image.
  ///
  /// - Parameters:
  ///   - detections: those of each image; masks `[N, 1, M, M]`.
  ///   - sizes: the size of each image in the batch.
  ///   - originalSizes: the size of each image before.
  /// - Throws: `runtime.operator`.
  public func postprocess(
    _ detections: [Detections], sizes: [ImageSize], originalSizes: [ImageSize]
  ) throws -> [Detections] {
    try zip(detections, zip(sizes, originalSizes)).map { detection, size in
      var detection = detection
      detection.boxes = try Self.resize(boxes: detection.boxes, size.0, size.1)
      if let masks = detection.masks { detection.masks = try MaskPasting.paste(masks, detection.boxes, size.1) }
      if let keypoints = detection.keypoints {
        detection.keypoints = try Self.resize(keypoints: keypoints, size.0, size.1)
      }
      return detection
    }
  }

  /// The ratios of heights and widths, in single precision.
  private static func ratios(_ from: ImageSize, _ to: ImageSize) -> (height: Double, width: Double) {
    (Double(Float(to.height) / Float(from.height)), Double(Float(to.width) / Float(from.width)))
  }

  /// Boxes `[N, 4]` in an image that was resized.
  static func resize(boxes: Tensor, _ from: ImageSize, _ to: ImageSize) throws -> Tensor {
    let ratio = ratios(from, to)
    let edges = try boxes.unbind(dim: 1, count: 4)
    return try Tensor.stack(
      [
        try edges[0] * ratio.width, try edges[1] * ratio.height, try edges[2] * ratio.width,
        try edges[3] * ratio.height,
      ], dim: 1)
  }

  /// Keypoints `[N, K, 3]` in an image that was resized.
  static func resize(keypoints: Tensor, _ from: ImageSize, _ to: ImageSize) throws -> Tensor {
    let ratio = ratios(from, to)
    let factors = try Tensor([ratio.width, ratio.height, 1], dtype: keypoints.dtype).to(device: keypoints.device)
    return try keypoints * factors
  }
}

/// Masks of boxes as masks of images.
enum MaskPasting {
  /// Resizes each mask to its box, which is widened by a pixel of the mask on each side, and pastes it.
  ///
  /// - Parameters:
  ///   - masks: `[N, 1, M, M]`.
  ///   - boxes: `[N, 4]` in the image.
  /// - Returns: `[N, 1, H, W]`.
  /// - Throws: `runtime.operator`.
  static func paste(_ masks: Tensor, _ boxes: Tensor, _ size: ImageSize) throws -> Tensor {
    let (count, side) = (try masks.sizes[0], try masks.sizes[3])
    let canvas = try Tensor.zeros(
      Shape([count, 1, size.height, size.width]), dtype: masks.dtype, device: masks.device)
    guard count > 0 else { return canvas }
    let padded = try Functional.pad(masks, [1, 1, 1, 1])
    let edges = try widened(boxes, by: Double(side + 2) / Double(side)).integers()
    for index in 0..<count {
      let box = Array(edges[index * 4..<index * 4 + 4])
      let (width, height) = (max(box[2] - box[0] + 1, 1), max(box[3] - box[1] + 1, 1))
      let (left, right) = (max(box[0], 0), min(box[2] + 1, size.width))
      let (top, bottom) = (max(box[1], 0), min(box[3] + 1, size.height))
      guard left < right, top < bottom else { continue }
      let mask = try Functional.interpolate(
        padded[.range(index..<index + 1)], size: [height, width], mode: .bilinear, alignCorners: false)
      let visible = try mask[0, 0, .range(top - box[1]..<bottom - box[1]), .range(left - box[0]..<right - box[0])]
      try canvas.assign(visible, at: .at(Size(index)), 0, .range(top..<bottom), .range(left..<right))
    }
    return canvas
  }

  /// Boxes whose sizes are multiplied around their centres, in whole pixels.
  private static func widened(_ boxes: Tensor, by scale: Double) throws -> Tensor {
    var starts: [Tensor] = []
    var ends: [Tensor] = []
    for axis in 0..<2 {
      let half = try ((boxes.last(axis + 2) - boxes.last(axis)) * 0.5) * scale
      let center = try (boxes.last(axis + 2) + boxes.last(axis)) * 0.5
      starts.append(try center - half)
      ends.append(try center + half)
    }
    return try Tensor.stack(starts + ends, dim: 1).long()
  }
}
