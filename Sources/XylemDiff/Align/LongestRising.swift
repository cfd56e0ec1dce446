/// The positions of a longest increasing subsequence of distinct numbers, in `O(n log n)`.
func longestRising(_ numbers: [Int]) -> [Int] {
  // For each length, the position of the smallest number that ends a subsequence of that length.
  var ends: [Int] = []
  var previous = [Int](repeating: -1, count: numbers.count)
  for (position, number) in numbers.enumerated() {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[ends[middle]] < number { low = middle + 1 } else { high = middle }
    }
    if low > 0 { previous[position] = ends[low - 1] }
    if low == ends.count { ends.append(position) } else { ends[low] = position }
  }
  var chain: [Int] = []
  var current = ends.last ?? -1
  while current >= 0 {
    chain.append(current)
    current = previous[current]
  }
  return chain.reversed()
}
