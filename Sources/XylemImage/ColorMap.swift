/// Colours for values from low to high: dark violet, blue, green, yellow, increasingly light, so that equal steps look
/// equal and the order survives grayscale printing and the common kinds of colour blindness.
///
/// It follows viridis (Smith and van der Walt, 2015) with linear interpolation between ten of its colours.
enum ColorMap {
  private static let stops = [
    PixelColor(68, 1, 84), PixelColor(72, 40, 120), PixelColor(62, 73, 137), PixelColor(49, 104, 142),
    PixelColor(38, 130, 142), PixelColor(31, 158, 137), PixelColor(53, 183, 121), PixelColor(110, 206, 88),
    PixelColor(181, 222, 43), PixelColor(253, 231, 37),
  ]

  /// 256 colours, lowest first.
  static let colors: [PixelColor] = (0..<256).map { step in
    let position = Double(step) / 255 * Double(stops.count - 1)
    let below = min(Int(position), stops.count - 2)
    let part = position - Double(below)
    func mix(_ channel: (PixelColor) -> UInt8) -> UInt8 {
      let (low, high) = (Double(channel(stops[below])), Double(channel(stops[below + 1])))
      return UInt8((low + (high - low) * part).rounded())
    }
    return PixelColor(mix(\.red), mix(\.green), mix(\.blue))
  }
}
