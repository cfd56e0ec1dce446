internal import CXylem

/// What a leaf declares with flags. Flags of a newer ABI are kept, and mean nothing here.
public struct LeafFlags: OptionSet, Sendable, Hashable, Codable {
  /// The number of the ABI.
  public let rawValue: UInt32

  /// Creates the flags of a number of the ABI.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Equal arguments, and an equal seed, give equal results, bit for bit.
  public static let isDeterministic = LeafFlags(rawValue: UInt32(XYLEM_LEAF_DETERMINISTIC))
  /// A module's call runs in place of the model's own forward.
  public static let replacesForward = LeafFlags(rawValue: UInt32(XYLEM_LEAF_REPLACES))
  /// A function draws random numbers.
  public static let isRandom = LeafFlags(rawValue: UInt32(XYLEM_LEAF_RANDOM))

  /// The flags in words, for comparing what a note and a table declare.
  var words: [String] {
    let known: [(LeafFlags, String)] = [
      (.isDeterministic, "deterministic"), (.replacesForward, "replaces forward"), (.isRandom, "random"),
    ]
    let other = subtracting(known.reduce(into: []) { $0.formUnion($1.0) })
    return known.filter { contains($0.0) }.map(\.1) + (other.isEmpty ? [] : ["flags \(other.rawValue)"])
  }
}
