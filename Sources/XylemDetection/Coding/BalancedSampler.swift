internal import XylemFiles
public import XylemTensor

/// Draws a fixed number of boxes of each image, at most a given part of them positive.
///
/// It draws from the runtime's default generator in torchvision's order, so that equal seeds give equal samples.
public struct BalancedSampler: Sendable {
  /// The number of boxes of an image.
  public let countPerImage: Int
  /// The greatest part of positive boxes.
  public let positiveFraction: Double

  /// Creates a sampler.
  public init(countPerImage: Int, positiveFraction: Double) {
    self.countPerImage = countPerImage
    self.positiveFraction = positiveFraction
  }

  /// The samples of each image.
  ///
  /// - Parameter labels: `[Nᵢ]` for each image: at least 1 for a positive box, 0 for a negative one; boxes with other
  ///   values are not drawn.
  /// - Returns: for each image two masks `[Nᵢ]`, bool: the positive boxes that were drawn, and the negative ones.
  /// - Throws: `runtime.operator`.
  public func callAsFunction(_ labels: [Tensor]) throws -> (positive: [Tensor], negative: [Tensor]) {
    var positives: [Tensor] = []
    var negatives: [Tensor] = []
    for label in labels {
      let positive = try label.ge(1).positions()
      let negative = try label.eq(0).positions()
      let positiveCount = min(try positive.count, Int(Double(countPerImage) * positiveFraction))
      let negativeCount = min(try negative.count, countPerImage - positiveCount)
      // Both are drawn before either is used.
      let order = try Tensor.randperm(Size(positive.count), device: label.device)
      let otherOrder = try Tensor.randperm(Size(negative.count), device: label.device)
      positives.append(try mask(positive.rows(order.prefix(positiveCount)), like: label))
      negatives.append(try mask(negative.rows(otherOrder.prefix(negativeCount)), like: label))
    }
    return (positives, negatives)
  }

  private func mask(_ positions: Tensor, like label: Tensor) throws -> Tensor {
    let mask = try Tensor.zerosLike(label, dtype: .bool)
    try mask.assign(true, at: .tensor(positions))
    return mask
  }
}
