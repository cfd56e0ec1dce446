import Testing

@testable import XylemCommand

@Suite struct ListDiffTests {
  private func text(_ left: [String], _ right: [String]) -> String {
    ListDiff.rows(left, right).map { row in
      switch (row.left, row.right) {
      case (let l?, let r?): left[l] == right[r] ? left[l] : "WRONG"
      case (let l?, nil): "-" + left[l]
      case (nil, let r?): "+" + right[r]
      default: "EMPTY"
      }
    }.joined(separator: " ")
  }

  @Test(arguments: [
    ("", "", ""), ("a b c", "a b c", "a b c"), ("a b", "", "-a -b"), ("", "a b", "+a +b"),
    ("a d b", "a b", "a -d b"), ("a b", "a d b", "a +d b"), ("a b c", "x b y", "-a +x b -c +y"),
    ("a b c d", "b a c d", "-a b +a c d"), ("a b c", "c b a", "-a -b c +b +a"),
  ])
  func `rows align what both lists have in order`(left: String, right: String, expected: String) {
    #expect(text(left.split(separator: " ").map(String.init), right.split(separator: " ").map(String.init)) == expected)
  }

  @Test func `every permutation of five keeps all names and a longest common subsequence`() {
    let base = ["a", "b", "c", "d", "e"]
    for permutation in permutations(of: base) {
      let rows = ListDiff.rows(base, permutation)
      #expect(rows.compactMap(\.left) == Array(base.indices))
      #expect(rows.compactMap(\.right) == Array(base.indices))
      let common = rows.filter { $0.left != nil && $0.right != nil }.count
      #expect(common == longest(base, permutation), "\(permutation)")
    }
  }

  @Test func `lists of 100,000 different names are aligned`() {
    let left = (0..<100_000).map { "a\($0)" }
    let right = Array(left.reversed())
    #expect(ListDiff.rows(left, right).count == 199_999)
  }

  private func permutations(of names: [String]) -> [[String]] {
    guard names.count > 1 else { return [names] }
    return names.indices.flatMap { index -> [[String]] in
      var rest = names
      let name = rest.remove(at: index)
      return permutations(of: rest).map { [name] + $0 }
    }
  }

  private func longest(_ a: [String], _ b: [String]) -> Int {
    guard let first = a.first else { return 0 }
    let without = longest(Array(a.dropFirst()), b)
    guard let place = b.firstIndex(of: first) else { return without }
    return max(without, 1 + longest(Array(a.dropFirst()), Array(b[(place + 1)...])))
  }
}
