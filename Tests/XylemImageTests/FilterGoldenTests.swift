import Foundation
import Testing
import XylemErrors
import XylemImage
import XylemTestSupport

/// What torchvision's Resize with an InterpolationMode, and Grayscale, make of a tiny file.
private struct FilterGolden: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let resize: Int?
  let interpolation: String
  let channels: Int
  let width: Int
  let height: Int
  let rgb: Data
  var testDescription: String { "\(file) \(interpolation) \(resize ?? 0) of \(channels) channels" }
}

/// What Pillow's exif_transpose makes of a tiny file.
private struct OrientationGolden: Decodable, Sendable, CustomTestStringConvertible {
  let png: Data
  let orientation: Int
  let width: Int
  let height: Int
  let rgb: Data
  var testDescription: String { "orientation \(orientation)" }
}

private struct Cases<Case: Decodable>: Decodable { let cases: [Case] }

@Suite struct FilterGoldenTests {
  @Test(
    "every filter gives Pillow's pixels, growing and shrinking, in colour and in gray",
    arguments: try Fixtures.decoded("transforms/filters.json", as: Cases<FilterGolden>.self).cases)
  private func filters(golden: FilterGolden) throws {
    let image = try PixelImage.decode(path: Fixtures.path("transforms/codecs/\(golden.file)"))
    let numbers = [Double](repeating: 0.5, count: golden.channels)
    let transform = try ImageTransform(
      resize: golden.resize, crop: nil, mean: numbers, standardDeviation: numbers,
      interpolation: #require(ResampleFilter(rawValue: golden.interpolation)), channels: golden.channels)
    let result = try transform.pixels(of: image)
    #expect(result.width == golden.width && result.height == golden.height)
    #expect(result.pixels == [UInt8](golden.rgb))
    let planes = try transform.apply(to: image)
    #expect(planes.shape == [golden.channels, golden.height, golden.width])
    let first = try #require(golden.rgb.first)
    #expect(planes.values.first == (Float(first) / 255 - 0.5) / 0.5)
  }

  @Test(
    "an image is turned as its tag of orientation says",
    arguments: try Fixtures.decoded("transforms/orientations.json", as: Cases<OrientationGolden>.self).cases)
  private func orientations(golden: OrientationGolden) throws {
    let bytes = [UInt8](golden.png)
    let facts = ImageFacts(bytes)
    #expect(facts.orientation == golden.orientation)
    let image = try PixelImage.decode(bytes: bytes).upright(from: facts.orientation)
    #expect(image.width == golden.width && image.height == golden.height)
    #expect(image.pixels == [UInt8](golden.rgb))
  }

  @Test(
    "what a file has that its pixels lose is told",
    arguments: [
      ("rgb-orientation.jpg", 6, 8, false, false, false), ("rgb-444.jpg", 1, 8, false, false, false),
      ("gray.jpg", 1, 8, true, false, false), ("cmyk.jpg", 1, 8, false, false, true),
      ("gray-16.png", 1, 16, true, false, false), ("gray-alpha-16.png", 1, 16, true, true, false),
      ("rgb-16.png", 1, 16, false, false, false), ("rgba-8.png", 1, 8, false, true, false),
      ("palette-8-trns.png", 1, 8, false, true, false), ("rgb-8.png", 1, 8, false, false, false),
    ])
  func facts(_ name: String, _ orientation: Int, _ bits: Int, _ isGray: Bool, _ isClear: Bool, _ isInk: Bool) throws {
    let facts = ImageFacts(try Fixtures.bytes("transforms/codecs/\(name)"))
    #expect(facts.orientation == orientation && facts.bitsPerLevel == bits)
    #expect(facts.isGray == isGray && facts.hasTransparency == isClear && facts.isInk == isInk)
  }

  @Test("facts of a file that ends anywhere, or is damaged, are read without harm")
  func damagedFacts() throws {
    var generator = SplitMix64(seed: 3)
    for name in ["rgb-orientation.jpg", "rgba-16.png"] {
      let bytes = try Fixtures.bytes("transforms/codecs/\(name)")
      for count in 0..<bytes.count { _ = ImageFacts(Array(bytes.prefix(count))) }
      for _ in 0..<2000 {
        var mutated = bytes
        for _ in 0..<4 {
          mutated[Int.random(in: 0..<min(mutated.count, 200), using: &generator)] = .random(
            in: 0...255, using: &generator)
        }
        let facts = ImageFacts(mutated)
        #expect((1...8).contains(facts.orientation))
      }
    }
  }

  @Test("numbers for other channels than there are, and other counts of channels, are errors")
  func channels() throws {
    expectError(.imageInvalidTransform) { _ = try ImageTransform(channels: 1) }
    expectError(.imageInvalidTransform) { _ = try ImageTransform(channels: 2) }
    expectError(.imageInvalidTransform) { _ = try ImageTransform(mean: [0.5], standardDeviation: [0.5]) }
  }
}
