internal import XylemGraph

extension Aligner {
  /// Pairs the nodes of a gap that are not paired by name.
  mutating func match(_ left: ArraySlice<Int>, _ right: ArraySlice<Int>) {
    guard !left.isEmpty, !right.isEmpty else { return }
    if left.count * right.count <= limits.cellsPerGap {
      matchByWeight(Array(left), Array(right))
    } else {
      matchBySubsequence(Array(left), Array(right))
    }
  }

  /// The weight of two nodes as the same step; 0 if they can't be the same.
  ///
  /// The source line weighs most (between two modes of one model, a different line is a different step), then equal
  /// constants, then the structure of the arguments and the name (whose number may have changed), then the inputs.
  private mutating func weigh(_ t: Int, _ e: Int, usesNames: Bool) -> Int {
    comparisons += 1
    guard train.operation[t] == eval.operation[e], train.module[t] == eval.module[e] else { return 0 }
    let isElsewhere = haveOtherLines(t, e)
    if isElsewhere && comparesModes { return 0 }
    var weight = 0
    let isShaped = train.shape[t] == eval.shape[e]
    if isShaped { weight += 3 }
    if isShaped && train.constants[t] == eval.constants[e] { weight += 5 }
    if usesNames && train.name[t] == eval.name[e] { weight += 3 }
    if train.location[t] != 0 && eval.location[e] != 0 { weight += isElsewhere ? -4 : 5 }
    switch inputs(t, e) {
    case .agree: weight += 2
    case .unknown: weight += 1
    case .differ: weight -= 3
    }
    if isReadAlike(t, e) { weight += 1 }
    return weight >= 4 ? weight + 6 : 0
  }

  /// Whether the first nodes that read them are the same.
  private func isReadAlike(_ t: Int, _ e: Int) -> Bool {
    guard let reader = train.users[t].first, let other = eval.users[e].first else { return false }
    return toEval[reader] == other
  }

  /// Weighs a gap again if paired nodes read different values, and keeps the result if there are fewer differences:
  /// once with the inputs paired so far, and once without inputs and names, which may have misled the first attempt.
  mutating func refine(_ left: [Int], _ right: [Int]) {
    guard !left.isEmpty, !right.isEmpty, left.count * right.count <= limits.cellsPerGap else { return }
    for usesNames in [true, false] {
      guard left.contains(where: { toEval[$0] >= 0 && inputs($0, toEval[$0]) == .differ }) else { return }
      let before = left.map { toEval[$0] }
      let cost = differences(left, right)
      if !usesNames { partAll(left) }
      matchByWeight(left, right, usesNames: usesNames)
      if differences(left, right) < cost { continue }
      partAll(left)
      for (t, e) in zip(left, before) where e >= 0 { pair(t, e) }
    }
  }

  private mutating func partAll(_ left: [Int]) {
    for t in left where toEval[t] >= 0 { part(t, toEval[t]) }
  }

  /// The number of nodes of a gap that have no counterpart, or a counterpart with different inputs.
  private func differences(_ left: [Int], _ right: [Int]) -> Int {
    var count = right.count { toTrain[$0] < 0 }
    for t in left {
      let e = toEval[t]
      if e < 0 || inputs(t, e) == .differ { count += 1 }
      if e >= 0 && !isSameStep(t, e) { count += 1 }
    }
    return count
  }

  /// The pairs, in order, whose weights have the largest sum.
  private mutating func matchByWeight(_ left: [Int], _ right: [Int], usesNames: Bool = true) {
    let width = right.count + 1
    var best = [Int](repeating: 0, count: (left.count + 1) * width)
    var weights = [Int](repeating: 0, count: left.count * right.count)
    for l in left.indices.reversed() {
      for r in right.indices.reversed() {
        // A small bias towards pairs at similar distances breaks ties, symmetrically for both sides.
        let weight = weigh(left[l], right[r], usesNames: usesNames) << 16
        let nudged = weight == 0 ? 0 : weight - min(abs(l - r), 255)
        weights[l * right.count + r] = nudged
        let skipped = max(best[(l + 1) * width + r], best[l * width + r + 1])
        best[l * width + r] = nudged == 0 ? skipped : max(skipped, best[(l + 1) * width + r + 1] + nudged)
      }
    }
    partAll(left)
    var (l, r) = (0, 0)
    while l < left.count && r < right.count {
      let here = best[l * width + r]
      let weight = weights[l * right.count + r]
      if weight > 0 && here == best[(l + 1) * width + r + 1] + weight {
        pair(left[l], right[r])
        (l, r) = (l + 1, r + 1)
      } else if here == best[(l + 1) * width + r] {
        l += 1
      } else {
        r += 1
      }
    }
  }

  /// The longest common subsequence of equal steps by Myers' greedy search, if it needs few edits, then the remaining
  /// gaps.
  private mutating func matchBySubsequence(_ left: [Int], _ right: [Int]) {
    guard let common = commonSubsequence(left, right) else {
      coarseReasons.append(
        "\(left.count) nodes from \(train.nodes[left[0]].name) and \(right.count) from \(eval.nodes[right[0]].name) "
          + "differ in more than \(limits.editsPerGap) places; they were paired in order by operation")
      return matchByOccurrence(left, right)
    }
    var (l, r) = (0, 0)
    for (nextLeft, nextRight) in common {
      pair(left[nextLeft], right[nextRight])
      fillSmall(left[l..<nextLeft], right[r..<nextRight])
      (l, r) = (nextLeft + 1, nextRight + 1)
    }
    fillSmall(left[l...], right[r...])
  }

  private mutating func fillSmall(_ left: ArraySlice<Int>, _ right: ArraySlice<Int>) {
    guard !left.isEmpty, !right.isEmpty, left.count * right.count <= limits.cellsPerGap else { return }
    matchByWeight(Array(left), Array(right))
  }

  private mutating func commonSubsequence(_ left: [Int], _ right: [Int]) -> [(Int, Int)]? {
    let bound = limits.editsPerGap
    // The furthest left position on each diagonal, for each number of edits.
    var history: [[Int]] = []
    var furthest = [Int](repeating: 0, count: 2 * bound + 3)
    for edits in 0...bound {
      history.append(furthest)
      for diagonal in stride(from: -edits, through: edits, by: 2) {
        let slot = diagonal + bound + 1
        let goesDown = diagonal == -edits || (diagonal != edits && furthest[slot - 1] < furthest[slot + 1])
        var l = goesDown ? furthest[slot + 1] : furthest[slot - 1] + 1
        while l < left.count && l - diagonal < right.count && isEqualStep(left[l], right[l - diagonal]) { l += 1 }
        furthest[slot] = l
        if l >= left.count && l - diagonal >= right.count {
          return path(through: history, edits: edits, left.count, right.count)
        }
      }
    }
    return nil
  }

  private mutating func isEqualStep(_ t: Int, _ e: Int) -> Bool {
    comparisons += 1
    return isSameStep(t, e) && !(comparesModes && haveOtherLines(t, e))
  }

  /// Walks back from the end to the equal steps.
  private func path(through history: [[Int]], edits: Int, _ left: Int, _ right: Int) -> [(Int, Int)] {
    let bound = limits.editsPerGap
    var pairs: [(Int, Int)] = []
    var (l, r) = (left, right)
    for count in stride(from: edits, through: 0, by: -1) {
      let furthest = history[count]
      let slot = l - r + bound + 1
      let goesDown = l - r == -count || (l - r != count && furthest[slot - 1] < furthest[slot + 1])
      let before = count == 0 ? 0 : (goesDown ? furthest[slot + 1] : furthest[slot - 1] + 1)
      while l > before {
        (l, r) = (l - 1, r - 1)
        pairs.append((l, r))
      }
      if count > 0 { if goesDown { r -= 1 } else { l -= 1 } }
    }
    return pairs.reversed()
  }

  /// Pairs the first step of a kind with the first, the second with the second, and so on, as far as they are in order.
  private mutating func matchByOccurrence(_ left: [Int], _ right: [Int]) {
    struct Kind: Hashable {
      let operation: Int
      let module: Int
    }
    var places: [Kind: [Int]] = [:]
    for e in right { places[Kind(operation: eval.operation[e], module: eval.module[e]), default: []].append(e) }
    var used: [Kind: Int] = [:]
    var found: [(t: Int, e: Int)] = []
    for t in left {
      comparisons += 1
      let kind = Kind(operation: train.operation[t], module: train.module[t])
      let ordinal = used[kind, default: 0]
      guard let candidates = places[kind], ordinal < candidates.count else { continue }
      used[kind] = ordinal + 1
      found.append((t, candidates[ordinal]))
    }
    for position in longestRising(found.map(\.e)) { pair(found[position].t, found[position].e) }
  }
}
