internal import XylemDiff
internal import XylemGraph
internal import XylemTrace

/// Decides for each finding what a run showed of it.
struct WitnessJudge {
  let diff: TraceDiff
  /// Pairs of compared nodes, by the node of the second graph.
  let found: [NodeID: PairComparer.Found]
  /// The results of nodes that read different nodes in each graph, for the same values.
  let rehearsed: [NodeID: ValueDifference]
  /// The results of nodes of the second graph in a run with a different random state, for the values of the first run.
  let redrawn: [NodeID: PairComparer.Found]
  /// Tensors and other attributes of the model that each graph changed, by key.
  let changes: (train: [String: ModelSnapshot.Change], eval: [String: ModelSnapshot.Change])
  /// The reason why the run ended before the last node. Nil if it did not.
  let failure: String?

  private let storage: (train: StorageReaders, eval: StorageReaders)
  private var rowsByFinding: [Int: [TraceDiff.Row]] = [:]
  private var pairs: (train: [NodeID: TraceDiff.Row], eval: [NodeID: TraceDiff.Row]) = ([:], [:])
  private var order: [NodeID: Int] = [:]

  init(
    diff: TraceDiff, found: [NodeID: PairComparer.Found], rehearsed: [NodeID: ValueDifference],
    redrawn: [NodeID: PairComparer.Found],
    changes: (train: [String: ModelSnapshot.Change], eval: [String: ModelSnapshot.Change]), failure: String?,
    plans: (train: ObservedPlan, eval: ObservedPlan)
  ) {
    self.diff = diff
    self.found = found
    self.rehearsed = rehearsed
    self.redrawn = redrawn
    self.changes = changes
    self.failure = failure
    storage = (StorageReaders(plans.train), StorageReaders(plans.eval))
    for (position, row) in diff.rows.enumerated() {
      if let finding = row.finding { rowsByFinding[finding, default: []].append(row) }
      if let eval = row.eval { order[eval] = position }
      guard let train = row.train, let eval = row.eval else { continue }
      pairs.train[train] = row
      pairs.eval[eval] = row
    }
  }

  /// The result of the run for a finding.
  func witness(of index: Int) -> Finding.Witness {
    let finding = diff.findings[index]
    guard finding.rule.isAboutValues else {
      return Finding.Witness(outcome: .undecided, reason: "it is not about values, so a run can't decide it")
    }
    switch finding.rule {
    case .randomInEval: return witnessOfDraws(rowsByFinding[index] ?? rows(named: finding))
    case .stateUpdatedInEval: return witnessOfWrites(rowsByFinding[index] ?? rows(named: finding))
    default: break
    }
    if found.isEmpty, let failure {
      return Finding.Witness(outcome: .undecided, reason: "the run ended before it: \(failure)")
    }
    let rows = rowsByFinding[index] ?? rows(named: finding)
    let nodes = candidates(rows).sorted { order[$0] ?? 0 < order[$1] ?? 0 }
    let compared = nodes.filter { found[$0] != nil }
    var differing = compared.filter { isOwn($0) }
    var own = differing
    if finding.rule.isAboutNodes {
      // A node's own behaviour shows if it gets the same inputs.
      let alone = compared.filter { rehearsed[$0].map { $0 != ValueDifference.none } ?? false }
      differing.removeAll { rehearsed[$0] != nil }
      own = differing.filter(readsTheSame) + alone
    }
    let state = stateDifferences(rows)
    if let first = own.first {
      return confirmed(first, own, of: compared.count, alone: finding.rule.isAboutNodes ? rehearsed : [:])
    }
    if !state.isEmpty { return confirmed(state, rows) }
    if let other = differing.first {
      return Finding.Witness(
        outcome: .undecided, node: name(other),
        reason: "\(name(other)) differs, and reads different nodes in the two modes")
    }
    if let stray = compared.first(where: { found[$0]?.difference != ValueDifference.none }),
      let origin = found[stray]?.inherited
    {
      return Finding.Witness(
        outcome: .undecided, node: name(stray),
        reason: "\(name(stray)) differs, but its inputs already differed, starting at \(name(origin))")
    }
    if compared.count < nodes.count, let failure {
      return Finding.Witness(outcome: .undecided, reason: "the run ended before it: \(failure)")
    }
    return notObserved(compared.count, rows: rows)
  }

  /// The rows of a finding whose rows all belong to a more specific finding, by the names that it has.
  private func rows(named finding: Finding) -> [TraceDiff.Row] {
    let names = [finding.node].compactMap(\.self) + finding.members.map(\.node)
    return names.compactMap { name in
      diff.train.graph.node(named: name).flatMap { pairs.train[$0.id] }
        ?? diff.eval.graph.node(named: name).flatMap { pairs.eval[$0.id] }
    }
  }

  /// Pairs with equal inputs and different values that no finding covers.
  var unexplained: [NodeID] {
    var covered: Set<NodeID> = []
    for rows in rowsByFinding.values {
      covered.formUnion(candidates(rows))
      // A write to a view is a write to the viewed value.
      for row in rows {
        let train = row.train.map(storage.train.readers) ?? []
        covered.formUnion(train.compactMap { pairs.train[$0]?.eval })
        covered.formUnion(row.eval.map(storage.eval.readers) ?? [])
      }
    }
    return found.keys.filter { isOwn($0) && !covered.contains($0) && !takesOtherOperators($0) }
      .sorted { order[$0] ?? 0 < order[$1] ?? 0 }
  }

  /// Whether a pair is a layer that computes the same with other operators in each mode, as attention does: only the
  /// last bits differ.
  private func takesOtherOperators(_ node: NodeID) -> Bool {
    guard found[node]?.isRounding == true, let train = pairs.eval[node]?.train,
      case .leafModule = diff.eval.graph[node].operation
    else { return false }
    guard let first = diff.train.behaviours[train]?.digest, let second = diff.eval.behaviours[node]?.digest else {
      return true
    }
    return first != second
  }

  /// The number of pairs with equal inputs and different values.
  var differing: Int { found.keys.count { isOwn($0) } }

  private func isOwn(_ node: NodeID) -> Bool {
    found[node].map { $0.inherited == nil && $0.difference != ValueDifference.none } ?? false
  }

  /// Whether both nodes of a pair read corresponding nodes, so that they had the same inputs.
  private func readsTheSame(_ node: NodeID) -> Bool {
    guard let train = pairs.eval[node]?.train else { return false }
    var (first, second): ([NodeID], [NodeID]) = ([], [])
    diff.train.graph[train].forEachInputNode { first.append($0) }
    diff.eval.graph[node].forEachInputNode { second.append($0) }
    return first.map { pairs.train[$0]?.eval } == second.map { Optional($0) }
  }

  /// A node's name, in the train trace if it is there.
  func name(_ eval: NodeID) -> String {
    guard let train = pairs.eval[eval]?.train else { return printedName(diff.eval.graph, eval) }
    return printedName(diff.train.graph, train)
  }

  private func printedName(_ graph: Graph, _ id: NodeID) -> String {
    guard graph.contains(id) else { return "a node" }
    return graph[id].operation == .output ? "output" : graph[id].name
  }

  // MARK: - Where a finding shows

  /// The pairs of a finding, and those that read the results or writes of its nodes.
  private func candidates(_ rows: [TraceDiff.Row]) -> Set<NodeID> {
    var result: Set<NodeID> = []
    for row in rows {
      var (train, eval): ([NodeID], [NodeID]) = ([], [])
      if let id = row.train { train = storage.train.writtenReaders(id) }
      if let id = row.eval { eval = storage.eval.writtenReaders(id) }
      switch (row.train, row.eval) {
      // Its own value is compared; if it differs, the search stops there.
      case (_?, let id?): result.insert(id)
      case (let id?, nil): train += diff.train.graph.users(of: id)
      case (nil, let id?): eval += diff.eval.graph.users(of: id)
      case (nil, nil): break
      }
      result.formUnion(train.compactMap { pairs.train[$0]?.eval })
      result.formUnion(eval.filter { pairs.eval[$0] != nil })
    }
    return result
  }

  // MARK: - State

  /// Keys of tensors that the finding's nodes may write and that the two graphs leave in different states.
  private func stateDifferences(_ rows: [TraceDiff.Row]) -> [String] {
    var written = WrittenState()
    for row in rows {
      if let id = row.train { written.add(id, of: storage.train.graph) }
      if let id = row.eval { written.add(id, of: storage.eval.graph) }
    }
    let keys = Set(changes.train.keys).union(changes.eval.keys)
    return keys.filter { key in
      guard changes.train[key] != changes.eval[key],
        let path = (changes.train[key] ?? changes.eval[key])?.modulePath
      else { return false }
      return written.contains(key, of: path)
    }.sorted()
  }

  // MARK: - Eval mode

  /// Whether the eval nodes of a finding have different values with a different random state.
  private func witnessOfDraws(_ rows: [TraceDiff.Row]) -> Finding.Witness {
    let nodes = rows.compactMap(\.eval).filter { redrawn[$0] != nil }.sorted { order[$0] ?? 0 < order[$1] ?? 0 }
    let differing = nodes.filter {
      redrawn[$0].map { $0.inherited == nil && $0.difference != ValueDifference.none } ?? false
    }
    guard let first = differing.first else {
      return Finding.Witness(
        outcome: nodes.isEmpty ? .undecided : .notObserved,
        reason: nodes.isEmpty
          ? "none of its nodes run"
          : "two runs in \(diff.eval.label) mode with different random states are equal, bit for bit")
    }
    let largest = differing.reduce(into: Double?.some(0)) { largest, node in
      if case .elements(let difference)? = redrawn[node]?.difference {
        largest = largest.map { max($0, difference) }
      } else {
        largest = nil
      }
    }
    return Finding.Witness(
      outcome: .confirmed, largestDifference: largest, node: name(first),
      reason:
        "\(differing.count) of \(nodes.count) \(nodes.count == 1 ? "value differs" : "values differ") between two runs in \(diff.eval.label) mode with different random states"
    )
  }

  /// Whether a run in eval mode changed anything that the nodes of a finding may write.
  private func witnessOfWrites(_ rows: [TraceDiff.Row]) -> Finding.Witness {
    var written = WrittenState()
    for row in rows { if let id = row.eval { written.add(id, of: storage.eval.graph) } }
    let keys = changes.eval.keys.filter { key in
      changes.eval[key].map { written.contains(key, of: $0.modulePath) } ?? false
    }.sorted()
    guard let first = keys.first else {
      return Finding.Witness(
        outcome: .notObserved, reason: "a run in \(diff.eval.label) mode leaves its state unchanged on this input"
      )
    }
    let rest = keys.count > 1 ? " and \(keys.count - 1) more" : ""
    return Finding.Witness(
      outcome: .confirmed, largestDifference: largest(of: keys), node: rows.lazy.compactMap(\.eval).first.map(name),
      reason: "a run in \(diff.eval.label) mode changes \(first)\(rest)")
  }

  // MARK: - Words

  /// - Parameter alone: the results that replace those of nodes in their places.
  private func confirmed(
    _ first: NodeID, _ nodes: [NodeID], of count: Int, alone: [NodeID: ValueDifference]
  ) -> Finding.Witness {
    var largest: Double? = 0
    for node in nodes {
      switch alone[node] ?? found[node]?.difference {
      case .elements(let difference): largest = largest.map { max($0, difference) }
      default: largest = nil
      }
    }
    let reason =
      largest == nil
      ? "\(name(first)) has a different structure or shape on the same input"
      : "\(nodes.count) of \(count) \(count == 1 ? "value differs" : "values differ") where both modes read the same"
    return Finding.Witness(outcome: .confirmed, largestDifference: largest, node: name(first), reason: reason)
  }

  private func confirmed(_ keys: [String], _ rows: [TraceDiff.Row]) -> Finding.Witness {
    let first = rows.lazy.compactMap(\.eval).first.map(name)
    let rest = keys.count > 1 ? " and \(keys.count - 1) more" : ""
    return Finding.Witness(
      outcome: .confirmed, largestDifference: largest(of: keys), node: first,
      reason: "the modes leave different states behind: \(keys[0])\(rest)")
  }

  /// The largest change of state. Nil if its shape changed.
  private func largest(of keys: [String]) -> Double? {
    var largest: Double? = 0
    for change in keys.flatMap({ [changes.train[$0], changes.eval[$0]] }) {
      switch change?.difference {
      case .elements(let difference): largest = largest.map { max($0, difference) }
      case .structure: largest = nil
      default: break
      }
    }
    return largest
  }

  private func notObserved(_ count: Int, rows: [TraceDiff.Row]) -> Finding.Witness {
    let reason =
      count == 0
      ? (rows.isEmpty ? "none of its nodes run" : "the values of its nodes are not read")
      : "\(count == 1 ? "the value is" : "all \(count) values are") equal, bit for bit, on this input"
    return Finding.Witness(outcome: count == 0 && rows.isEmpty ? .undecided : .notObserved, reason: reason)
  }
}

extension RuleID {
  /// Whether running the graphs can decide anything about it.
  fileprivate var isAboutValues: Bool {
    switch self {
    case .returnNodeMissingInMode, .returnNodeRenamed: false
    default: !isAboutExpectations
    }
  }

  /// Whether it is about single nodes, and not about which nodes there are and what they read.
  fileprivate var isAboutNodes: Bool {
    switch self {
    case .attributeDiffers, .stateUpdatedInOneMode, .randomInOneMode, .leafModeUnknown, .leafModeDeclared,
      .controlFlowHidden, .submoduleModeMixed:
      true
    default: false
    }
  }
}
