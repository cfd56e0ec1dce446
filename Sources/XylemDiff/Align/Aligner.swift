internal import XylemGraph

/// Finds the corresponding nodes of two traces, in bounded passes.
///
/// 1. Attributes pair by name, in any order; leaf modules by path and ordinal, placeholders by name.
/// 2. Between pairs that kept their order, nodes with equal names pair if module, operation, constants and inputs
///   agree.
/// 3. The rest between two pairs is weighed pair by pair, see ``weigh(_:_:usesNames:)``. A gap that is too large for
///   that goes through a search for the longest common subsequence first.
/// 4. Gaps in which paired nodes read different values are weighed again with the pairs found so far. The result is
///   kept if there are fewer differences. This repeats at most three times.
/// 5. Remaining nodes pair if they compute the same from the same inputs: they moved.
/// 5. Nodes left over pair where they compute the same of the same inputs: they moved.
struct Aligner {
  let train: IndexedSide
  let eval: IndexedSide
  let limits: DiffOptions.Limits
  /// Whether the sides are two modes of one model. If so, a different source line is a different step.
  let comparesModes: Bool
  /// For each node of one side its counterpart on the other side, or -1.
  private(set) var toEval: [Int]
  private(set) var toTrain: [Int]
  /// The number of weighed pairs.
  var comparisons = 0
  /// The bounds that were hit.
  var coarseReasons: [String] = []

  init(_ train: IndexedSide, _ eval: IndexedSide, limits: DiffOptions.Limits) {
    self.train = train
    self.eval = eval
    self.limits = limits
    comparesModes = train.side.isTraining != eval.side.isTraining
    toEval = Array(repeating: -1, count: train.nodes.count)
    toTrain = Array(repeating: -1, count: eval.nodes.count)
  }

  mutating func pair(_ t: Int, _ e: Int) {
    toEval[t] = e
    toTrain[e] = t
  }

  mutating func part(_ t: Int, _ e: Int) {
    toEval[t] = -1
    toTrain[e] = -1
  }

  mutating func run() {
    pairAttributes()
    let anchors = pairAnchors()
    var gaps: [(left: [Int], right: [Int])] = []
    var (t, e) = (0, 0)
    for anchor in anchors + [(train.nodes.count, eval.nodes.count)] {
      gaps.append(((t..<anchor.0).filter { toEval[$0] < 0 }, (e..<anchor.1).filter { toTrain[$0] < 0 }))
      (t, e) = (anchor.0 + 1, anchor.1 + 1)
    }
    for gap in gaps { fill(gap.left, gap.right) }
    for _ in 0..<3 { for gap in gaps { refine(gap.left, gap.right) } }
    pairLeftovers()
  }

  // MARK: - Anchors

  private mutating func pairAttributes() {
    for t in train.nodes.indices where train.nodes[t].operation.kind == .attribute {
      guard let e = eval.byName[train.name[t]], eval.nodes[e].operation == train.nodes[t].operation,
        train.module[t] == eval.module[e]
      else { continue }
      pair(t, e)
    }
  }

  /// Pairs nodes that a name alone identifies, and returns the pairs that are in order on both sides.
  private mutating func pairAnchors() -> [(Int, Int)] {
    let places = anchorPlaces(eval)
    let own = anchorPlaces(train)
    var found: [(Int, Int)] = []
    for (key, positions) in own {
      // If one mode calls a module more often, ordinals don't identify the calls.
      guard let others = places[key], others.count == positions.count else { continue }
      for (t, e) in zip(positions, others) { found.append((t, e)) }
    }
    found.sort { $0.0 < $1.0 }
    for (t, e) in found { pair(t, e) }
    return longestRising(found.map(\.1)).map { found[$0] }
  }

  private struct AnchorKey: Hashable {
    let module: Int
    let operation: Int
    let name: Int
  }

  private func anchorPlaces(_ side: IndexedSide) -> [AnchorKey: [Int]] {
    var places: [AnchorKey: [Int]] = [:]
    for (position, node) in side.nodes.enumerated() {
      let name: Int
      switch node.operation.kind {
      case .leafModule: name = -1
      case .placeholder: name = side.name[position]
      case .output: name = -2
      default: continue
      }
      let key = AnchorKey(module: side.module[position], operation: side.operation[position], name: name)
      places[key, default: []].append(position)
    }
    return places
  }

  // MARK: - Gaps

  /// Pairs the nodes of two gaps between the same anchors: first those with equal names.
  private mutating func fill(_ left: [Int], _ right: [Int]) {
    guard let first = right.first, let last = right.last, !left.isEmpty else { return }
    var found: [(left: Int, e: Int)] = []
    for (index, t) in left.enumerated() {
      guard let e = eval.byName[train.name[t]], e >= first, e <= last, toTrain[e] < 0, agree(t, e) else { continue }
      pair(t, e)
      found.append((index, e))
    }
    let kept = longestRising(found.map(\.e))
    for (t, e) in found { part(left[t], e) }
    var (l, r) = (0, 0)
    for position in kept {
      let (index, e) = found[position]
      pair(left[index], e)
      var next = r
      while right[next] != e { next += 1 }
      match(left[l..<index], right[r..<next])
      (l, r) = (index + 1, next + 1)
    }
    match(left[l...], right[r...])
  }

  /// Whether two nodes with the same name may be the same step, as far as is known.
  private mutating func agree(_ t: Int, _ e: Int) -> Bool {
    comparisons += 1
    return isSameStep(t, e) && !haveOtherLines(t, e) && inputs(t, e) != .differ
  }

  /// Whether both source lines are known and differ.
  func haveOtherLines(_ t: Int, _ e: Int) -> Bool {
    train.location[t] != 0 && eval.location[e] != 0 && train.location[t] != eval.location[e]
  }

  /// Whether module, operation, constants and structure agree.
  func isSameStep(_ t: Int, _ e: Int) -> Bool {
    train.operation[t] == eval.operation[e] && train.module[t] == eval.module[e]
      && train.constants[t] == eval.constants[e] && train.shape[t] == eval.shape[e]
  }

  enum Inputs { case agree, unknown, differ }

  /// Whether two nodes read the same values, as far as those are paired.
  func inputs(_ t: Int, _ e: Int) -> Inputs {
    let (a, b) = (train.inputs[t], eval.inputs[e])
    guard a.count == b.count else { return .differ }
    var result = Inputs.agree
    for index in a.indices where toEval[a[index]] != b[index] {
      if toEval[a[index]] >= 0 && toTrain[b[index]] >= 0 { return .differ }
      result = .unknown
    }
    return result
  }

  // MARK: - Left over

  private struct StepKey: Hashable {
    let module: Int
    let operation: Int
    let constants: UInt64
    let shape: UInt64
  }

  /// Pairs nodes that compute the same from the same inputs at a different position. Considers at most 64 candidates
  /// for each.
  private mutating func pairLeftovers() {
    var open: [StepKey: [Int]] = [:]
    for e in eval.nodes.indices where toTrain[e] < 0 {
      open[key(eval, e), default: []].append(e)
    }
    guard !open.isEmpty else { return }
    for t in train.nodes.indices where toEval[t] < 0 {
      guard let candidates = open[key(train, t)] else { continue }
      let same = candidates.prefix(64).filter { e in
        comparisons += 1
        if toTrain[e] >= 0 || (comparesModes && haveOtherLines(t, e)) { return false }
        return train.inputs[t].isEmpty ? train.name[t] == eval.name[e] : inputs(t, e) == .agree
      }
      if let e = same.first(where: { eval.name[$0] == train.name[t] }) ?? same.first { pair(t, e) }
    }
  }

  private func key(_ side: IndexedSide, _ position: Int) -> StepKey {
    StepKey(
      module: side.module[position], operation: side.operation[position], constants: side.constants[position],
      shape: side.shape[position])
  }
}
