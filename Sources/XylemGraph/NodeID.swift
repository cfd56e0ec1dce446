/// Identifies a node within one graph, for the life of the graph: a node keeps its id through every edit, and the id of
/// a removed node is not reused.
public struct NodeID: Hashable, Comparable, Sendable, Codable {
  /// The position at which the node was first appended.
  public let rawValue: Int

  /// An id with a known raw value, for decoding and tests.
  public init(_ rawValue: Int) { self.rawValue = rawValue }

  /// Whether one node was appended before the other.
  public static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }
}

extension NodeID: CustomStringConvertible {
  /// The raw value after a percent sign, as in `%3`.
  public var description: String { "%\(rawValue)" }
}
