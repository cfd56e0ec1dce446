/// Aligns two lists of names by their longest common subsequence.
enum ListDiff {
  /// A row: positions in both lists, or in one.
  struct Row: Hashable {
    let left: Int?
    let right: Int?
  }

  /// The rows; between two common names, those of the left list alone come first.
  ///
  /// A name occurs once in each list, so a longest common subsequence is a longest rising one of positions: it takes
  /// `O(n log n)`, however different the lists are. Where a name does occur twice only its last place is aligned.
  static func rows(_ left: [String], _ right: [String]) -> [Row] {
    var places: [String: Int] = [:]
    for (index, name) in right.enumerated() { places[name] = index }
    var lastByName: [String: Int] = [:]
    for (index, name) in left.enumerated() { lastByName[name] = index }
    let pairs = left.enumerated().compactMap { index, name -> (left: Int, right: Int)? in
      guard lastByName[name] == index else { return nil }
      return places[name].map { (index, $0) }
    }
    var rows: [Row] = []
    var (l, r) = (0, 0)
    for position in longestRising(pairs.map(\.right)) {
      let pair = pairs[position]
      rows += (l..<pair.left).map { Row(left: $0, right: nil) }
      rows += (r..<pair.right).map { Row(left: nil, right: $0) }
      rows.append(Row(left: pair.left, right: pair.right))
      (l, r) = (pair.left + 1, pair.right + 1)
    }
    rows += (l..<left.count).map { Row(left: $0, right: nil) }
    return rows + (r..<right.count).map { Row(left: nil, right: $0) }
  }

  /// Positions of a longest rising subsequence of different numbers.
  private static func longestRising(_ numbers: [Int]) -> [Int] {
    /// For each length, the position of the smallest number that ends a subsequence of it.
    var ends: [Int] = []
    var previous = [Int?](repeating: nil, count: numbers.count)
    for (position, number) in numbers.enumerated() {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if numbers[ends[middle]] < number { low = middle + 1 } else { high = middle }
      }
      previous[position] = low > 0 ? ends[low - 1] : nil
      if low == ends.count { ends.append(position) } else { ends[low] = position }
    }
    var chain: [Int] = []
    var current = ends.last
    while let position = current {
      chain.append(position)
      current = previous[position]
    }
    return chain.reversed()
  }
}
