/// One call of a module while tracing, with what it returned.
///
/// A request for a module's path means what the module's last call returned; `path#1` names one call, from 0.
public struct ModuleCall: Hashable, Sendable, Codable {
  /// The module's path; empty for the root.
  public var path: String
  /// The type's name that rules match.
  public var type: String
  /// How many calls of this module came before.
  public var ordinal: Int
  /// What it returned, structure included.
  public var result: Argument
  /// Whether the module was called as a leaf.
  public var isLeaf: Bool
  /// The last node that ran before the call returned: what it returned is its value at that point, with what was written
  /// in place until then. Nil stands for the nodes of the result themselves.
  public var returnedAfter: NodeID?
  /// The leaf's node, where hooks ran after it: its name means what this call returned, not what the leaf's own code gave.
  public var hookedNode: NodeID?

  /// A call with its result.
  public init(
    path: String, type: String, ordinal: Int, result: Argument, isLeaf: Bool, returnedAfter: NodeID? = nil
  ) {
    self.path = path
    self.type = type
    self.ordinal = ordinal
    self.result = result
    self.isLeaf = isLeaf
    self.returnedAfter = returnedAfter
  }
}
