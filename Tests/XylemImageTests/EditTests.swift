import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemImage

@Suite struct EditTests {
  private let photo: PixelImage
  init() throws { photo = try PixelImage.decode(path: Fixtures.path("images/rocket.jpg")) }

  @Test("a crop has the pixels of its place")
  func crop() throws {
    let part = try photo.cropped(x: 10, y: 20, width: 7, height: 5)
    #expect((part.width, part.height) == (7, 5))
    for y in 0..<5 { for x in 0..<7 { #expect(part.color(x: x, y: y) == photo.color(x: x + 10, y: y + 20)) } }
    #expect(try photo.cropped(x: 0, y: 0, width: photo.width, height: photo.height) == photo)
    for (x, y, width, height) in [
      (-1, 0, 2, 2), (0, 0, 0, 2), (photo.width - 1, 0, 2, 2), (0, photo.height, 1, 1), (.max, 0, 2, 2),
      (0, 0, .max, 1),
    ] {
      expectError(.imageInvalidTransform) { _ = try photo.cropped(x: x, y: y, width: width, height: height) }
    }
  }

  @Test("a flip exchanges left and right, and twice is none")
  func flip() {
    let flipped = photo.flippedHorizontally()
    for x in stride(from: 0, to: photo.width, by: 17) {
      #expect(flipped.color(x: x, y: 3) == photo.color(x: photo.width - 1 - x, y: 3))
    }
    #expect(flipped.flippedHorizontally() == photo)
  }

  @Test("a blur spreads a point as the Gaussian does, and keeps what is even")
  func blur() throws {
    var pixels = [UInt8](repeating: 0, count: 21 * 21 * 3)
    pixels[(10 * 21 + 10) * 3 + 1] = 255
    let point = try PixelImage(width: 21, height: 21, pixels: pixels).blurred(sigma: 1)
    // 255 * exp(-(x*x + y*y) / 2) / sum, with the sum of the kernel that reaches three pixels.
    #expect((10...13).map { point.color(x: $0, y: 10).green } == [41, 25, 5, 0])
    #expect((10...13).map { point.color(x: $0, y: 11).green } == [25, 15, 3, 0])
    #expect(point.color(x: 10, y: 10).red == 0)
    let even = try PixelImage(width: 5, height: 2, pixels: [UInt8](repeating: 77, count: 30))
    #expect(try even.blurred(sigma: 9) == even)
    for sigma in [0, -1, 101, .nan, .infinity] {
      expectError(.imageInvalidTransform) { _ = try even.blurred(sigma: sigma) }
    }
  }

  @Test("a JPEG file is near the image, nearer at a higher quality, and the same each time")
  func jpeg() throws {
    var errors: [Double] = []
    var sizes: [Int] = []
    for quality in [10, 50, 95] {
      let bytes = try photo.encodeJPEG(quality: quality)
      #expect(try photo.encodeJPEG(quality: quality) == bytes)
      let decoded = try PixelImage.decode(bytes: bytes)
      #expect((decoded.width, decoded.height) == (photo.width, photo.height))
      let squares = zip(decoded.pixels, photo.pixels).reduce(0.0) { sum, pair in
        sum + Double(Int(pair.0) - Int(pair.1)) * Double(Int(pair.0) - Int(pair.1))
      }
      errors.append((squares / Double(photo.pixels.count)).squareRoot())
      sizes.append(bytes.count)
    }
    #expect(errors[0] > errors[1] && errors[1] > errors[2] && errors[2] < 5, "\(errors)")
    #expect(sizes[0] < sizes[1] && sizes[1] < sizes[2], "\(sizes)")
    for quality in [0, 101, -1] {
      expectError(.imageInvalidTransform) { _ = try photo.encodeJPEG(quality: quality) }
    }
    let long = try PixelImage(width: 65_501, height: 1, pixels: [UInt8](repeating: 1, count: 65_501 * 3))
    expectError(.imageInvalidTransform) { _ = try long.encodeJPEG() }
    let longest = try PixelImage(width: 65_500, height: 1, pixels: [UInt8](repeating: 1, count: 65_500 * 3))
    #expect(try PixelImage.decode(bytes: longest.encodeJPEG()).width == 65_500)
  }
}
