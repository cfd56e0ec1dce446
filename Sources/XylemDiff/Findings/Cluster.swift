/// Nodes that only one side has and that have one cause.
struct Cluster {
  /// The kind of a cluster.
  enum Kind: Hashable {
    /// All nodes of a module that the other side doesn't run.
    case module(String)
    /// Calls of a module that the other side calls less often.
    case calls(String)
    /// Nodes of a module that is a leaf on one side only.
    case opaque(String)
    /// A single node of known purpose.
    case known(ModeBehaviour)
    /// Nodes that read one another.
    case flow
  }

  /// Whether the nodes are in the train trace.
  let isTrain: Bool
  /// The kind of the cluster.
  var kind: Kind
  /// The positions of the nodes, ascending.
  var nodes: [Int]
  /// The cause. Nil if it is unknown.
  var cause: Finding.Cause?

  /// Whether the cluster is a module for which the reason why the other side doesn't run it is unknown.
  var isUnexplainedModule: Bool {
    guard cause == nil else { return false }
    switch kind {
    case .module, .calls: return true
    case .known, .flow, .opaque: return false
    }
  }

  /// Whether a node with a module's path is a main node of the cluster, and not one that only accompanies it.
  func isAbout(_ path: String) -> Bool {
    switch kind {
    case .module(let module), .calls(let module), .opaque(let module): NormalName.isWithin(path, module)
    case .known, .flow: true
    }
  }
}
