import Testing

@testable import XylemImage

@Suite struct ColorMapTests {
  @Test("colours get lighter from low to high")
  func lightness() {
    let levels = ColorMap.colors.map { 0.2126 * Double($0.red) + 0.7152 * Double($0.green) + 0.0722 * Double($0.blue) }
    #expect(levels.count == 256)
    // Neighbours may differ by the rounding of their levels alone.
    #expect((1..<256).allSatisfy { levels[$0] > levels[$0 - 1] - 1 })
    #expect((8..<256).allSatisfy { levels[$0] > levels[$0 - 8] })
  }
}
