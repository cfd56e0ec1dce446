internal import XylemDiff
internal import XylemGraph

/// Says of each finding what a run showed of it.
struct WitnessJudge {
  let diff: TraceDiff
  /// Pairs of nodes that were compared, by the node of the second graph.
  let found: [NodeID: PairComparer.Found]
  /// What nodes that read other nodes in each graph gave for the same values.
  let rehearsed: [NodeID: ValueDifference]
  /// What nodes of the second graph gave in a run with another random state, for the values of the first run.
  let redrawn: [NodeID: PairComparer.Found]
  /// Tensors and other attributes of the model that each graph changed, by key.
  let changes: (train: [String: ModelSnapshot.Change], eval: [String: ModelSnapshot.Change])
  /// Why the run ended before the last node; nil where it did not.
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

  /// What the run showed of a finding.
  func witness(of index: Int) -> Finding.Witness {
    let finding = diff.findings[index]
    guard finding.rule.isAboutValues else {
      return Finding.Witness(outcome: .undecided, reason: "it is not about values, so a run tells nothing of it")
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
      // What a node does itself shows where it is given the same.
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
        reason: "\(name(other)) differs, and reads the value of another node in each mode")
    }
    if let stray = compared.first(where: { found[$0]?.difference != ValueDifference.none }),
      let origin = found[stray]?.inherited
    {
      return Finding.Witness(
        outcome: .undecided, node: name(stray),
        reason: "\(name(stray)) differs, and what it reads did so already, from \(name(origin)) on")
    }
    if compared.count < nodes.count, let failure {
      return Finding.Witness(outcome: .undecided, reason: "the run ended before it: \(failure)")
    }
    return notObserved(compared.count, rows: rows)
  }

  /// The rows of a finding all of whose rows belong to a more particular one, by the names that it gives.
  private func rows(named finding: Finding) -> [TraceDiff.Row] {
    let names = [finding.node].compactMap(\.self) + finding.members.map(\.node)
    return names.compactMap { name in
      diff.train.graph.node(named: name).flatMap { pairs.train[$0.id] }
        ?? diff.eval.graph.node(named: name).flatMap { pairs.eval[$0.id] }
    }
  }

  /// Pairs that gave different values for the same ones, and that no finding is about.
  var unexplained: [NodeID] {
    var covered: Set<NodeID> = []
    for rows in rowsByFinding.values {
      covered.formUnion(candidates(rows))
      // A view of another value is written to by whoever writes to the view.
      for row in rows {
        let train = row.train.map(storage.train.readers) ?? []
        covered.formUnion(train.compactMap { pairs.train[$0]?.eval })
        covered.formUnion(row.eval.map(storage.eval.readers) ?? [])
      }
    }
    return found.keys.filter { isOwn($0) && !covered.contains($0) && !takesOtherOperators($0) }
      .sorted { order[$0] ?? 0 < order[$1] ?? 0 }
  }

  /// Whether a pair is a layer that computes the same by other operators in each mode, as attention does: the last bits alone differ.
  private func takesOtherOperators(_ node: NodeID) -> Bool {
    guard found[node]?.isRounding == true, let train = pairs.eval[node]?.train,
      case .leafModule = diff.eval.graph[node].operation
    else { return false }
    guard let first = diff.train.behaviours[train]?.digest, let second = diff.eval.behaviours[node]?.digest else {
      return true
    }
    return first != second
  }

  /// How many pairs gave different values for the same ones.
  var differing: Int { found.keys.count { isOwn($0) } }

  private func isOwn(_ node: NodeID) -> Bool {
    found[node].map { $0.inherited == nil && $0.difference != ValueDifference.none } ?? false
  }

  /// Whether both nodes of a pair read the nodes of one pair each, so that they were given the same values.
  private func readsTheSame(_ node: NodeID) -> Bool {
    guard let train = pairs.eval[node]?.train else { return false }
    var (first, second): ([NodeID], [NodeID]) = ([], [])
    diff.train.graph[train].forEachInputNode { first.append($0) }
    diff.eval.graph[node].forEachInputNode { second.append($0) }
    return first.map { pairs.train[$0]?.eval } == second.map { Optional($0) }
  }

  /// A node's name in the train trace where it has one there.
  func name(_ eval: NodeID) -> String {
    guard let train = pairs.eval[eval]?.train else { return printedName(diff.eval.graph, eval) }
    return printedName(diff.train.graph, train)
  }

  private func printedName(_ graph: Graph, _ id: NodeID) -> String {
    guard graph.contains(id) else { return "a node" }
    return graph[id].operation == .output ? "output" : graph[id].name
  }

  // MARK: - Where a finding shows

  /// The pairs of a finding, and those that read what its nodes give or write.
  private func candidates(_ rows: [TraceDiff.Row]) -> Set<NodeID> {
    var result: Set<NodeID> = []
    for row in rows {
      var (train, eval): ([NodeID], [NodeID]) = ([], [])
      if let id = row.train { train = storage.train.writtenReaders(id) }
      if let id = row.eval { eval = storage.eval.writtenReaders(id) }
      switch (row.train, row.eval) {
      // Its own value is compared, and goes no further where it differs.
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

  /// Keys of tensors that the finding's nodes may write, and that the graphs leave in different states.
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

  /// Whether the eval nodes of a finding give other values with another random state.
  private func witnessOfDraws(_ rows: [TraceDiff.Row]) -> Finding.Witness {
    let nodes = rows.compactMap(\.eval).filter { redrawn[$0] != nil }.sorted { order[$0] ?? 0 < order[$1] ?? 0 }
    let differing = nodes.filter {
      redrawn[$0].map { $0.inherited == nil && $0.difference != ValueDifference.none } ?? false
    }
    guard let first = differing.first else {
      return Finding.Witness(
        outcome: nodes.isEmpty ? .undecided : .notObserved,
        reason: nodes.isEmpty
          ? "no node of it runs"
          : "two runs in \(diff.eval.label) mode with other random states are the same, bit for bit")
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
        "\(differing.count) of \(nodes.count) \(nodes.count == 1 ? "value differs" : "values differ") between two runs in \(diff.eval.label) mode with other random states"
    )
  }

  /// Whether a run in eval mode changed what the nodes of a finding may write.
  private func witnessOfWrites(_ rows: [TraceDiff.Row]) -> Finding.Witness {
    var written = WrittenState()
    for row in rows { if let id = row.eval { written.add(id, of: storage.eval.graph) } }
    let keys = changes.eval.keys.filter { key in
      changes.eval[key].map { written.contains(key, of: $0.modulePath) } ?? false
    }.sorted()
    guard let first = keys.first else {
      return Finding.Witness(
        outcome: .notObserved, reason: "a run in \(diff.eval.label) mode leaves what it writes as it was, on this input"
      )
    }
    let rest = keys.count > 1 ? " and \(keys.count - 1) more" : ""
    return Finding.Witness(
      outcome: .confirmed, largestDifference: largest(of: keys), node: rows.lazy.compactMap(\.eval).first.map(name),
      reason: "a run in \(diff.eval.label) mode changes \(first)\(rest)")
  }

  // MARK: - Words

  /// - Parameter alone: what counts in place of what nodes gave in their places.
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
      ? "\(name(first)) is built in another way, or has another shape, on the same input"
      : "\(nodes.count) of \(count) \(count == 1 ? "value differs" : "values differ") where both modes read the same"
    return Finding.Witness(outcome: .confirmed, largestDifference: largest, node: name(first), reason: reason)
  }

  private func confirmed(_ keys: [String], _ rows: [TraceDiff.Row]) -> Finding.Witness {
    let first = rows.lazy.compactMap(\.eval).first.map(name)
    let rest = keys.count > 1 ? " and \(keys.count - 1) more" : ""
    return Finding.Witness(
      outcome: .confirmed, largestDifference: largest(of: keys), node: first,
      reason: "the modes leave another state behind: \(keys[0])\(rest)")
  }

  /// By how much state changed at most; nil where it got another shape.
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
      ? (rows.isEmpty ? "no node of it runs" : "nothing reads what its nodes give")
      : "\(count == 1 ? "the value is" : "all \(count) values are") the same, bit for bit, on this input"
    return Finding.Witness(outcome: count == 0 && rows.isEmpty ? .undecided : .notObserved, reason: reason)
  }
}

extension RuleID {
  /// Whether running the graphs can tell anything about it.
  fileprivate var isAboutValues: Bool {
    switch self {
    case .returnNodeMissingInMode, .returnNodeRenamed: false
    default: !isAboutExpectations
    }
  }

  /// Whether it is about what single nodes do, and not about which nodes there are and what they read.
  fileprivate var isAboutNodes: Bool {
    switch self {
    case .attributeDiffers, .stateUpdatedInOneMode, .randomInOneMode, .leafModeUnknown, .leafModeDeclared,
      .controlFlowHidden, .submoduleModeMixed:
      true
    default: false
    }
  }
}
