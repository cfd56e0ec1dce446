internal import Foundation
public import XylemErrors
internal import XylemFiles
public import XylemTensor

/// Boxes as offsets from reference boxes: of the centre relative to the reference's size, and of the logarithm of the
/// size. Girshick et al., arXiv:1311.2524.
public struct BoxCoder: Sendable {
  /// The factors of the offsets in x, y, width and height.
  public let weights: [Double]
  /// The greatest offset of the logarithm of a size; greater ones are decoded as this one.
  public let greatestLogScale: Double

  /// Creates a coder.
  ///
  /// - Parameter greatestLogScale: torchvision's `bbox_xform_clip`; nil for the logarithm of 62.5.
  public init(
    weights: (x: Double, y: Double, width: Double, height: Double) = (1, 1, 1, 1),
    greatestLogScale: Double? = nil
  ) {
    self.weights = [weights.x, weights.y, weights.width, weights.height]
    self.greatestLogScale = greatestLogScale ?? log(1000.0 / 16)
  }

  /// The offsets of boxes from reference boxes.
  ///
  /// - Parameters:
  ///   - boxes: `[N, 4]`.
  ///   - references: `[N, 4]`, such as anchors or proposals.
  /// - Returns: `[N, 4]`.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func encode(_ boxes: Tensor, from references: Tensor) throws(XylemError) -> Tensor {
    try Boxes.checkList(boxes)
    try Boxes.checkList(references, "the reference boxes")
    func column(_ boxes: Tensor, _ position: Int) throws(XylemError) -> Tensor {
      try boxes[.all, .range(position..<position + 1)]
    }
    var offsets: [Tensor] = []
    var scales: [Tensor] = []
    for axis in 0..<2 {
      let size = try column(references, axis + 2) - column(references, axis)
      let center = try column(references, axis) + 0.5 * size
      let boxSize = try column(boxes, axis + 2) - column(boxes, axis)
      let boxCenter = try column(boxes, axis) + 0.5 * boxSize
      offsets.append(try weights[axis] * (boxCenter - center) / size)
      scales.append(try weights[axis + 2] * (boxSize / size).log())
    }
    return try Tensor.cat(offsets + scales, dim: 1)
  }

  /// The offsets of each image's boxes from its reference boxes.
  ///
  /// - Parameters:
  ///   - boxes: `[Nᵢ, 4]` for each image.
  ///   - references: `[Nᵢ, 4]` for each image.
  /// - Returns: `[Nᵢ, 4]` for each image.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func encode(_ boxes: [Tensor], from references: [Tensor]) throws(XylemError) -> [Tensor] {
    var counts: [Size] = []
    for each in boxes { counts.append(Size(try each.sizes[0])) }
    return try encode(Tensor.cat(boxes), from: Tensor.cat(references)).split(counts)
  }

  /// The boxes of offsets from reference boxes.
  ///
  /// - Parameters:
  ///   - offsets: `[N, 4 * C]`: of each class's box.
  ///   - references: `[N, 4]`.
  /// - Returns: `[N, 4 * C]`.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func decode(_ offsets: Tensor, from references: Tensor) throws(XylemError) -> Tensor {
    try Boxes.checkList(references, "the reference boxes")
    if let sizes = offsets.knownSizes, sizes.count != 2 || sizes[1] % 4 != 0 {
      throw DetectionErrors.boxes("the offsets", sizes, "[N, 4 * classes]")
    }
    let references = try references.to(offsets.dtype ?? .float32)
    var starts: [Tensor] = []
    var ends: [Tensor] = []
    for axis in 0..<2 {
      let size = try references.last(axis + 2) - references.last(axis)
      let center = try references.last(axis) + 0.5 * size
      let shift = try every4th(offsets, axis) / weights[axis]
      let scale = try (every4th(offsets, axis + 2) / weights[axis + 2]).clamp(max: greatestLogScale)
      let boxCenter = try shift * size.unsqueeze(dim: 1) + center.unsqueeze(dim: 1)
      let half = try 0.5 * (scale.exp() * size.unsqueeze(dim: 1))
      starts.append(try boxCenter - half)
      ends.append(try boxCenter + half)
    }
    return try Tensor.stack(starts + ends, dim: 2).flatten(startDim: 1)
  }

  private func every4th(_ offsets: Tensor, _ start: Int) throws(XylemError) -> Tensor {
    try offsets[.all, .slice(Size(start), nil, step: 4)]
  }

  /// The boxes of all images' offsets from reference boxes.
  ///
  /// - Parameters:
  ///   - offsets: `[ΣNᵢ, 4 * C]`, the images one after another.
  ///   - references: `[Nᵢ, 4]` for each image.
  /// - Returns: `[ΣNᵢ, C, 4]`.
  /// - Throws: `detection.boxes` for other shapes; `runtime.operator`.
  public func decode(_ offsets: Tensor, from references: [Tensor]) throws(XylemError) -> Tensor {
    let all = try Tensor.cat(references)
    let count = try all.sizes[0]
    let columns = try offsets.sizes.last ?? 4
    guard count > 0 else { return try decode(offsets, from: all).reshape(Shape([0, columns / 4, 4])) }
    return try decode(offsets.reshape(Shape([count, -1])), from: all).reshape(Shape([count, -1, 4]))
  }
}
