internal import Foundation

/// The colours from the lowest to the highest value, with those values as numbers.
struct ValueScale {
  private static let barWidth = 128
  private static let barHeight = 8
  private static let gap = 6

  private let before: String
  private let after: String
  private let notFinite: String?

  /// - Parameter isPerMap: Whether each map has a range of its own, so that the numbers are those of all maps.
  init(_ values: ArraySlice<Float>, isPerMap: Bool) {
    let range = ValueRange(of: values)
    let lost = values.count { !$0.isFinite }
    notFinite = lost > 0 ? "not finite: \(lost)" : nil
    let (low, high) = (Self.short(range.low), Self.short(range.high))
    (before, after) =
      lost == values.count
      ? ("no finite values", "")
      : isPerMap ? ("lowest of each map", "highest of each map; all are in \(low) to \(high)") : (low, high)
  }

  var width: Int {
    let start = PixelFont.width(of: before) + Self.gap
    let middle = Self.barWidth + Self.gap + PixelFont.width(of: after)
    return start + middle + (notFinite.map { 3 * Self.gap + Self.barHeight + PixelFont.width(of: $0) } ?? 0)
  }

  func draw(on canvas: inout PixelCanvas, x: Int, y: Int) {
    canvas.write(before, x: x, y: y, color: .caption)
    var left = x + PixelFont.width(of: before) + Self.gap
    let top = y + (PixelFont.height - Self.barHeight) / 2
    for column in 0..<Self.barWidth {
      canvas.fill(
        x: left + column, y: top, width: 1, height: Self.barHeight,
        color: ColorMap.colors[column * 255 / (Self.barWidth - 1)])
    }
    left += Self.barWidth + Self.gap
    canvas.write(after, x: left, y: y, color: .caption)
    guard let notFinite else { return }
    left += PixelFont.width(of: after) + 2 * Self.gap
    canvas.fill(x: left, y: top, width: Self.barHeight, height: Self.barHeight, color: .notFinite)
    canvas.write(notFinite, x: left + Self.barHeight + Self.gap, y: y, color: .caption)
  }

  /// A number with four significant digits.
  static func short(_ number: Double) -> String {
    String(format: "%.4g", number)
  }
}
