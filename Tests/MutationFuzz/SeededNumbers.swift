/// A generator whose numbers follow from a seed: SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  /// The numbers of one input, which are those of no other.
  init(seed: UInt64, index: Int) {
    state = seed &* 0xd605_bbb5_8c8a_bc6f &+ UInt64(truncatingIfNeeded: index) &* 0xa076_1d64_78bd_642f
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from 0 up to another, which is left out and is at least 1.
  mutating func below(_ count: Int) -> Int { Int(truncatingIfNeeded: (next() >> 1) % UInt64(count)) }

  /// True in so many of a hundred cases.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// An element of an array that has some.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// A small number mostly, and a large one now and then.
  mutating func count(upTo limit: Int) -> Int { chance(80) ? 1 + below(3) : 1 + below(limit) }
}
