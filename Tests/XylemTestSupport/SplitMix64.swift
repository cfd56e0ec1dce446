/// A generator that gives the same numbers for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension SplitMix64 {
  /// True once in `n` times.
  package mutating func isOnce(in n: Int) -> Bool { Int.random(in: 0..<n, using: &self) == 0 }

  /// A number from 0 up to `bound`, which is left out.
  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// An element of a collection that is not empty.
  package mutating func pick<C: Collection>(_ collection: C) -> C.Element {
    collection[collection.index(collection.startIndex, offsetBy: Int.random(in: 0..<collection.count, using: &self))]
  }
}
