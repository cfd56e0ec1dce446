internal import XylemGraph

/// The number of calls of each module on both sides.
struct CallCounts {
  private var train: [String: Int]
  private var eval: [String: Int]

  init(_ train: IndexedSide, _ eval: IndexedSide) {
    self.train = Self.counts(train)
    self.eval = Self.counts(eval)
  }

  private static func counts(_ side: IndexedSide) -> [String: Int] {
    var calls: [String: Int] = [:]
    for call in side.side.graph.calls { calls[call.path, default: 0] += 1 }
    var leaves: [String: Int] = [:]
    for node in side.nodes {
      if case .leafModule(let leaf) = node.operation { leaves[leaf.path, default: 0] += 1 }
    }
    return calls.merging(leaves) { max($0, $1) }
  }

  /// The number of calls of a module on each side.
  func counts(of path: String) -> (train: Int, eval: Int) { (train[path, default: 0], eval[path, default: 0]) }

  /// The modules that both sides call, but one side more often.
  func more(inTrain isTrain: Bool) -> Set<String> {
    let (own, other) = isTrain ? (train, eval) : (eval, train)
    return Set(own.filter { path, count in other[path].map { count > $0 } ?? false }.keys)
  }

  /// The modules that are leaves on one side and traced through on the other.
  static func opaque(_ train: IndexedSide, _ eval: IndexedSide) -> Set<String> {
    let (left, right) = (leaves(train), leaves(eval))
    return inside(train, of: right.subtracting(left)).union(inside(eval, of: left.subtracting(right)))
  }

  private static func leaves(_ side: IndexedSide) -> Set<String> {
    var paths: Set<String> = []
    for node in side.nodes { if case .leafModule(let leaf) = node.operation { paths.insert(leaf.path) } }
    return paths
  }

  private static func inside(_ side: IndexedSide, of leaves: Set<String>) -> Set<String> {
    guard !leaves.isEmpty else { return [] }
    var found: Set<String> = []
    var seen: Set<String> = []
    for node in side.nodes {
      for path in NormalName.ancestry(node.modulePath) {
        guard seen.insert(path).inserted else { break }
        if leaves.contains(path) { found.insert(path) }
      }
    }
    return found
  }
}
