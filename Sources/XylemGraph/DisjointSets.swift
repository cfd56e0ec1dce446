/// Disjoint sets of small numbers (union-find). Each set is identified by its smallest member.
///
/// Joining and finding take logarithmic time, and constant time in practice.
package struct DisjointSets: Sendable {
  private var parents: [Int]

  /// Creates a set for each number below a count.
  package init(count: Int) { parents = Array(0..<count) }

  /// Returns the smallest member of a number's set.
  package mutating func find(_ member: Int) -> Int {
    var root = member
    while parents[root] != root {
      parents[root] = parents[parents[root]]
      root = parents[root]
    }
    return root
  }

  /// Joins the sets of two numbers.
  package mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (find(a), find(b))
    parents[max(first, second)] = min(first, second)
  }
}
