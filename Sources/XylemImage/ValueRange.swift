/// The lowest and the highest of some finite values, for placing others between them.
struct ValueRange {
  /// Infinite if there are no finite values.
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity

  /// Creates the range of `values`, ignoring those that are not finite.
  init(of values: ArraySlice<Float>) {
    for value in values where value.isFinite {
      low = min(low, Double(value))
      high = max(high, Double(value))
    }
  }

  /// The colour of a value in the range: the lowest if all values are equal, a special one if it is not finite.
  func color(of value: Float) -> PixelColor {
    guard value.isFinite else { return .notFinite }
    guard high > low else { return ColorMap.colors[0] }
    let part = (Double(value) - low) / (high - low)
    return ColorMap.colors[min(max(Int(part * 255 + 0.5), 0), 255)]
  }
}
