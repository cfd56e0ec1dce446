/// A still image of 8-bit red, green and blue.
///
/// `pixels` are interleaved, rows from the top, without padding: the red of column `x` in row `y` is
///  `pixels[(y * width + x) * 3]`. The levels are those of the file: no colour profile or gamma is applied, and there
///  is no transparency.
public struct PixelImage: Sendable, Hashable {
  /// The maximum number of pixels of an image, 2²⁸. Larger images are refused before memory is allocated.
  public static let maximumPixelCount = 1 << 28

  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// `width * height * 3` levels.
  public let pixels: [UInt8]

  /// Creates an image from pixels, `width * height * 3` interleaved levels.
  ///
  /// - Throws: `image.undecodable` if a side is less than 1 or the number of levels does not match the sides,
  ///   `file.unsupported` if there are more than ``maximumPixelCount`` pixels.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    guard width > 0, height > 0 else { throw ImageErrors.emptyImage(width: width, height: height) }
    try Self.checkSize(width: width, height: height)
    guard pixels.count == width * height * 3 else {
      throw ImageErrors.wrongPixelCount(width: width, height: height, count: pixels.count)
    }
    self.init(checkedWidth: width, height: height, pixels: pixels)
  }

  /// Creates an image from parts that are known to match.
  init(checkedWidth width: Int, height: Int, pixels: [UInt8]) {
    assert(pixels.count == width * height * 3, "pixels must fit the sides")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Refuses sizes above ``maximumPixelCount``; the sides are positive.
  static func checkSize(width: Int, height: Int) throws {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= maximumPixelCount else { throw ImageErrors.tooLarge(width: width, height: height) }
  }
}
