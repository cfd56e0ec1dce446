/// A colour of three 8-bit levels.
struct PixelColor: Hashable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Between and around maps.
  static let paper = PixelColor(255, 255, 255)
  /// The line at zero under bars.
  static let line = PixelColor(160, 160, 160)
  /// Titles.
  static let title = PixelColor(20, 20, 30)
  /// Numbers and remarks. Its contrast with paper is 5.7 to 1.
  static let caption = PixelColor(100, 100, 110)
  /// Values that are not finite. No colour of ``ColorMap`` is close to it.
  static let notFinite = PixelColor(255, 0, 64)
}

/// The picture under construction, initially of one colour.
struct PixelCanvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, color: PixelColor) {
    self.width = width
    self.height = height
    pixels = []
    pixels.reserveCapacity(width * height * 3)
    for _ in 0..<(width * height) {
      pixels.append(color.red)
      pixels.append(color.green)
      pixels.append(color.blue)
    }
  }

  /// Paints a rectangle inside the picture.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, color: PixelColor) {
    for row in y..<(y + height) {
      var index = (row * self.width + x) * 3
      for _ in 0..<width {
        pixels[index] = color.red
        pixels[index + 1] = color.green
        pixels[index + 2] = color.blue
        index += 3
      }
    }
  }

  var image: PixelImage { PixelImage(checkedWidth: width, height: height, pixels: pixels) }
}
