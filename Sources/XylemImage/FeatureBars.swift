/// Draws a vector as rows of bars.
struct FeatureBars {
  /// The maximum number of drawn values.
  static let maximumValues = 16_384
  /// The maximum number of bars in a row.
  static let barsPerRow = 256
  /// The height of a row of bars, in pixels.
  static let rowHeight = 96
  /// White pixels around each row of bars.
  static let gap = 4

  /// The drawn values, at least one.
  let values: ArraySlice<Float>
  /// Pixels from one bar to the next. Above 3, the last of them is white.
  let pitch: Int

  let columns: Int
  private let range: ValueRange
  /// The values at the lower and the upper edge of a row: the range, extended to include zero.
  private let floor: Double
  private let ceiling: Double

  init(values: [Float], scale: Int?) {
    let drawn = values.prefix(Self.maximumValues)
    let range = ValueRange(of: drawn)
    self.values = drawn
    self.range = range
    floor = min(0, range.low)
    ceiling = max(0, range.high)
    columns = min(drawn.count, Self.barsPerRow)
    pitch = scale ?? min(max(1024 / columns, 4), 32)
  }

  /// The picture's sides.
  ///
  /// - Throws: `image.invalid-transform` if it would be too large.
  func size() throws -> (width: Int, height: Int) {
    let rows = (values.count + columns - 1) / columns
    let width = columns * pitch + 2 * Self.gap
    let height = rows * (Self.rowHeight + Self.gap) + Self.gap
    guard width * height <= PixelImage.maximumPixelCount else {
      throw ImageErrors.gridTooLarge(width: width, height: height)
    }
    return (width, height)
  }

  /// The picture, or `image.invalid-transform` if it would be too large.
  func draw() throws -> PixelImage {
    let (width, height) = try size()
    var canvas = PixelCanvas(width: width, height: height, color: .paper)
    draw(on: &canvas, x: 0, y: 0)
    return canvas.image
  }

  /// Draws the rows with their upper left corner at a place.
  func draw(on canvas: inout PixelCanvas, x: Int, y: Int) {
    for row in 0..<((values.count + columns - 1) / columns) {
      let top = y + Self.gap + row * (Self.rowHeight + Self.gap)
      canvas.fill(x: x + Self.gap, y: top + line(of: 0), width: columns * pitch, height: 1, color: .line)
    }
    let barWidth = pitch > 3 ? pitch - 1 : pitch
    for (index, value) in values.enumerated() {
      let top = y + Self.gap + index / columns * (Self.rowHeight + Self.gap)
      let lines = self.lines(of: value)
      canvas.fill(
        x: x + Self.gap + index % columns * pitch, y: top + lines.lowerBound, width: barWidth, height: lines.count,
        color: range.color(of: value))
    }
  }

  /// The lines of a row that a value's bar covers: from zero to the value. All lines if it is not finite.
  private func lines(of value: Float) -> ClosedRange<Int> {
    guard value.isFinite else { return 0...(Self.rowHeight - 1) }
    let (zero, end) = (line(of: 0), line(of: Double(value)))
    return min(zero, end)...max(zero, end)
  }

  /// The line of a row, from the top, for a value.
  private func line(of value: Double) -> Int {
    guard ceiling > floor else { return Self.rowHeight - 1 }
    let part = (ceiling - value) / (ceiling - floor)
    return Int((part * Double(Self.rowHeight - 1)).rounded())
  }
}
