internal import XylemErrors
public import XylemImage

/// Random changes of brightness, contrast, saturation and hue, in random order: torchvision's `ColorJitter`.
///
///     let jitter = try ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1)
///     var random = SeededRandom(seed: 1)
///     let changed = try jitter.apply(to: PixelImage.decode(path: "cat.jpg"), random: &random)
///
/// For the same factors and order, the pixels are those of torchvision on a Pillow image.
public struct ColorJitter: Sendable, Hashable {
  /// The range of the factor of brightness. Nil if it stays.
  public let brightness: ClosedRange<Double>?
  /// The range of the factor of contrast. Nil if it stays.
  public let contrast: ClosedRange<Double>?
  /// The range of the factor of saturation. Nil if it stays.
  public let saturation: ClosedRange<Double>?
  /// The range of the shift of hue, in turns of the colour circle. Nil if it stays.
  public let hue: ClosedRange<Double>?

  /// Creates a jitter whose factors are from `1 - x` to `1 + x`, and at least 0, and whose shift is from `-hue` to
  /// `hue`. With 0 a property stays.
  ///
  /// - Throws: `training.argument` for a number that is negative or not finite, and for a hue above 0.5.
  public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) throws {
    for (name, number) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
      try OptionCheck.notNegative(number, name)
    }
    try TrainingErrors.require((0...0.5).contains(hue), "hue is \(hue)", "it must be from 0 to 0.5")
    func range(_ number: Double) -> ClosedRange<Double>? { number == 0 ? nil : max(0, 1 - number)...1 + number }
    (self.brightness, self.contrast, self.saturation) = (range(brightness), range(contrast), range(saturation))
    self.hue = hue == 0 ? nil : -hue...hue
  }

  /// The changed image.
  ///
  /// - Throws: never for an image of at least one pixel.
  public func apply(to image: PixelImage, random: inout SeededRandom) throws -> PixelImage {
    var changes: [(PixelImage) throws -> PixelImage] = []
    func add(_ range: ClosedRange<Double>?, _ change: @escaping (PixelImage, Double) throws -> PixelImage) {
      guard let range else { return }
      let factor = random.uniform(range.lowerBound, range.upperBound)
      changes.append { try change($0, factor) }
    }
    add(brightness) { try $0.adjusted(brightness: $1) }
    add(contrast) { try $0.adjusted(contrast: $1) }
    add(saturation) { try $0.adjusted(saturation: $1) }
    add(hue) { try $0.adjusted(hue: $1) }
    changes.shuffle(using: &random)
    return try changes.reduce(image) { try $1($0) }
  }
}

extension PixelImage {
  /// The image with levels multiplied by a factor: 0 gives black, 1 the image. torchvision's `adjust_brightness`.
  ///
  /// - Throws: `training.argument` for a factor that is negative or not finite.
  public func adjusted(brightness factor: Double) throws -> PixelImage {
    try OptionCheck.notNegative(factor, "brightness")
    return try blended(with: { _ in 0 }, factor)
  }

  /// The image with its distance from its mean grey multiplied by a factor: 0 gives grey, 1 the image. torchvision's
  /// `adjust_contrast`.
  ///
  /// - Throws: `training.argument` for a factor that is negative or not finite.
  public func adjusted(contrast factor: Double) throws -> PixelImage {
    try OptionCheck.notNegative(factor, "contrast")
    let sum = stride(from: 0, to: pixels.count, by: 3).reduce(0) { $0 + Int(grey(at: $1)) }
    let mean = UInt8((Double(sum) / Double(max(pixels.count / 3, 1)) + 0.5).rounded(.down))
    return try blended(with: { _ in mean }, factor)
  }

  /// The image with its distance from its grey image multiplied by a factor: 0 gives greys, 1 the image. torchvision's
  /// `adjust_saturation`.
  ///
  /// - Throws: `training.argument` for a factor that is negative or not finite.
  public func adjusted(saturation factor: Double) throws -> PixelImage {
    try OptionCheck.notNegative(factor, "saturation")
    return try blended(with: { grey(at: $0) }, factor)
  }

  /// The image with its hue shifted: 0.5 gives complementary colours. torchvision's `adjust_hue`, in 256 steps.
  ///
  /// - Throws: `training.argument` for a shift that is not from -0.5 to 0.5.
  public func adjusted(hue shift: Double) throws -> PixelImage {
    try TrainingErrors.require((-0.5...0.5).contains(shift), "hue is \(shift)", "it must be from -0.5 to 0.5")
    let step = UInt8(truncatingIfNeeded: Int(shift * 255))
    var changed = pixels
    for start in stride(from: 0, to: pixels.count, by: 3) {
      var color = HSV(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
      color.hue &+= step
      (changed[start], changed[start + 1], changed[start + 2]) = color.rgb
    }
    return try PixelImage(width: width, height: height, pixels: changed)
  }

  /// The grey level of the pixel at an index: ITU-R 601-2 in 16 bits, as Pillow has it.
  private func grey(at index: Int) -> UInt8 {
    let (red, green, blue) = (Int(pixels[index]), Int(pixels[index + 1]), Int(pixels[index + 2]))
    let sum: Int = red * 19595 + green * 38470 + blue * 7471
    return UInt8((sum + 0x8000) >> 16)
  }

  /// Extrapolates from a level of each pixel through its own levels, in single precision, cut off as in Pillow.
  private func blended(with base: (Int) -> UInt8, _ factor: Double) throws -> PixelImage {
    let factor = Float(factor)
    var changed = pixels
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let level = base(start)
      for index in start..<start + 3 {
        let distance = Float(Int(pixels[index]) - Int(level))
        let value: Float = Float(level) + factor * distance
        changed[index] = UInt8(min(max(value, 0), 255))
      }
    }
    return try PixelImage(width: width, height: height, pixels: changed)
  }
}

/// A colour by hue, saturation and value, each from 0 to 255, rounded as in Pillow.
private struct HSV {
  var hue: UInt8 = 0
  var saturation: UInt8 = 0
  let value: UInt8

  init(red: UInt8, green: UInt8, blue: UInt8) {
    let (most, least) = (max(red, green, blue), min(red, green, blue))
    value = most
    guard most != least else { return }
    let range = Float(most - least)
    func distance(_ level: UInt8) -> Float { Float(most - level) / range }
    let (r, g, b) = (distance(red), distance(green), distance(blue))
    let sector: Float
    if red == most {
      sector = b - g
    } else if green == most {
      sector = Float(2 + Double(r) - Double(b))
    } else {
      sector = Float(4 + Double(g) - Double(r))
    }
    let turn = Float((Double(sector) / 6 + 1).truncatingRemainder(dividingBy: 1))
    hue = Self.byte(Double(turn) * 255)
    saturation = Self.byte(Double(range / Float(most)) * 255)
  }

  private static func byte(_ number: Double) -> UInt8 { UInt8(min(max(number, 0), 255)) }

  var rgb: (UInt8, UInt8, UInt8) {
    guard saturation != 0 else { return (value, value, value) }
    let position = Float(hue) * 6
    let sector = (Double(position) / 255).rounded(.down)
    let part = Float(Double(position) / 255 - Double(Float(sector)))
    let strength = Float(Double(saturation) / 255)
    func level(_ share: Double) -> UInt8 {
      let exact = Double(value) * (1 - share)
      return Self.byte(exact.rounded(.toNearestOrAwayFromZero))
    }
    let low = level(Double(strength))
    let falling = level(Double(strength * part))
    let rising = level(Double(strength) * (1 - Double(part)))
    switch Int(sector) % 6 {
    case 0: return (value, rising, low)
    case 1: return (falling, value, low)
    case 2: return (low, value, rising)
    case 3: return (low, falling, value)
    case 4: return (rising, low, value)
    default: return (value, low, falling)
    }
  }
}
