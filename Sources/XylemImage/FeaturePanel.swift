/// One feature of a sheet: a title, a line about what is shown, the maps and bars, and a scale.
struct FeaturePanel {
  private enum Piece {
    case line(String, PixelColor, isBold: Bool)
    case maps(FeatureMaps)
    /// Bars, with the number of its first value beside each row.
    case bars(FeatureBars)
    case scale(ValueScale)
    case space
  }

  let panel: FeatureSheet.Panel
  let width: Int
  let height: Int
  private let pieces: [(piece: Piece, height: Int)]

  /// - Parameter isRow: Whether maps are in one row, as many as it holds.
  init(_ feature: FeatureSheet.Feature, options: FeatureMapGrid.Options, isRow: Bool) throws {
    let columns = isRow ? Self.columns(of: feature, options) : nil
    let parts = FeatureParts(
      shape: feature.shape, values: feature.values, layout: feature.layout,
      limit: min(options.maximumChannels, columns ?? options.maximumChannels))
    var pieces: [Piece] = []
    var drawnCount = 0
    if let maps = parts.maps {
      let drawing = FeatureMaps(
        height: maps.height, width: maps.width, values: maps.values[...], options: options, columns: columns,
        isNumbered: parts.count > 1)
      drawnCount = maps.count
      pieces += [.maps(drawing), .scale(ValueScale(maps.values[...], isPerMap: options.isPerMap && maps.count > 1))]
    }
    for vector in parts.vectors {
      let shown = isRow ? Array(vector.values.prefix(FeatureBars.barsPerRow)) : vector.values
      let bars = FeatureBars(values: shown, scale: options.scale)
      if vector.title == nil { drawnCount = bars.values.count }
      let count = bars.values.count < vector.values.count ? ", the first \(bars.values.count) values" : ""
      if let title = vector.title { pieces += [.space, .line(title + count, .caption, isBold: false)] }
      pieces += [.bars(bars), .scale(ValueScale(bars.values, isPerMap: false))]
    }
    panel = FeatureSheet.Panel(
      name: feature.name, layout: feature.layout, channelCount: parts.count, drawnChannelCount: drawnCount)
    pieces =
      [
        .line(Self.shortened(feature.name), .title, isBold: true),
        .line(Self.caption(feature.shape, parts, drawn: drawnCount), .caption, isBold: false),
      ] + pieces
    let sizes = try pieces.map(Self.size)
    self.pieces = zip(pieces, sizes).map { ($0, $1.height) }
    width = sizes.map(\.width).max() ?? 0
    height = sizes.reduce(0) { $0 + $1.height }
  }

  /// The maps that a row of a sheet holds.
  private static func columns(of feature: FeatureSheet.Feature, _ options: FeatureMapGrid.Options) -> Int {
    let (height, width): (Int, Int) =
      switch feature.layout {
      case .channelsFirst: (feature.shape[1], feature.shape[2])
      case .channelsLast, .matrix: (feature.shape[0], feature.shape[1])
      case .tokens(let grid), .attention(let grid): (grid.height, grid.width)
      case .vector: (1, 1)
      }
    let scale = options.scale ?? FeatureMaps.comfortableScale(height: height, width: width)
    let (side, overflow) = width.multipliedReportingOverflow(by: scale)
    return overflow ? 1 : max(1, FeatureSheet.rowWidth / (side + FeatureMaps.gap))
  }

  private static func caption(_ shape: [Int], _ parts: FeatureParts, drawn: Int) -> String {
    let sides = "[" + shape.map(String.init).joined(separator: ", ") + "]"
    let count =
      parts.count == drawn
      ? (drawn == 1 ? "" : "all \(drawn) \(parts.unit)") : "\(parts.unit) 0 to \(drawn - 1) of \(parts.count)"
    return [sides, count, parts.remark].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// A long name's end says more than its start.
  private static func shortened(_ name: String) -> String {
    let limit = 120
    return name.count > limit ? "..." + name.suffix(limit - 3) : name
  }

  private static func size(of piece: Piece) throws -> (width: Int, height: Int) {
    switch piece {
    case .line(let text, _, let isBold):
      return (PixelFont.width(of: text) + (isBold ? 1 : 0), PixelFont.height + 2)
    case .maps(let maps): return try maps.size()
    case .bars(let bars):
      let (width, height) = try bars.size()
      return (width + numbersWidth(of: bars), height)
    case .scale(let scale): return (scale.width, PixelFont.height + 4)
    case .space: return (0, 6)
    }
  }

  /// Pixels for the numbers beside rows of bars.
  private static func numbersWidth(of bars: FeatureBars) -> Int {
    PixelFont.width(of: "\(bars.values.count - 1)") + FeatureBars.gap
  }

  func draw(on canvas: inout PixelCanvas, x: Int, y: Int) {
    var top = y
    for (piece, height) in pieces {
      switch piece {
      case .line(let text, let color, let isBold): canvas.write(text, x: x, y: top, color: color, isBold: isBold)
      case .maps(let maps): maps.draw(on: &canvas, x: x - FeatureMaps.gap, y: top)
      case .bars(let bars):
        for first in stride(from: 0, to: bars.values.count, by: bars.columns) {
          let row = top + FeatureBars.gap + first / bars.columns * (FeatureBars.rowHeight + FeatureBars.gap)
          canvas.write("\(first)", x: x, y: row + (FeatureBars.rowHeight - PixelFont.height) / 2, color: .caption)
        }
        bars.draw(on: &canvas, x: x + Self.numbersWidth(of: bars), y: top)
      case .scale(let scale): scale.draw(on: &canvas, x: x, y: top + 3)
      case .space: break
      }
      top += height
    }
  }
}

extension FeatureMapGrid.Options {
  var isPerMap: Bool { normalization == .perChannel }
}
