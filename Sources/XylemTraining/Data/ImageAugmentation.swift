internal import Foundation
internal import XylemErrors
public import XylemImage

/// The random changes of an image that torchvision's reference scripts train classifiers with: a crop of random size and
/// shape, a flip, changed colours, normalisation, and an erased rectangle.
///
///     let augmentation = try ImageAugmentation(side: 224, erasing: 0.1)
///     var random = SeededRandom(seed: 1)
///     let input = try augmentation.apply(to: PixelImage.decode(path: "cat.jpg"), random: &random)  // [3, 224, 224]
///
/// For the same crop, the pixels are those of torchvision on a Pillow image.
public struct ImageAugmentation: Sendable {
  /// The part of an image that a crop keeps.
  public struct Crop: Sendable, Hashable {
    /// The first row.
    public var top: Int
    /// The first column.
    public var left: Int
    /// The number of rows.
    public var height: Int
    /// The number of columns.
    public var width: Int

    /// Creates a part of an image.
    public init(top: Int, left: Int, height: Int, width: Int) {
      (self.top, self.left, self.height, self.width) = (top, left, height, width)
    }
  }

  private let side: Int
  private let scale: ClosedRange<Double>
  private let ratio: ClosedRange<Double>
  private let flip: Double
  private let jitter: ColorJitter?
  private let erasing: Double
  private let interpolation: ResampleFilter
  private let normalisation: ImageTransform

  /// Creates an augmentation. The defaults are those of torchvision's reference script for classification.
  ///
  /// - Parameters:
  ///   - side: the side of the result, in pixels.
  ///   - scale: the share of the image's area that a crop has.
  ///   - ratio: the crop's width divided by its height.
  ///   - flip: the probability of a horizontal flip.
  ///   - erasing: the probability that a rectangle is set to the mean.
  ///   - interpolation: the interpolation of the crop.
  ///   - mean: the mean of red, green and blue, for levels from 0 to 1.
  ///   - standardDeviation: their standard deviation.
  ///   - jitter: changes colours after the flip. Nil leaves them.
  /// - Throws: `training.argument` for a range or probability that is not valid; `image.invalid-transform`.
  public init(
    side: Int = 224, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3,
    flip: Double = 0.5, erasing: Double = 0, interpolation: ResampleFilter = .bilinear,
    mean: [Double] = ImageTransform.imageNetMean,
    standardDeviation: [Double] = ImageTransform.imageNetStandardDeviation, jitter: ColorJitter? = nil
  ) throws {
    try TrainingErrors.require(
      (1...ImageTransform.maximumSide).contains(side), "side is \(side)",
      "it must be from 1 to \(ImageTransform.maximumSide)")
    try TrainingErrors.require(
      scale.lowerBound > 0 && scale.upperBound.isFinite, "scale is \(scale)", "it must be finite and above 0")
    try TrainingErrors.require(
      ratio.lowerBound > 0 && ratio.upperBound.isFinite, "ratio is \(ratio)", "it must be finite and above 0")
    for (name, p) in [("flip", flip), ("erasing", erasing)] {
      try TrainingErrors.require((0...1).contains(p), "\(name) is \(p)", "a probability must be between 0 and 1")
    }
    self.side = side
    self.scale = scale
    self.ratio = ratio
    self.flip = flip
    self.erasing = erasing
    self.jitter = jitter
    self.interpolation = interpolation
    normalisation = try ImageTransform(resize: nil, crop: nil, mean: mean, standardDeviation: standardDeviation)
  }

  /// The augmented image, `[3, side, side]`.
  ///
  /// - Throws: never for an image of at least one pixel.
  public func apply(to image: PixelImage, random: inout SeededRandom) throws -> PlanarImage {
    let crop = crop(of: image, random: &random)
    var pixels = try image.cropped(x: crop.left, y: crop.top, width: crop.width, height: crop.height)
      .resized(width: side, height: side, interpolation)
    if random.uniform() < flip { pixels = pixels.flippedHorizontally() }
    if let jitter { pixels = try jitter.apply(to: pixels, random: &random) }
    let planar = try normalisation.apply(to: pixels)
    guard random.uniform() < erasing else { return planar }
    return erased(planar, random: &random)
  }

  /// A random crop: ten attempts at an area and a shape, then the largest crop in the middle with an allowed shape.
  public func crop(of image: PixelImage, random: inout SeededRandom) -> Crop {
    let area = Double(image.width * image.height)
    for _ in 0..<10 {
      let target = area * random.uniform(scale.lowerBound, scale.upperBound)
      let shape = exp(random.uniform(log(ratio.lowerBound), log(ratio.upperBound)))
      let width = Int((target * shape).squareRoot().rounded(.toNearestOrEven))
      let height = Int((target / shape).squareRoot().rounded(.toNearestOrEven))
      guard width > 0, width <= image.width, height > 0, height <= image.height else { continue }
      return Crop(
        top: random.integer(below: image.height - height + 1), left: random.integer(below: image.width - width + 1),
        height: height, width: width)
    }
    let shape = Double(image.width) / Double(image.height)
    var (width, height) = (image.width, image.height)
    if shape < ratio.lowerBound {
      height = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if shape > ratio.upperBound {
      width = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    (width, height) = (min(max(width, 1), image.width), min(max(height, 1), image.height))
    return Crop(top: (image.height - height) / 2, left: (image.width - width) / 2, height: height, width: width)
  }

  /// Sets a rectangle to zero, which is the mean: Zhong et al., arXiv:1708.04896.
  private func erased(_ image: PlanarImage, random: inout SeededRandom) -> PlanarImage {
    let (rows, columns) = (image.shape[1], image.shape[2])
    for _ in 0..<10 {
      let target = Double(rows * columns) * random.uniform(0.02, 0.33)
      let shape = exp(random.uniform(log(0.3), log(3.3)))
      let height = Int((target * shape).squareRoot().rounded(.toNearestOrEven))
      let width = Int((target / shape).squareRoot().rounded(.toNearestOrEven))
      guard height < rows, width < columns else { continue }
      let top = random.integer(below: rows - height + 1)
      let left = random.integer(below: columns - width + 1)
      var values = image.values
      for channel in 0..<image.shape[0] {
        for row in top..<top + height {
          let start = (channel * rows + row) * columns + left
          for position in start..<start + width { values[position] = 0 }
        }
      }
      return image.with(values)
    }
    return image
  }
}
