/// A module call during tracing, with its result.
///
/// A request for a module's path means the result of the module's last call; `path#1` identifies one call, from 0.
public struct ModuleCall: Hashable, Sendable, Codable {
  /// The module's path. Empty for the root.
  public var path: String
  /// The type name that rules match.
  public var type: String
  /// The number of earlier calls of this module.
  public var ordinal: Int
  /// The result, with its structure.
  public var result: NodeInput
  /// Whether the module was called as a leaf.
  public var isLeaf: Bool
  /// The last node that ran before the call returned: the result is its value at that position, including earlier
  /// in-place writes. Nil stands for the nodes of the result themselves.
  public var returnedAfter: NodeID?
  /// The leaf's node, if hooks ran after it: its name means the result of this call, not that of the leaf's own code.
  public var hookedNode: NodeID?

  /// Creates a call with its result.
  public init(
    path: String, type: String, ordinal: Int, result: NodeInput, isLeaf: Bool, returnedAfter: NodeID? = nil
  ) {
    self.path = path
    self.type = type
    self.ordinal = ordinal
    self.result = result
    self.isLeaf = isLeaf
    self.returnedAfter = returnedAfter
  }
}
