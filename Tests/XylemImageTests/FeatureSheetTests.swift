import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemImage

@Suite struct FeatureSheetTests {
  /// Six maps of 2 x 3 and the same values with channels last.
  private let first = (0..<36).map { Float($0 * 7 % 36) }
  private var last: [Float] { (0..<6).flatMap { place in (0..<6).map { first[$0 * 6 + place] } } }
  private let options = FeatureMapGrid.Options(scale: 4)

  private func sheet(_ shape: [Int], _ values: [Float], _ layout: FeatureLayout?) throws -> FeatureSheet {
    try FeatureSheet([.init(name: "layer", shape: shape, values: values, layout: layout)], options: options)
  }

  /// The rows of a picture from below the two lines of text.
  private func body(_ sheet: FeatureSheet) -> ArraySlice<UInt8> {
    sheet.image.pixels[(sheet.image.width * (FeatureSheet.margin + 2 * (PixelFont.height + 2)) * 3)...]
  }

  /// The same as body, without what is below the maps.
  private func maps(_ sheet: FeatureSheet, width: Int) -> [[PixelColor]] {
    let top = FeatureSheet.margin + 2 * (PixelFont.height + 2)
    return (top..<(top + 2 * (2 * 4 + 2 + PixelFont.height))).map { y in
      (FeatureSheet.margin..<(FeatureSheet.margin + width)).map { sheet.image.color(x: $0, y: y) }
    }
  }

  @Test("every layout of the same values shows the same maps")
  func layouts() throws {
    let reference = try sheet([6, 2, 3], first, .channelsFirst)
    #expect(reference.panels == [.init(name: "layer", layout: .channelsFirst, channelCount: 6, drawnChannelCount: 6)])
    let channelsLast = try sheet([2, 3, 6], last, .channelsLast)
    let grid = FeatureLayout.TokenGrid(leadingCount: 1, height: 2, width: 3)
    let classToken: [Float] = [9, 8, 7, 6, 5, 4]
    let tokens = try sheet([7, 6], classToken + last, .tokens(grid))
    let width = 3 * 14
    #expect(maps(channelsLast, width: width) == maps(reference, width: width))
    #expect(maps(tokens, width: width) == maps(reference, width: width))
    #expect(tokens.panels[0].channelCount == 6)
    // The class token's bars are below.
    #expect(tokens.image.height > reference.image.height + FeatureBars.rowHeight)
    // Each map's first pixel has its value's colour.
    for channel in 0..<6 {
      let values = first[(channel * 6)..<(channel * 6 + 6)]
      let color = ValueRange(of: values).color(of: values[channel * 6])
      let (x, y) = (channel % 3 * 14, channel / 3 * (2 * 4 + 2 + PixelFont.height) + 2 + PixelFont.height)
      #expect(maps(reference, width: width)[y][x] == color)
    }
  }

  @Test("attention shows where the class token looks, or all tokens on average")
  func attention() throws {
    // Two heads of five tokens; the class token looks at one corner each.
    var weights = [Float](repeating: 0.2, count: 2 * 25)
    weights.replaceSubrange(0..<5, with: [0, 1, 0, 0, 0])
    weights.replaceSubrange(25..<30, with: [0, 0, 0, 0, 1])
    let grid = FeatureLayout.TokenGrid(leadingCount: 1, height: 2, width: 2)
    let parts = FeatureParts(shape: [2, 5, 5], values: weights, layout: .attention(grid), limit: 64)
    #expect(parts.maps?.values == [1, 0, 0, 0, 0, 0, 0, 1])
    #expect(parts.unit == "heads")
    let whole = FeatureLayout.TokenGrid(leadingCount: 0, height: 2, width: 2)
    let rows: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0.5]
    let mean = FeatureParts(shape: [4, 4], values: rows, layout: .attention(whole), limit: 64)
    #expect(mean.maps?.values == [0.375, 0.5, 0, 0.125])
  }

  @Test("several features are below each other, a row of channels each")
  func contactSheet() throws {
    let features = [
      try FeatureSheet.Feature(name: "early", shape: [100, 64, 64], values: [Float](repeating: 1, count: 100 * 4096)),
      try FeatureSheet.Feature(name: "late", shape: [30, 1, 1], values: (0..<30).map { Float($0) }),
      try FeatureSheet.Feature(name: "map", shape: [2, 2], values: [1, 2, 3, 4]),
    ]
    let sheet = try FeatureSheet(features)
    #expect(sheet.panels.map(\.name) == ["early", "late", "map"])
    #expect(sheet.panels.map(\.channelCount) == [100, 30, 1])
    #expect(sheet.panels.map(\.drawnChannelCount) == [18, 30, 1])
    #expect(sheet.image.width <= FeatureSheet.rowWidth + 2 * FeatureSheet.margin + FeatureMaps.gap)
    #expect(try FeatureSheet(features).image == sheet.image)
    let limited = try FeatureSheet(features, options: .init(maximumChannels: 3))
    #expect(limited.panels.map(\.drawnChannelCount) == [3, 30, 1])
  }

  @Test("the title and the channels' numbers are written")
  func text() throws {
    var canvas = PixelCanvas(width: 8, height: 15, color: .paper)
    canvas.write("1", x: 1, y: 1, color: .caption)
    let rows = (0..<15).map { y in (0..<8).map { canvas.image.color(x: $0, y: y) == .caption ? "#" : "." }.joined() }
    #expect(
      rows == [
        "........", "........", "........", "...#....", "..##....", ".#.#....", "...#....", "...#....", "...#....",
        "...#....", "...#....", ".#####..", "........", "........", "........",
      ])
    // What does not fit is not drawn, and what the font lacks is a box.
    canvas.write("\u{4E2D}W", x: 5, y: 10, color: .title)
    #expect(PixelFont.rows(of: "\u{4E2D}") == PixelFont.rows(of: "e\u{301}\u{302}"))
    #expect(PixelFont.rows(of: "\u{D7}") != PixelFont.rows(of: "x"))
  }

  @Test("the scale has the lowest and the highest value")
  func numbers() {
    #expect(
      [0, 1, -0.5, 1234.5678, 0.000012345, 1e30, -123456].map(ValueScale.short) == [
        "0", "1", "-0.5", "1235", "1.234e-05", "1e+30", "-1.235e+05",
      ])
  }

  @Test("what can't be drawn is refused")
  func refused() throws {
    expectError(.imageTooSmall) { _ = try FeatureSheet([]) }
    expectError(.imageTooSmall) { _ = try FeatureSheet.Feature(name: "x", shape: [3, 0, 2], values: []) }
    expectError(.imageInvalidTransform) { _ = try FeatureSheet.Feature(name: "x", shape: [2, 2], values: [1]) }
    expectError(.imageInvalidTransform) {
      _ = try FeatureSheet.Feature(name: "x", shape: [2, 2], values: [1, 2, 3, 4], layout: .channelsLast)
    }
    expectError(.imageInvalidTransform) {
      let grid = FeatureLayout.TokenGrid(leadingCount: 0, height: 2, width: 2)
      _ = try FeatureSheet.Feature(name: "x", shape: [3, 2], values: [1, 2, 3, 4, 5, 6], layout: .tokens(grid))
    }
    let one = try FeatureSheet.Feature(name: "x", shape: [1], values: [1])
    expectError(.imageInvalidTransform) { _ = try FeatureSheet(Array(repeating: one, count: 65)) }
    expectError(.imageInvalidTransform) { _ = try FeatureSheet([one], options: .init(maximumChannels: 0)) }
    let notFinite = try FeatureSheet([.init(name: "", shape: [1, 2, 2], values: [.nan, .infinity, .nan, .nan])])
    #expect(notFinite.image.pixels.contains(64))
  }
}
