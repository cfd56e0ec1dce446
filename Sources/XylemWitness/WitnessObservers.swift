internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Gives every node that draws random numbers its own state, the same for both nodes of a row, so that a node that one
/// mode lacks does not change the draws of others.
struct RowSeeds {
  private let seed: UInt64
  private let rows: [NodeID: Int]

  init(_ seed: UInt64, rows: [NodeID: Int]) {
    self.seed = seed
    self.rows = rows
  }

  func prepare(_ node: Node) throws(XylemError) {
    guard node.effects?.usesRandomState ?? true, let row = rows[node.id] else { return }
    try TensorRuntime.setSeed(seed &+ UInt64(row))
  }
}

/// Keeps the value of every node, right after the node ran.
struct ValueKeeper: ProgramObserver {
  let plan: ObservedPlan
  let seeds: RowSeeds
  /// Whether to keep only shapes, and the result of `forward`.
  let keepsShapesOnly: Bool
  private(set) var values: [NodeID: Value] = [:]
  private(set) var shapes: [NodeID: [Int]] = [:]
  private(set) var output: Value?

  init(_ plan: ObservedPlan, seeds: RowSeeds, keepsShapesOnly: Bool = false) {
    self.plan = plan
    self.seeds = seeds
    self.keepsShapesOnly = keepsShapesOnly
  }

  mutating func willRun(to stop: Int) throws(XylemError) -> [Value]? {
    try seeds.prepare(plan.moments[stop].node)
    return nil
  }

  mutating func didRun(to stop: Int, value: Value) throws(XylemError) -> Value? {
    let moment = plan.moments[stop]
    if let tensor = value.tensor { shapes[moment.node.id] = try tensor.sizes }
    if moment.node.operation == .output { output = value }
    if !keepsShapesOnly {
      // A container's own contents are compared, so values that later nodes put into it must not show.
      values[moment.node.id] = moment.isWrittenLater ? try value.cloned().unpacked() : try value.unpacked()
    }
    return nil
  }
}

/// Runs the second graph with the values of the first: each node with a partner is compared, and its value is then
/// replaced by the partner's. So a difference shows where it arises and not in later nodes.
struct PairComparer: ProgramObserver {
  /// The results of the two nodes of a row.
  struct Found {
    let difference: ValueDifference
    /// An input whose value already differed. Nil if both nodes had the same inputs.
    let inherited: NodeID?
    /// Whether the difference is small enough to be explained by the order of computation.
    let isRounding: Bool
  }

  let plan: ObservedPlan
  let seeds: RowSeeds
  /// The values of the first graph, by the nodes of the second.
  var partners: [NodeID: Value] = [:]
  /// The values of the first graph, by its own nodes, for rehearsed nodes.
  var others: [NodeID: Value] = [:]
  /// The results of nodes that read different nodes in each graph, for the same inputs.
  private(set) var rehearsed: [NodeID: ValueDifference] = [:]
  private(set) var found: [NodeID: Found] = [:]

  /// Nodes whose current value is not their partner's, with the node where the difference began.
  private var strays: [NodeID: NodeID] = [:]
  /// The same for storage that such a node wrote.
  private var strayStorage: [Int: NodeID] = [:]
  private var replaced: Set<NodeID> = []

  init(_ plan: ObservedPlan, seeds: RowSeeds) {
    self.plan = plan
    self.seeds = seeds
  }

  mutating func willRun(to stop: Int) throws(XylemError) -> [Value]? {
    let moment = plan.moments[stop]
    try seeds.prepare(moment.node)
    let values = moment.rehearsed.compactMap { others[$0] }
    return values.count == moment.rehearsed.count ? values : nil
  }

  mutating func didRun(to stop: Int, value: Value) throws(XylemError) -> Value? {
    let moment = plan.moments[stop]
    let node = moment.node
    if !moment.rehearsed.isEmpty {
      if let partner = partners[node.id] { rehearsed[node.id] = try ValueDifference(partner, value) }
      return nil
    }
    let origin = inherited(by: node)
    guard let partner = partners[node.id] else {
      note(node, origin)
      return nil
    }
    let difference = try ValueDifference(partner, value)
    found[node.id] = Found(
      difference: difference, inherited: origin, isRounding: try difference.isRounding(of: partner))
    if difference == .none {
      note(node, origin)
      if origin == nil || !moment.isWrittenLater { replaced.insert(node.id) }
      return nil
    }
    if !moment.isWrittenLater || moment.isFresh, difference != .structure, node.operation != .output {
      replaced.insert(node.id)
      // Later nodes write to it, so this graph gets its own copy.
      return moment.isWrittenLater ? try partner.cloned() : partner
    }
    strays[node.id] = origin ?? node.id
    note(node, origin ?? node.id)
    return nil
  }

  /// The origin of a difference in a node's inputs.
  private func inherited(by node: Node) -> NodeID? {
    var origin: NodeID?
    node.forEachInputNode { id in
      guard origin == nil, !replaced.contains(id) else { return }
      origin = strays[id] ?? plan.storage[id].flatMap { strayStorage[$0] }
    }
    return origin
  }

  /// The results and writes of a node with a differing value differ too.
  private mutating func note(_ node: Node, _ origin: NodeID?) {
    guard let origin else { return }
    if partners[node.id] == nil { strays[node.id] = origin }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    for position in effects.writes where position < node.inputs.count {
      node.inputs[position].forEachNode { id in
        if let storage = plan.storage[id], strayStorage[storage] == nil { strayStorage[storage] = origin }
      }
    }
  }
}
