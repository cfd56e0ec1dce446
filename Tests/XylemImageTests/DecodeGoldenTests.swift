import Testing
import XylemImage
import XylemTestSupport

/// Decoding against Pillow's `Image.open(file).convert("RGB")`.
@Suite struct DecodeGoldenTests {
  @Test("a tiny file of every kind decodes to Pillow's pixels", arguments: try Fixtures.codecs.get())
  func tinyFile(golden: CodecGolden) throws {
    let image = try PixelImage.decode(path: Fixtures.path("transforms/codecs/\(golden.file)"))
    #expect(image.width == golden.width)
    #expect(image.height == golden.height)
    #expect(image.pixels == [UInt8](golden.rgb))
  }

  @Test("every colour type, depth and interlacing of PNG has a golden file")
  func coverage() throws {
    let names = Set(try Fixtures.codecs.get().map(\.file))
    let depths = [
      "gray": [1, 2, 4, 8, 16], "rgb": [8, 16], "palette": [1, 2, 4, 8], "gray-alpha": [8, 16], "rgba": [8, 16],
    ]
    for (color, depths) in depths {
      for depth in depths {
        #expect(names.contains("\(color)-\(depth).png"))
        #expect(names.contains("\(color)-\(depth)-interlaced.png"))
      }
    }
    for name in ["gray", "cmyk", "ycck", "rgb-orientation", "rgb-420-progressive"] {
      #expect(names.contains("\(name).jpg"))
    }
  }

  @Test(
    "a photograph decodes to Pillow's pixels", arguments: ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"])
  func photograph(name: String) throws {
    let golden = try #require(try Fixtures.photographs.get().first { $0.file == name })
    let image = try PixelImage.decode(path: Fixtures.path("images/\(name)"))
    #expect(image.width == golden.width)
    #expect(image.height == golden.height)
    #expect(fnv1a(image.pixels) == golden.decodedHash)
  }
}
