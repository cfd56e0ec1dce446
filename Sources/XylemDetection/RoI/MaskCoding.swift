internal import XylemErrors
internal import XylemFiles
internal import XylemNN
internal import XylemTensor

/// Masks of boxes: their loss, and their probabilities.
enum MaskCoding {
  /// The mean cross entropy of the mask of each box's class.
  ///
  /// - Parameters:
  ///   - logits: `[ΣKᵢ, C, M, M]`.
  ///   - proposals: `[Kᵢ, 4]` for each image.
  ///   - targets: with masks `[Nᵢ, H, W]`.
  ///   - matches: `[Kᵢ]` for each image: the object of each box.
  static func loss(
    _ logits: Tensor, _ proposals: [Tensor], _ targets: [DetectionTarget], _ matches: [Tensor]
  ) throws -> Tensor {
    let side = try logits.sizes[3]
    var wanted: [Tensor] = []
    var labels: [Tensor] = []
    for (image, target) in targets.enumerated() {
      guard let masks = target.masks else {
        throw DetectionErrors.target(image, "has no masks", "Mask R-CNN is trained with a mask for each box")
      }
      labels.append(try target.labels.rows(matches[image]))
      guard try proposals[image].sizes[0] > 0 else { continue }
      let regions = try Tensor.cat(
        [matches[image].unsqueeze(dim: 1).typeAs(proposals[image]), proposals[image]], dim: 1)
      let cut = try roiAlign(
        masks.unsqueeze(dim: 1).typeAs(regions), regions, outputSize: [side, side], spatialScale: 1, samplingRatio: -1,
        aligned: false)
      wanted.append(try cut.squeeze(dim: 1))
    }
    let classes = try Tensor.cat(labels)
    // The mean of nothing is not a number.
    guard !wanted.isEmpty else { return try logits.sum() * 0 }
    let rows = try Tensor.arange(classes.count, device: classes.device)
    return try Functional.binaryCrossEntropyWithLogits(
      logits[.tensor(rows), .tensor(classes)], Tensor.cat(wanted))
  }

  /// The probabilities of the mask of each detection's class: `[ΣNᵢ, C, M, M]` to `[Nᵢ, 1, M, M]` for each image.
  static func probabilities(_ logits: Tensor, _ labels: [Tensor]) throws -> [Tensor] {
    let classes = try Tensor.cat(labels)
    let rows = try Tensor.arange(classes.count, device: classes.device)
    let masks = try logits.sigmoid()[.tensor(rows), .tensor(classes)].unsqueeze(dim: 1)
    return try masks.split(labels.map { Size(try $0.count) })
  }
}
