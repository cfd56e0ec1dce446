/// The weight of each input pixel of a row or column in each output pixel, for a filter that widens when shrinking
/// (antialiasing).
///
/// Weights are integers with 22 fraction bits, as in Pillow: 8 bits of level and 2 of headroom make 32.
struct ResampleWeights {
  /// Fraction bits of a weight.
  static let fractionBits: Int32 = 32 - 8 - 2

  /// The input pixels of one output pixel.
  struct Window {
    /// The first input pixel.
    var first: Int
    /// The position of its weight in ``ResampleWeights/weights``.
    var offset: Int
    /// The number of consecutive pixels and weights.
    var count: Int
  }

  private(set) var windows: [Window] = []
  private(set) var weights: [Int32] = []

  /// Computes the weights for `input` pixels that become `output` pixels.
  init(from input: Int, to output: Int, _ filter: ResampleFilter) {
    windows.reserveCapacity(output)
    let scale = Double(input) / Double(output)
    // When enlarging, the filter keeps its size.
    let widening = max(scale, 1)
    let reach = filter.support * widening
    let narrowing = 1 / widening
    var shares: [Double] = []
    for index in 0..<output {
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let end = min(input, Int(center + reach + 0.5))
      shares.removeAll(keepingCapacity: true)
      var total = 0.0
      for pixel in first..<end {
        let share = filter.height(at: (Double(pixel) - center + 0.5) * narrowing)
        shares.append(share)
        total += share
      }
      windows.append(Window(first: first, offset: weights.count, count: end - first))
      for share in shares { weights.append(Self.fixed(total == 0 ? share : share / total)) }
    }
  }

  /// The weight in fixed point, rounded to the nearest.
  private static func fixed(_ share: Double) -> Int32 {
    Int32(share * Double(Int32(1) << fractionBits) + (share < 0 ? -0.5 : 0.5))
  }

  /// The level of a weighted sum, rounded and clamped to 0...255.
  static func level(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> fractionBits, 0), 255))
  }

  /// The initial value of a weighted sum, so that truncating the fraction rounds.
  static let half: Int32 = 1 << (fractionBits - 1)
}
