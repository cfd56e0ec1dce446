/// Sets of small numbers that grow together; each is known by its smallest member.
///
/// Joining and finding take time that grows with the logarithm of the count, and in practice are constant.
package struct DisjointSets: Sendable {
  private var parents: [Int]

  /// The numbers below a count, each in a set of its own.
  package init(count: Int) { parents = Array(0..<count) }

  /// The smallest member of a number's set.
  package mutating func find(_ member: Int) -> Int {
    var root = member
    while parents[root] != root {
      parents[root] = parents[parents[root]]
      root = parents[root]
    }
    return root
  }

  /// Makes one set of two numbers' sets.
  package mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (find(a), find(b))
    parents[max(first, second)] = min(first, second)
  }
}
