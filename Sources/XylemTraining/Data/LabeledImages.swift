internal import Foundation
internal import XylemErrors
internal import XylemFiles
public import XylemImage
public import XylemTensor

/// An image for a network with the number of its class.
public struct LabeledImage: Sendable {
  /// `[3, height, width]`.
  public var image: PlanarImage
  /// The class, from 0.
  public var label: Int

  /// Creates an item.
  public init(_ image: PlanarImage, label: Int) {
    self.image = image
    self.label = label
  }
}

extension Array where Element == LabeledImage {
  /// The images as `[N, 3, H, W]`, and the classes as `[N]`, int64.
  ///
  /// - Throws: `training.argument` for images of different sizes, and for no images.
  public func tensors() throws -> (images: Tensor, labels: Tensor) {
    guard let first else { throw TrainingErrors.argument("a batch has no images", "there must be at least one") }
    var values: [Float] = []
    values.reserveCapacity(count * first.image.values.count)
    for (index, item) in enumerated() {
      guard item.image.shape == first.image.shape else {
        throw TrainingErrors.argument(
          "the images of a batch have different sizes",
          "image 0 is \(first.image.shape) and image \(index) is \(item.image.shape)",
          remedies: ["ImageTransform(resize: 256, crop: 224)", "ImageAugmentation(side: 224)"])
      }
      values += item.image.values
    }
    return (
      try Tensor(values, shape: [count] + first.image.shape), try Tensor(map(\.label), dtype: .int64)
    )
  }
}

/// Mixes pairs of images of a batch and their classes: Zhang et al., arXiv:1710.09412; torchvision's `MixUp`.
///
/// - Parameters:
///   - images: `[N, C, H, W]`; each is mixed with the one before it.
///   - labels: `[N]`, int64.
///   - alpha: the parameters of the Beta distribution of the share of the image itself, above 0.
/// - Returns: the images, and the shares of the classes, `[N, classCount]`: targets of a cross-entropy.
/// - Throws: `training.argument` for an alpha that is not above 0; `runtime.operator` for a class outside the range.
public func mixUp(
  _ images: Tensor, _ labels: Tensor, classCount: Int, alpha: Double = 1, random: inout SeededRandom
) throws -> (images: Tensor, targets: Tensor) {
  let share = try BatchMixing.beta(alpha, &random)
  let targets = try BatchMixing.targets(labels, classCount, share)
  let mixed = try images.roll(1, dims: 0) * (1 - share) + images * share
  return (mixed, targets)
}

/// Replaces a rectangle of each image of a batch by that of another, with their classes: Yun et al., arXiv:1905.04899;
/// torchvision's `CutMix`.
///
/// - Parameters:
///   - images: `[N, C, H, W]`; each gets the rectangle of the one before it.
///   - labels: `[N]`, int64.
///   - alpha: the parameters of the Beta distribution of the share of the image itself, above 0.
/// - Returns: the images, and the shares of the classes, `[N, classCount]`.
/// - Throws: as ``mixUp(_:_:classCount:alpha:random:)``.
public func cutMix(
  _ images: Tensor, _ labels: Tensor, classCount: Int, alpha: Double = 1, random: inout SeededRandom
) throws -> (images: Tensor, targets: Tensor) {
  let share = try BatchMixing.beta(alpha, &random)
  let sizes = try images.sizes
  guard sizes.count == 4 else {
    throw TrainingErrors.argument("the images are \(sizes)", "a batch of images is [N, C, H, W]")
  }
  let (height, width) = (sizes[2], sizes[3])
  let half = 0.5 * (1 - share).squareRoot()
  let (middleRow, middleColumn) = (random.integer(below: height), random.integer(below: width))
  let (rows, columns) = (Int(half * Double(height)), Int(half * Double(width)))
  let (top, bottom) = (max(0, middleRow - rows), min(height, middleRow + rows))
  let (left, right) = (max(0, middleColumn - columns), min(width, middleColumn + columns))
  let kept = 1 - Double((bottom - top) * (right - left)) / Double(width * height)
  let mixed = try images.clone()
  if bottom > top, right > left {
    let part = try images.roll(1, dims: 0).narrow(dim: 2, start: Size(top), length: Size(bottom - top)).narrow(
      dim: 3, start: Size(left), length: Size(right - left))
    _ = try mixed.narrow(dim: 2, start: Size(top), length: Size(bottom - top)).narrow(
      dim: 3, start: Size(left), length: Size(right - left)
    ).copy_(part)
  }
  return (mixed, try BatchMixing.targets(labels, classCount, kept))
}

private enum BatchMixing {
  /// The classes of each image and of the one before it.
  static func targets(_ labels: Tensor, _ classCount: Int, _ share: Double) throws -> Tensor {
    let numbers = try labels.integers()
    try TrainingErrors.require(classCount > 0, "classCount is \(classCount)", "it must be at least 1")
    var shares = [Float](repeating: 0, count: numbers.count * classCount)
    for (index, label) in numbers.enumerated() {
      for (number, weight) in [(label, share), (numbers[(index + numbers.count - 1) % numbers.count], 1 - share)] {
        try TrainingErrors.require(
          (0..<classCount).contains(number), "the class of image \(index) is \(number)",
          "it must be from 0 to \(classCount - 1)")
        shares[index * classCount + number] += Float(weight)
      }
    }
    return try Tensor(shares, shape: [numbers.count, classCount])
  }

  /// A number of the Beta distribution with two equal parameters.
  static func beta(_ alpha: Double, _ random: inout SeededRandom) throws(XylemError) -> Double {
    try TrainingErrors.require(alpha > 0 && alpha.isFinite, "alpha is \(alpha)", "it must be finite and above 0")
    let (a, b) = (gamma(alpha, &random), gamma(alpha, &random))
    return a + b > 0 ? a / (a + b) : 0.5
  }

  /// A number of the Gamma distribution: Marsaglia and Tsang 2000.
  private static func gamma(_ shape: Double, _ random: inout SeededRandom) -> Double {
    if shape < 1 {
      return gamma(shape + 1, &random) * Foundation.pow(max(random.uniform(), .leastNormalMagnitude), 1 / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      // A normal number: Box and Muller.
      let radius = (-2 * Foundation.log(max(random.uniform(), .leastNormalMagnitude))).squareRoot()
      let x = radius * Foundation.cos(2 * .pi * random.uniform())
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      guard v > 0 else { continue }
      let u = max(random.uniform(), .leastNormalMagnitude)
      if Foundation.log(u) < 0.5 * x * x + d - d * v + d * Foundation.log(v) { return d * v }
    }
  }
}
