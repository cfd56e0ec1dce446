/// Draws channels of equal size as a grid of maps.
struct FeatureMaps {
  /// White pixels between two maps and around all of them.
  static let gap = 2
  /// The minimum length of a map's longer side if no scale is given, in pixels.
  static let comfortableSide = 64

  let height: Int
  let width: Int
  /// The drawn channels, each `height * width`, at least one.
  let values: ArraySlice<Float>
  let normalization: FeatureMapGrid.Normalization
  let scale: Int
  /// Whether each map has its channel's number above it.
  let isNumbered: Bool
  let count: Int
  let columns: Int

  /// - Parameter columns: The maps in a row. Nil makes the grid nearly square.
  init(
    height: Int, width: Int, values: ArraySlice<Float>, options: FeatureMapGrid.Options, columns: Int? = nil,
    isNumbered: Bool = false
  ) {
    self.height = height
    self.width = width
    self.values = values
    self.isNumbered = isNumbered
    normalization = options.normalization
    scale = options.scale ?? Self.comfortableScale(height: height, width: width)
    count = values.count / (height * width)
    self.columns = min(count, columns ?? Int(Double(count).squareRoot().rounded(.up)))
  }

  /// The smallest scale that makes a map ``comfortableSide`` pixels wide or high.
  static func comfortableScale(height: Int, width: Int) -> Int {
    let longer = max(height, width)
    return max(1, (comfortableSide + longer - 1) / longer)
  }

  /// Pixels of one map, without the gap. Numbers may need more than the map.
  private var cell: (width: Int, height: Int, overflow: Bool) {
    let (mapWidth, first) = width.multipliedReportingOverflow(by: scale)
    let (mapHeight, second) = height.multipliedReportingOverflow(by: scale)
    guard isNumbered else { return (mapWidth, mapHeight, first || second) }
    return (max(mapWidth, PixelFont.width(of: "\(count - 1)")), mapHeight &+ PixelFont.height, first || second)
  }

  /// The picture's sides.
  ///
  /// - Throws: `image.invalid-transform` if it would be too large.
  func size() throws -> (width: Int, height: Int) {
    // There are at most 4096 maps and `scale` is at most 256; only a side that exceeds memory overflows.
    let (totalWidth, first) = (cell.width &+ Self.gap).multipliedReportingOverflow(by: columns)
    let (totalHeight, second) = (cell.height &+ Self.gap).multipliedReportingOverflow(
      by: (count + columns - 1) / columns)
    let (area, third) = (totalWidth &+ Self.gap).multipliedReportingOverflow(by: totalHeight &+ Self.gap)
    guard !cell.overflow, !first, !second, !third, area <= PixelImage.maximumPixelCount else {
      throw ImageErrors.gridTooLarge(width: totalWidth &+ Self.gap, height: totalHeight &+ Self.gap)
    }
    return (totalWidth + Self.gap, totalHeight + Self.gap)
  }

  /// The picture, or `image.invalid-transform` if it would be too large.
  func draw() throws -> PixelImage {
    let (width, height) = try size()
    var canvas = PixelCanvas(width: width, height: height, color: .paper)
    draw(on: &canvas, x: 0, y: 0)
    return canvas.image
  }

  /// Draws the grid with its upper left corner at a place.
  func draw(on canvas: inout PixelCanvas, x: Int, y: Int) {
    let (size, cell, all) = (height * width, cell, ValueRange(of: values))
    for channel in 0..<count {
      let start = values.startIndex + channel * size
      let map = values[start..<(start + size)]
      let left = x + Self.gap + channel % columns * (cell.width + Self.gap)
      var top = y + Self.gap + channel / columns * (cell.height + Self.gap)
      if isNumbered {
        canvas.write("\(channel)", x: left, y: top, color: .caption)
        top += PixelFont.height
      }
      draw(map, in: normalization == .shared ? all : ValueRange(of: map), on: &canvas, x: left, y: top)
    }
  }

  private func draw(_ map: ArraySlice<Float>, in range: ValueRange, on canvas: inout PixelCanvas, x: Int, y: Int) {
    var index = map.startIndex
    for row in 0..<height {
      for column in 0..<width {
        let color = range.color(of: map[index])
        canvas.fill(x: x + column * scale, y: y + row * scale, width: scale, height: scale, color: color)
        index += 1
      }
    }
  }
}
