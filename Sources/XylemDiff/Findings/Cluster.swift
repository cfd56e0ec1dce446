/// Nodes of one side alone that have one cause.
struct Cluster {
  /// What holds the nodes together.
  enum Kind: Hashable {
    /// They are all of a module that the other side doesn't run.
    case module(String)
    /// They are calls of a module that the other side calls less often.
    case calls(String)
    /// They are one node, of which is known what it is for.
    case known(ModeBehaviour)
    /// One reads the other.
    case flow
  }

  /// Whether they are of the train trace.
  let isTrain: Bool
  /// What holds them together.
  var kind: Kind
  /// Their positions, rising.
  var nodes: [Int]
  /// What people call the cause; nil where none is known.
  var cause: String?
}
