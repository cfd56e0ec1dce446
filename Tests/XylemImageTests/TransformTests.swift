import Testing
import XylemErrors
import XylemImage
import XylemTestSupport

@Suite struct TransformTests {
  private static let gray = Result { try PixelImage(width: 4, height: 2, pixels: [UInt8](repeating: 128, count: 24)) }

  @Test("the defaults are ImageNet's")
  func defaults() throws {
    let transform = try ImageTransform()
    #expect(transform.resize == 256)
    #expect(transform.crop == 224)
    #expect(transform.mean == [0.485, 0.456, 0.406])
    #expect(transform.standardDeviation == [0.229, 0.224, 0.225])
  }

  @Test("without resize and crop the size stays and planes are in order")
  func planes() throws {
    let image = try PixelImage(width: 2, height: 1, pixels: [0, 51, 102, 255, 204, 153])
    let transform = try ImageTransform(resize: nil, crop: nil, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
    let result = try transform.apply(to: image)
    #expect(result.shape == [3, 1, 2])
    #expect(result.values == [0, 1, 0.2, 0.8, 0.4, 0.6])
  }

  @Test("mean and deviation apply to their own channel")
  func normalise() throws {
    let transform = try ImageTransform(resize: nil, crop: 1, mean: [0, 1, 0.5], standardDeviation: [1, 2, 0.5])
    let image = try PixelImage(width: 1, height: 1, pixels: [255, 0, 255])
    #expect(try transform.apply(to: image).values == [1, -0.5, 1])
  }

  @Test("a constant image stays constant whatever its size becomes", arguments: [1, 2, 3, 7, 64])
  func constant(side: Int) throws {
    let result = try ImageTransform(resize: side, crop: nil).pixels(of: Self.gray.get())
    #expect(result.width == side * 2)
    #expect(result.height == side)
    #expect(result.pixels.allSatisfy { $0 == 128 })
  }

  @Test("sides out of range are refused", arguments: [0, -1, Int.min, 16_385, Int.max])
  func sides(side: Int) throws {
    expectError(.imageInvalidTransform) { _ = try ImageTransform(resize: side) }
    expectError(.imageInvalidTransform) { _ = try ImageTransform(crop: side) }
  }

  @Test("lists without three numbers are refused", arguments: [[], [0.5], [0.5, 0.5], [1, 1, 1, 1]])
  func counts(numbers: [Double]) throws {
    expectError(.imageInvalidTransform) { _ = try ImageTransform(mean: numbers) }
    expectError(.imageInvalidTransform) { _ = try ImageTransform(standardDeviation: numbers) }
  }

  @Test("numbers that are not finite are refused", arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func finite(number: Double) throws {
    expectError(.imageInvalidTransform) { _ = try ImageTransform(mean: [0, number, 0]) }
    expectError(.imageInvalidTransform) { _ = try ImageTransform(standardDeviation: [1, 1, number]) }
  }

  @Test("deviations that are not above zero are refused", arguments: [0, -0.0, -1, 1e-300])
  func deviations(number: Double) throws {
    expectError(.imageInvalidTransform) { _ = try ImageTransform(standardDeviation: [1, number, 1]) }
  }

  @Test("a resize that would make too many pixels is refused before it is made")
  func narrow() throws {
    let image = try PixelImage(width: 1, height: 70_000, pixels: [UInt8](repeating: 1, count: 210_000))
    let transform = try ImageTransform(resize: 16_384)
    let error = expectError(.imageInvalidTransform) { _ = try transform.apply(to: image) }
    #expect(error?.message.contains("16384 x 1146880000") == true)
  }

  @Test("errors read as sentences with remedies")
  func words() throws {
    let error = expectError(.imageInvalidTransform) { _ = try ImageTransform(resize: 0) }
    #expect(
      error?.description == """
        --resize must be from 1 to 16384 pixels, not 0 (image.invalid-transform)
          try: --resize 256 --crop 224
        """)
  }
}
