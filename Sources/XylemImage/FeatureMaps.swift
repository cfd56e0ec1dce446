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

  init(height: Int, width: Int, values: ArraySlice<Float>, options: FeatureMapGrid.Options) {
    self.height = height
    self.width = width
    self.values = values
    normalization = options.normalization
    let longer = max(height, width)
    scale = options.scale ?? max(1, (Self.comfortableSide + longer - 1) / longer)
  }

  /// The picture, or `image.invalid-transform` if it would be too large.
  func draw() throws -> PixelImage {
    let size = height * width
    let count = values.count / size
    let columns = Int(Double(count).squareRoot().rounded(.up))
    let rows = (count + columns - 1) / columns
    let (totalWidth, widthOverflow) = Self.length(of: columns, side: width, scale: scale)
    let (totalHeight, heightOverflow) = Self.length(of: rows, side: height, scale: scale)
    let (area, areaOverflow) = totalWidth.multipliedReportingOverflow(by: totalHeight)
    guard !widthOverflow, !heightOverflow, !areaOverflow, area <= PixelImage.maximumPixelCount else {
      throw ImageErrors.gridTooLarge(width: totalWidth, height: totalHeight)
    }
    var canvas = PixelCanvas(width: totalWidth, height: totalHeight, color: .paper)
    let all = ValueRange(of: values)
    for channel in 0..<count {
      let start = values.startIndex + channel * size
      let map = values[start..<(start + size)]
      draw(
        map, in: normalization == .shared ? all : ValueRange(of: map), on: &canvas,
        x: Self.gap + channel % columns * (width * scale + Self.gap),
        y: Self.gap + channel / columns * (height * scale + Self.gap))
    }
    return canvas.image
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

  /// The pixels of `count` maps along one axis, including gaps.
  private static func length(of count: Int, side: Int, scale: Int) -> (Int, overflow: Bool) {
    // `count` is at most 64 in a row and `scale` at most 256; only a side that exceeds memory overflows.
    let (scaled, first) = side.multipliedReportingOverflow(by: scale)
    let (all, second) = (scaled &+ gap).multipliedReportingOverflow(by: count)
    return (all &+ gap, first || second)
  }
}
