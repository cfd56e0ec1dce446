internal import OrderedCollections
internal import XylemGraph

/// Groups the nodes that only one side has by their cause.
struct ClusterSearch {
  private let side: IndexedSide
  private let other: IndexedSide
  private let isTrain: Bool
  private let counterpart: [Int]
  /// Paths of modules that both sides call, this one more often.
  private let callsMore: Set<String>
  /// Paths of modules that are leaves on one side only.
  private let opaque: Set<String>
  private var clusters: [Cluster] = []
  /// The cluster of each node, -1 for none.
  private(set) var clusterOf: [Int]

  init(
    _ side: IndexedSide, other: IndexedSide, isTrain: Bool, counterpart: [Int], callsMore: Set<String>,
    opaque: Set<String>
  ) {
    self.side = side
    self.other = other
    self.isTrain = isTrain
    self.counterpart = counterpart
    self.callsMore = callsMore
    self.opaque = opaque
    clusterOf = Array(repeating: -1, count: side.nodes.count)
  }

  /// The clusters in the order of their first nodes, with the cluster of each node.
  static func run(
    _ side: IndexedSide, other: IndexedSide, isTrain: Bool, counterpart: [Int], callsMore: Set<String>,
    opaque: Set<String>
  ) -> (clusters: [Cluster], clusterOf: [Int]) {
    var search = ClusterSearch(
      side, other: other, isTrain: isTrain, counterpart: counterpart, callsMore: callsMore,
      opaque: opaque)
    let alone = side.nodes.indices.filter { counterpart[$0] < 0 }
    guard !alone.isEmpty else { return ([], search.clusterOf) }
    search.groupByModule(alone)
    search.groupByFlow(alone.filter { search.clusterOf[$0] < 0 })
    return search.finished()
  }

  private func finished() -> (clusters: [Cluster], clusterOf: [Int]) {
    let kept = clusters.indices.filter { !clusters[$0].nodes.isEmpty }
    let sorted = kept.sorted { clusters[$0].nodes[0] < clusters[$1].nodes[0] }
    var places = clusterOf
    for (place, index) in sorted.enumerated() { for node in clusters[index].nodes { places[node] = place } }
    return (sorted.map { clusters[$0] }, places)
  }

  private mutating func add(_ kind: Cluster.Kind, _ nodes: [Int], cause: Finding.Cause? = nil) {
    for node in nodes { clusterOf[node] = clusters.count }
    clusters.append(Cluster(isTrain: isTrain, kind: kind, nodes: nodes, cause: cause))
  }

  // MARK: - By module

  private mutating func groupByModule(_ alone: [Int]) {
    let common = modulesWithCounterparts()
    var members: OrderedDictionary<Cluster.Kind, [Int]> = [:]
    for node in alone {
      guard let kind = kind(of: node, common: common) else { continue }
      members[kind, default: []].append(node)
    }
    for (kind, nodes) in members {
      switch kind {
      case .known(let behaviour): for node in nodes { add(kind, [node], cause: behaviour.cause) }
      case .module(let path): add(kind, nodes, cause: cause(ofModule: path, nodes))
      case .calls, .flow, .opaque: add(kind, nodes)
      }
    }
  }

  /// Modules, with all their parents, that have nodes in the other trace, or nodes here with a counterpart.
  private func modulesWithCounterparts() -> Set<String> {
    var common: Set<String> = [""]
    var paths: Set<String> = []
    for node in other.nodes { paths.insert(node.modulePath) }
    for (position, node) in side.nodes.enumerated() where counterpart[position] >= 0 { paths.insert(node.modulePath) }
    for path in paths {
      for step in NormalName.ancestry(path) { if !common.insert(step).inserted { break } }
    }
    return common
  }

  private func kind(of position: Int, common: Set<String>) -> Cluster.Kind? {
    let node = side.nodes[position]
    var topmost: String?
    var calls: String?
    var whole: String?
    var behaviour: ModeBehaviour?
    for path in NormalName.ancestry(node.modulePath) {
      if callsMore.contains(path) { calls = path }
      if opaque.contains(path) { whole = path }
      if !common.contains(path) { topmost = path }
      if behaviour == nil, let type = side.types[path] { behaviour = ModeBehaviour.ofModule(type) }
    }
    let comparesModes = side.side.isTraining != other.side.isTraining
    if let whole {
      if comparesModes, let behaviour, behaviour.kind != .parts { return .known(behaviour) }
      return .opaque(whole)
    }
    if let calls { return .calls(calls) }
    if let topmost { return .module(topmost) }
    guard comparesModes else { return nil }
    if let behaviour, behaviour.kind != .parts { return .known(behaviour) }
    if let flag = ModeBehaviour.flags(of: node.operation).first, flag.behaviour.kind == .random, side.side.isTraining {
      return .known(flag.behaviour)
    }
    return nil
  }

  private func cause(ofModule path: String, _ nodes: [Int]) -> Finding.Cause? {
    guard side.side.isTraining, !other.side.isTraining else { return nil }
    let type = side.types[path] ?? ""
    if let behaviour = ModeBehaviour.ofModule(type) {
      return behaviour.kind == .random && mayDraw(nodes) ? behaviour.cause : nil
    }
    let isAuxiliary =
      NormalName.last(path).lowercased().hasPrefix("aux") || NormalName.last(type).contains("Aux")
    // A head whose value flows back into the model is more than an auxiliary head.
    return isAuxiliary && endInOutput(nodes) ? .auxiliaryHead : nil
  }

  /// Whether some of the nodes draw random numbers, or may draw them.
  private func mayDraw(_ nodes: [Int]) -> Bool {
    let opaque: Set<Operation.Kind> = [.leafModule, .leafFunction, .region]
    return nodes.contains { position in
      let node = side.nodes[position]
      if let behaviour = side.side.behaviours[node.id] { return !behaviour.draws.isEmpty }
      return opaque.contains(node.operation.kind) || node.effects?.usesRandomState != false
    }
  }

  /// Whether everything computed from the nodes' values is on this side only, up to the result.
  private func endInOutput(_ nodes: [Int]) -> Bool {
    var open = nodes
    var seen = Set(nodes)
    while let next = open.popLast() {
      for user in side.users[next] where seen.insert(user).inserted {
        if side.nodes[user].operation.kind == .output { continue }
        if counterpart[user] >= 0 { return false }
        open.append(user)
      }
    }
    return true
  }

  // MARK: - By flow

  /// Joins nodes that read one another. A group that is connected to only one other cluster is merged into it.
  private mutating func groupByFlow(_ rest: [Int]) {
    let members = Set(rest)
    var sets = DisjointSets(count: side.nodes.count)
    var writers: [String: Int] = [:]
    for node in rest {
      for input in side.inputs[node] where members.contains(input) { sets.join(node, input) }
      switch side.nodes[node].operation {
      case .setAttribute(let path): writers[path] = node
      // Read again because it was written.
      case .attribute(let path): if let writer = writers[path] { sets.join(node, writer) }
      default: break
      }
    }
    var groups: [Int: [Int]] = [:]
    for node in rest { groups[sets.find(node), default: []].append(node) }
    for first in groups.keys.sorted() {
      guard let nodes = groups[first] else { continue }
      if let host = host(of: nodes) {
        for node in nodes { clusterOf[node] = host }
        clusters[host].nodes = (clusters[host].nodes + nodes).sorted()
      } else {
        add(.flow, nodes)
      }
    }
  }

  /// The cluster that a group is merged into, if any.
  ///
  /// A module without a known cause absorbs its inputs and consumers. An auxiliary head absorbs nodes that only serve
  /// it, and nodes that pass its value on to the result without another tensor. Other known causes absorb the
  /// attributes that they read, but no computation: an operation before or after a dropout is not explained by the
  /// dropout.
  private func host(of nodes: [Int]) -> Int? {
    let neighbours = nodes.flatMap { side.inputs[$0] + side.users[$0] }.map { clusterOf[$0] }.filter { $0 >= 0 }
    if let unexplained = neighbours.filter({ clusters[$0].isUnexplainedModule }).min() { return unexplained }
    let own = Set(nodes)
    let readers = nodes.flatMap { side.users[$0] }.filter { !own.contains($0) }
    if nodes.allSatisfy({ side.nodes[$0].operation.kind == .attribute }) {
      return readers.allSatisfy { clusterOf[$0] >= 0 } ? readers.map { clusterOf[$0] }.min() : nil
    }
    if nodes.contains(where: { side.nodes[$0].effects?.isObservable ?? true }) { return nil }
    let hosts = Set(neighbours)
    guard hosts.count == 1, let host = hosts.first, clusters[host].cause == .auxiliaryHead else { return nil }
    if readers.allSatisfy({ clusterOf[$0] == host }) { return host }
    let isPassedOn = readers.allSatisfy { side.nodes[$0].operation.kind == .output || clusterOf[$0] == host }
    let tensors = nodes.flatMap { side.inputs[$0] }.filter { side.nodes[$0].valueType.contains { $0 == .tensor } }
    return isPassedOn && tensors.allSatisfy { own.contains($0) || clusterOf[$0] == host } ? host : nil
  }
}
