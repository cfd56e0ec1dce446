/// The preprocessing of an image for a network: grayscale conversion if requested, resize, centre crop, scaling to
/// 0...1, normalisation.
///
/// Equal to torchvision's
/// `Compose([Resize(resize, interpolation), CenterCrop(crop), ToTensor(), Normalize(mean, std)])` on a Pillow image,
/// value for value; with one channel, `Grayscale()` comes first.
///
///     let input = try ImageTransform().apply(to: PixelImage.decode(path: "rocket.jpg"))
///     print(input.shape)  // [3, 224, 224]
public struct ImageTransform: Sendable, Hashable {
  /// The maximum side length, in pixels.
  public static let maximumSide = 16_384
  /// ImageNet's mean of red, green and blue, for levels from 0 to 1.
  public static let imageNetMean = [0.485, 0.456, 0.406]
  /// ImageNet's standard deviation of red, green and blue, for levels from 0 to 1.
  public static let imageNetStandardDeviation = [0.229, 0.224, 0.225]

  /// The length of the shorter side after resizing, in pixels. Nil keeps the size.
  public let resize: Int?
  /// The side of the square centre crop, in pixels. Nil disables the crop.
  public let crop: Int?
  /// The interpolation for resizing.
  public let interpolation: ResampleFilter
  /// 3 for red, green and blue, or 1 for grayscale.
  public let channels: Int
  /// The mean that is subtracted from red, green and blue, for levels from 0 to 1.
  public let mean: [Double]
  /// The standard deviation that red, green and blue are then divided by.
  public let standardDeviation: [Double]

  /// Creates a transform. The defaults are those for evaluating ImageNet classifiers.
  ///
  /// - Throws: `image.invalid-transform` if a side is not in `1...maximumSide`, if there are neither one nor three
  ///   channels, if `mean` or `standardDeviation` does not have a finite number for each channel, or if a standard
  ///   deviation is not above zero.
  public init(
    resize: Int? = 256, crop: Int? = 224, mean: [Double] = imageNetMean,
    standardDeviation: [Double] = imageNetStandardDeviation, interpolation: ResampleFilter = .bilinear,
    channels: Int = 3
  ) throws {
    guard channels == 1 || channels == 3 else { throw ImageErrors.invalidChannels(channels) }
    self.resize = resize
    self.crop = crop
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.interpolation = interpolation
    self.channels = channels
    for (option, side) in [("--resize", resize), ("--crop", crop)] {
      guard let side else { continue }
      guard (1...Self.maximumSide).contains(side) else { throw ImageErrors.invalidSide(option, side) }
    }
    for (option, numbers) in [("--mean", mean), ("--std", standardDeviation)] {
      guard numbers.count == channels else { throw ImageErrors.invalidCount(option, numbers.count, channels: channels) }
      for number in numbers where !Float(number).isFinite { throw ImageErrors.notFinite(option, number) }
    }
    for number in standardDeviation where Float(number) <= 0 { throw ImageErrors.notPositive("--std", number) }
  }

  /// The image in the form that a network expects, of shape `[channels, H, W]`: with a crop both sides are the crop's,
  /// otherwise those of the resized image.
  ///
  /// - Throws: `image.invalid-transform` if a very narrow image would get more than ``PixelImage/maximumPixelCount``
  ///   pixels.
  public func apply(to image: PixelImage) throws -> PlanarImage {
    normalise(try pixels(of: image))
  }

  /// The image resized and cropped, still with 8-bit levels: the input of the normalisation in ``apply(to:)``.
  ///
  /// - Throws: as ``apply(to:)``.
  public func pixels(of image: PixelImage) throws -> PixelImage {
    var image = image
    if channels == 1 { image = image.grayscale() }
    if let resize { image = try image.resized(shorterSide: resize, interpolation) }
    if let crop { image = image.centerCropped(side: crop) }
    return image
  }

  private func normalise(_ image: PixelImage) -> PlanarImage {
    let plane = image.width * image.height
    var values: [Float] = []
    values.reserveCapacity(channels * plane)
    for channel in 0..<channels {
      // There are only 256 levels, so each channel is a table.
      let mean = Float(mean[channel])
      let deviation = Float(standardDeviation[channel])
      let table = (0..<256).map { (Float($0) / 255 - mean) / deviation }
      let levels = image.pixels.span
      let lookup = table.span
      for index in 0..<plane { values.append(lookup[Int(levels[index * 3 + channel])]) }
    }
    return PlanarImage(shape: [channels, image.height, image.width], values: values)
  }
}
