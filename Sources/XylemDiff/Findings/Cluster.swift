/// Nodes of one side alone that have one cause.
struct Cluster {
  /// What holds the nodes together.
  enum Kind: Hashable {
    /// They are all of a module that the other side doesn't run.
    case module(String)
    /// They are calls of a module that the other side calls less often.
    case calls(String)
    /// They are of a module that one side keeps whole and the other doesn't.
    case opaque(String)
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

  /// Whether a module holds them together, and nothing is known about why the other side doesn't run it.
  var isUnexplainedModule: Bool {
    guard cause == nil else { return false }
    switch kind {
    case .module, .calls: return true
    case .known, .flow, .opaque: return false
    }
  }

  /// Whether a node of a module's path is one of those that the cluster is about, and not one that only goes with them.
  func isAbout(_ path: String) -> Bool {
    switch kind {
    case .module(let module), .calls(let module), .opaque(let module): NormalName.isWithin(path, module)
    case .known, .flow: true
    }
  }
}
