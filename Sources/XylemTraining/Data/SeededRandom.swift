/// A random number generator with a seed: the same numbers on every machine. SplitMix64: Steele, Lea and Flood 2014.
///
/// It is not PyTorch's generator.
public struct SeededRandom: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  /// Creates a generator. Generators of similar seeds are not similar.
  public init(seed: UInt64) { state = seed }

  /// Creates a generator for one of several independent streams of a seed.
  init(seed: UInt64, _ streams: Int...) {
    var mixer = SeededRandom(seed: seed)
    for stream in streams { mixer = SeededRandom(seed: mixer.next() ^ UInt64(bitPattern: Int64(stream))) }
    self = SeededRandom(seed: mixer.next())
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from 0 up to but not including 1.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in a range.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// An integer from 0 up to but not including a number.
  public mutating func integer(below limit: Int) -> Int { limit > 0 ? Int.random(in: 0..<limit, using: &self) : 0 }
}
