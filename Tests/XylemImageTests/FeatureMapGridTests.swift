import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemImage

@Suite struct FeatureMapGridTests {
  private let low = PixelColor(68, 1, 84)
  private let high = PixelColor(253, 231, 37)
  private let paper = PixelColor(255, 255, 255)
  private let notFinite = PixelColor(255, 0, 64)

  @Test("a grid of known channels has known pixels")
  func golden() throws {
    // Three channels of 1 x 2: two rows of two cells, each map 4 x 2 pixels at scale 2, gaps of 2.
    let values: [Float] = [0, 1, 5, -5, 7, 7]
    let grid = try FeatureMapGrid(shape: [3, 1, 2], values: values, options: .init(scale: 2))
    let image = try PixelImage.decode(bytes: grid.encodePNG())
    let (l, h) = (low, high)
    let blank = [PixelColor](repeating: paper, count: 14)
    let upper = [paper, paper, l, l, h, h, paper, paper, h, h, l, l, paper, paper]
    let lower = [paper, paper, l, l, l, l] + [PixelColor](repeating: paper, count: 8)
    #expect(image.width == 14)
    #expect(image.height == 10)
    let rows = (0..<image.height).map { y in (0..<image.width).map { image.color(x: $0, y: y) } }
    #expect(rows == [blank, blank, upper, upper, blank, blank, lower, lower, blank, blank])
  }

  @Test("the bytes read back are the picture")
  func roundTrip() throws {
    let values = (0..<(5 * 9 * 4)).map { Float($0 % 17) }
    let grid = try FeatureMapGrid(shape: [5, 9, 4], values: values)
    #expect(try PixelImage.decode(bytes: grid.encodePNG()) == grid.image)
    #expect(try grid.encodePNG() == FeatureMapGrid(shape: [5, 9, 4], values: values).encodePNG())
  }

  @Test("each channel has its own range, or all share one")
  func ranges() throws {
    let values: [Float] = [0, 1, 0, 10]
    let own = try FeatureMapGrid(shape: [2, 1, 2], values: values, options: .init(scale: 1)).image
    #expect([2, 3, 6, 7].map { own.color(x: $0, y: 2) } == [low, high, low, high])
    let options = FeatureMapGrid.Options(normalization: .shared, scale: 1)
    let shared = try FeatureMapGrid(shape: [2, 1, 2], values: values, options: options).image
    #expect([2, 3, 6, 7].map { shared.color(x: $0, y: 2) } == [low, ColorMap.colors[26], low, high])
  }

  @Test("values that are not finite have their own colour and no part in the range")
  func notFiniteValues() throws {
    let values: [Float] = [.nan, 1, .infinity, 2, -.infinity, 1]
    let image = try FeatureMapGrid(shape: [1, 1, 6], values: values, options: .init(scale: 1)).image
    #expect((2..<8).map { image.color(x: $0, y: 2) } == [notFinite, low, notFinite, high, notFinite, low])
    #expect(!ColorMap.colors.contains(notFinite))
    let nothing = try FeatureMapGrid(shape: [1, 1, 2], values: [.nan, .nan], options: .init(scale: 1)).image
    #expect([2, 3].map { nothing.color(x: $0, y: 2) } == [notFinite, notFinite])
  }

  @Test("the widest range of floats does not overflow")
  func extremes() throws {
    let largest = Float.greatestFiniteMagnitude
    let image = try FeatureMapGrid(shape: [1, 1, 3], values: [-largest, 0, largest], options: .init(scale: 1)).image
    #expect([2, 3, 4].map { image.color(x: $0, y: 2) } == [low, ColorMap.colors[128], high])
  }

  @Test(
    "small maps are enlarged to at least 64 pixels and large ones are left", arguments: [(7, 70), (64, 64), (65, 65)])
  func automaticScale(side: Int, pixels: Int) throws {
    let values = [Float](repeating: 0, count: side * side)
    let image = try FeatureMapGrid(shape: [1, side, side], values: values).image
    #expect(image.width == pixels + 4)
    #expect(image.height == pixels + 4)
  }

  @Test("no more channels are drawn than requested")
  func limit() throws {
    let values = [Float](repeating: 0, count: 100 * 4)
    let grid = try FeatureMapGrid(shape: [100, 2, 2], values: values, options: .init(scale: 1))
    #expect(grid.channelCount == 100)
    #expect(grid.drawnChannelCount == 64)
    #expect(grid.image.width == 8 * 4 + 2)
    #expect(grid.image.height == 8 * 4 + 2)
    let few = try FeatureMapGrid(shape: [100, 2, 2], values: values, options: .init(maximumChannels: 3, scale: 1))
    #expect(few.drawnChannelCount == 3)
    #expect(few.image.width == 2 * 4 + 2)
  }

  @Test("a matrix is one map")
  func matrix() throws {
    let grid = try FeatureMapGrid(shape: [2, 3], values: [0, 1, 2, 3, 4, 5], options: .init(scale: 1))
    #expect(grid.channelCount == 1)
    #expect(grid.image.width == 7)
    #expect(grid.image.height == 6)
    #expect(grid.image.color(x: 4, y: 3) == high)
  }

  @Test("a vector is drawn as bars from zero, also as maps of one pixel", arguments: [[4], [4, 1, 1]])
  func bars(shape: [Int]) throws {
    let grid = try FeatureMapGrid(shape: shape, values: [1, -1, 0, .nan], options: .init(scale: 4))
    #expect(grid.drawnChannelCount == 4)
    let image = grid.image
    #expect(image.width == 4 * 4 + 8)
    #expect(image.height == 96 + 8)
    func heights(x: Int, _ color: PixelColor) -> [Int] {
      (0..<image.height).filter { image.color(x: x, y: $0) == color }
    }
    #expect(heights(x: 4, high) == Array(4...52))
    #expect(heights(x: 8, low) == Array(52...99))
    #expect(heights(x: 12, ColorMap.colors[128]) == [52])
    #expect(heights(x: 16, notFinite) == Array(4...99))
    #expect(image.color(x: 7, y: 10) == paper)
    #expect(image.color(x: 7, y: 52) == PixelColor(160, 160, 160))
  }

  @Test("a long vector goes over several rows")
  func longVector() throws {
    let grid = try FeatureMapGrid(shape: [1000], values: (0..<1000).map { Float($0) })
    #expect(grid.drawnChannelCount == 1000)
    #expect(grid.image.width == 256 * 4 + 8)
    #expect(grid.image.height == 4 * 100 + 4)
    let huge = try FeatureMapGrid(
      shape: [20_000], values: [Float](repeating: 1, count: 20_000), options: .init(scale: 1))
    #expect(huge.channelCount == 20_000)
    #expect(huge.drawnChannelCount == 16_384)
  }

  @Test("a vector of zeros or of no finite value is drawn", arguments: [0, Float.nan])
  func flatVector(value: Float) throws {
    let image = try FeatureMapGrid(shape: [2], values: [value, value]).image
    #expect(image.color(x: 4, y: 99) == (value.isNaN ? notFinite : low))
  }

  @Test("shapes that are no feature or do not fit are refused")
  func shapes() throws {
    for shape in [[], [1, 2, 2, 2], [-1, 2, 2], [-4], [2, 3, 3], [.max, .max, 2]] {
      expectError(.imageInvalidTransform) { _ = try FeatureMapGrid(shape: shape, values: [1, 2, 3, 4]) }
    }
    for shape in [[0], [0, 3], [0, 7, 7], [3, 0, 2]] {
      expectError(.imageTooSmall) { _ = try FeatureMapGrid(shape: shape, values: []) }
    }
  }

  @Test("options out of range are refused")
  func options() throws {
    for limit in [0, -1, 4097] {
      expectError(.imageInvalidTransform) {
        _ = try FeatureMapGrid(shape: [1, 1, 2], values: [1, 2], options: .init(maximumChannels: limit))
      }
    }
    for scale in [0, -3, 257, Int.max] {
      expectError(.imageInvalidTransform) {
        _ = try FeatureMapGrid(shape: [1, 1, 2], values: [1, 2], options: .init(scale: scale))
      }
    }
  }

  @Test("a picture that would be too large is refused")
  func tooLarge() throws {
    let values = [Float](repeating: 0, count: 4 * 50_000)
    let error = expectError(.imageInvalidTransform) {
      _ = try FeatureMapGrid(shape: [4, 50, 1000], values: values, options: .init(scale: 256))
    }
    #expect(error?.message.contains("512006 x 25606") == true)
  }
}
