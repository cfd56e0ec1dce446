/// A still image of 8-bit red, green and blue.
///
/// `pixels` are interleaved, rows from the top, without padding: the red of column `x` in row `y` is
/// `pixels[(y * width + x) * 3]`. The levels are what the file holds; no colour profile or gamma is applied, and there
/// is no transparency.
public struct PixelImage: Sendable, Hashable {
  /// The most pixels that an image may have, 2²⁸: what is larger is refused before memory is taken for it.
  public static let maximumPixelCount = 1 << 28

  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// `width * height * 3` levels.
  public let pixels: [UInt8]

  /// An image of the pixels given, `width * height * 3` interleaved levels.
  ///
  /// - Throws: `image.undecodable` where a side is less than 1 or the count does not fit the sides, `file.unsupported`
  ///   where there are more than ``maximumPixelCount`` pixels.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    guard width > 0, height > 0 else { throw ImageErrors.emptyImage(width: width, height: height) }
    try Self.checkSize(width: width, height: height)
    guard pixels.count == width * height * 3 else {
      throw ImageErrors.wrongPixelCount(width: width, height: height, count: pixels.count)
    }
    self.init(checkedWidth: width, height: height, pixels: pixels)
  }

  /// An image whose parts are known to fit.
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
