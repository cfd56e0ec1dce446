import Testing
import XylemImage
import XylemTestSupport

/// Transforms against torchvision's on Pillow images.
@Suite struct TransformGoldenTests {
  @Test("resize and crop of a tiny image give torchvision's pixels", arguments: try Fixtures.transforms.get())
  func tinyImage(golden: TransformGolden) throws {
    let image = try PixelImage.decode(path: Fixtures.path("transforms/codecs/\(golden.file)"))
    let result = try ImageTransform(resize: golden.resize, crop: golden.crop).pixels(of: image)
    #expect(result.width == golden.width)
    #expect(result.height == golden.height)
    #expect(result.pixels == [UInt8](golden.rgb))
  }

  @Test(
    "the evaluation transform of a photograph gives torchvision's values", arguments: try Fixtures.photographs.get())
  func photograph(golden: PhotographGolden) throws {
    let image = try PixelImage.decode(path: Fixtures.path("images/\(golden.file)"))
    let transform = try ImageTransform(resize: golden.resize, crop: golden.crop)
    #expect(fnv1a(try transform.pixels(of: image).pixels) == golden.pixelsHash)
    let result = try transform.apply(to: image)
    #expect(result.shape == [3, golden.crop, golden.crop])
    #expect(middle(of: result) == golden.middleValues)
    #expect(fnv1a(littleEndianBytes(result.values)) == golden.valuesHash)
  }

  /// The middle 8 x 8 of each channel.
  private func middle(of image: PlanarImage) -> [Float] {
    let (height, width) = (image.shape[1], image.shape[2])
    var result: [Float] = []
    for channel in 0..<3 {
      for y in (height / 2 - 4)..<(height / 2 + 4) {
        let start = (channel * height + y) * width + width / 2 - 4
        result += image.values[start..<(start + 8)]
      }
    }
    return result
  }
}
