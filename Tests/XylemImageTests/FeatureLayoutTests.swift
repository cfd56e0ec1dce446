import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemImage

@Suite struct FeatureLayoutTests {
  private func grid(_ leading: Int, _ height: Int, _ width: Int) -> FeatureLayout.TokenGrid {
    FeatureLayout.TokenGrid(leadingCount: leading, height: height, width: width)
  }

  private func layout(_ shape: [Int], input: FeatureLayout.InputSize?) throws -> FeatureLayout {
    try FeatureLayout(of: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)), input: input)
  }

  @Test("the layouts of networks' features of a square image are told apart")
  func squareImage() throws {
    let input = FeatureLayout.InputSize(height: 224, width: 224)
    let expected: [([Int], FeatureLayout)] = [
      ([64, 112, 112], .channelsFirst), ([512, 7, 7], .channelsFirst), ([64, 56, 56], .channelsFirst),
      ([56, 56, 96], .channelsLast), ([7, 7, 768], .channelsLast), ([14, 14, 14], .channelsFirst),
      ([7, 7, 7], .channelsFirst), ([512, 1, 7], .channelsFirst), ([192, 35, 35], .channelsFirst),
      ([512, 1, 1], .vector), ([1, 1, 96], .vector), ([1000], .vector), ([1], .vector), ([1, 1], .vector),
      ([1, 768], .vector),
      ([197, 768], .tokens(grid(1, 14, 14))), ([196, 768], .tokens(grid(0, 14, 14))),
      ([50, 768], .tokens(grid(1, 7, 7))), ([198, 192], .tokens(grid(2, 14, 14))),
      ([201, 384], .tokens(grid(5, 14, 14))), ([3136, 96], .tokens(grid(0, 56, 56))), ([91, 5], .matrix),
      ([77, 512], .matrix),
    ]
    for (shape, layout) in expected {
      #expect(try self.layout(shape, input: input) == layout, "\(shape)")
    }
  }

  @Test("features have the proportions of an image that is not square")
  func wideImage() throws {
    let input = FeatureLayout.InputSize(height: 240, width: 320)
    let expected: [([Int], FeatureLayout)] = [
      ([64, 60, 80], .channelsFirst), ([60, 80, 96], .channelsLast), ([8, 10, 768], .channelsLast),
      ([48, 64, 48], .channelsLast), ([48, 36, 48], .channelsFirst), ([301, 384], .tokens(grid(1, 15, 20))),
      ([300, 384], .tokens(grid(0, 15, 20))), ([197, 384], .tokens(grid(5, 12, 16))), ([199, 384], .matrix),
    ]
    for (shape, layout) in expected {
      #expect(try self.layout(shape, input: input) == layout, "\(shape)")
    }
  }

  @Test("without an image channels are first and nothing is a token")
  func noImage() throws {
    let expected: [([Int], FeatureLayout)] = [
      ([7, 7, 768], .channelsFirst), ([197, 768], .matrix), ([10, 10, 10], .channelsFirst), ([12], .vector),
    ]
    for (shape, layout) in expected { #expect(try self.layout(shape, input: nil) == layout, "\(shape)") }
  }

  @Test("maps whose rows sum to one are attention")
  func attention() throws {
    let input = FeatureLayout.InputSize(height: 32, width: 32)
    let rows = (0..<(3 * 5)).flatMap { row in (0..<5).map { $0 == row % 5 ? 0.6 as Float : 0.1 } }
    #expect(try FeatureLayout(of: [3, 5, 5], values: rows, input: input) == .attention(grid(1, 2, 2)))
    #expect(try FeatureLayout(of: [5, 5], values: Array(rows.prefix(25)), input: input) == .attention(grid(1, 2, 2)))
    var other = rows
    other[74] += 0.01
    #expect(try FeatureLayout(of: [3, 5, 5], values: other, input: input) == .channelsFirst)
    other = rows.map { $0 - 1 }
    #expect(try FeatureLayout(of: [3, 5, 5], values: other, input: input) == .channelsFirst)
    other[0] = .nan
    #expect(try FeatureLayout(of: [3, 5, 5], values: other, input: input) == .channelsFirst)
  }

  @Test("a named layout must fit the shape")
  func named() throws {
    let input = FeatureLayout.InputSize(height: 224, width: 224)
    #expect(try FeatureLayout(.channelsLast, shape: [512, 7, 7], input: input) == .channelsLast)
    #expect(try FeatureLayout(.matrix, shape: [197, 768], input: input) == .matrix)
    #expect(try FeatureLayout(.tokens, shape: [17, 8], input: input) == .tokens(grid(1, 4, 4)))
    #expect(try FeatureLayout(.tokens, shape: [17, 8], input: nil) == .tokens(grid(1, 4, 4)))
    #expect(try FeatureLayout(.attention, shape: [2, 16, 16], input: nil) == .attention(grid(0, 4, 4)))
    #expect(try FeatureLayout(.vector, shape: [8, 1, 1], input: nil) == .vector)
    let wrong: [(FeatureLayout.Kind, [Int])] = [
      (.channelsLast, [7, 7]), (.channelsFirst, [8]), (.matrix, [1, 2, 3]), (.tokens, [77, 512]), (.tokens, [4, 4, 4]),
      (.attention, [2, 4, 5]), (.attention, [7, 7]), (.vector, [2, 2]), (.tokens, [0, 3]),
    ]
    for (kind, shape) in wrong {
      expectError(.imageInvalidTransform) { _ = try FeatureLayout(kind, shape: shape, input: nil) }
    }
  }
}
