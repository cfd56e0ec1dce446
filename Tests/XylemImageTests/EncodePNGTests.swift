import Testing
import XylemImage
import XylemTestSupport

@Suite struct EncodePNGTests {
  @Test("an image read back from its PNG is the same", arguments: [(1, 1), (1, 300), (300, 1), (17, 5)])
  func roundTrip(width: Int, height: Int) throws {
    var generator = SplitMix64(seed: 3)
    let pixels = (0..<(width * height * 3)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let image = try PixelImage(width: width, height: height, pixels: pixels)
    #expect(try PixelImage.decode(bytes: image.encodePNG()) == image)
  }
}
