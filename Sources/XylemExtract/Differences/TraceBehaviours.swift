internal import XylemDiff
internal import XylemGraph
internal import XylemTrace

/// What the nodes of a trace do in its mode, and which of it reaches the result or outlasts the run.
///
/// Nothing is known, or concluded, about a node whose code can't be followed.
struct TraceBehaviours {
  /// The behaviour of each node, if known.
  private(set) var byNode: [NodeID: NodeBehaviour] = [:]

  private var graph: Graph
  private var found: [NodeID: CodeBehaviour] = [:]
  private var classes: StorageClasses
  /// For each storage class, the paths of the model attributes that may be in it.
  private var paths: [Int: Set<String>] = [:]
  /// For each node, the paths of the attributes that it may write.
  private var writes: [NodeID: Set<String>] = [:]

  init(_ trace: Trace, of model: any TracedModel) {
    let reader = BehaviourReader(trace, of: model)
    graph = trace.graph
    for node in trace.graph.nodes {
      found[node.id] = reader.behaviour(of: node)
      if let behaviour = found[node.id] {
        graph.setEffects(of: node.id, to: behaviour.effects)
      } else if node.effects == nil {
        graph.setEffects(of: node.id, to: .none)
      }
    }
    classes = StorageClasses(graph)
    for node in graph.nodes {
      if case .attribute(let path) = node.operation { paths[classes.find(node.id.rawValue), default: []].insert(path) }
    }
    for node in graph.nodes { writes[node.id] = written(by: node) }
    dropScratch(model)
    dropFlags()
    let live = liveNodes()
    var isSeeded = false
    for node in graph.nodes {
      let behaviour = found[node.id]
      let written = (writes[node.id] ?? []).sorted()
      isSeeded = isSeeded || behaviour?.fixesSeed == true
      guard behaviour != nil || !written.isEmpty else { continue }
      byNode[node.id] = NodeBehaviour(
        digest: behaviour?.digest, draws: isSeeded ? [] : behaviour?.draws ?? [],
        isDrawUsed: live.contains(node.id), writes: written, writers: behaviour?.writers ?? ["="],
        usesStatistics: behaviour?.usesStatistics ?? false, dropsAll: behaviour?.dropsAll ?? false,
        passesInput: behaviour?.passesInput ?? false)
    }
  }

  /// The model attributes that a node may change.
  private mutating func written(by node: Node) -> Set<String> {
    if case .setAttribute(let path) = node.operation {
      // Writing back the value that was read changes nothing; in-place code does so.
      var value = node.inputs.first?.node
      while let id = value, found[id]?.isInPlace == true { value = graph[id].inputs.first?.node }
      if let value, case .attribute(path) = graph[value].operation { return [] }
      return [path]
    }
    guard let behaviour = found[node.id] else { return [] }
    return behaviour.writtenNodes.reduce(into: Set(behaviour.writtenAttributes)) {
      $0.formUnion(paths[classes.find($1.rawValue)] ?? [])
    }
  }

  /// Ignores attributes that every run sets before reading, so that no run sees the value of another. Tensors in the
  /// state dict are visible from outside and are not ignored.
  private mutating func dropScratch(_ model: any TracedModel) {
    var open = Set(writes.values.joined())
    guard !open.isEmpty else { return }
    open.subtract(model.tensors.map(\.key))
    var scratch: Set<String> = []
    for node in graph.nodes {
      if open.isEmpty { break }
      if case .attribute(let path) = node.operation { open.remove(path) }
      let behaviour = found[node.id]
      // Code that was not read may read anything.
      if behaviour == nil, [.leafModule, .leafFunction, .region].contains(node.operation.kind) { break }
      let first: Set<String> =
        if case .setAttribute(let path) = node.operation { [path] } else { Set(behaviour?.scratch ?? []) }
      scratch.formUnion(first.intersection(open))
      open.subtract(first)
      open.subtract(behaviour?.readAttributes ?? [])
      open.subtract(writes[node.id] ?? [])
    }
    for id in writes.keys { writes[id]?.subtract(scratch) }
  }

  /// Ignores flags that are set to a constant and only decide whether they are set, such as a flag for a warning that
  /// was given.
  private mutating func dropFlags() {
    var flags: Set<String> = []
    var others: Set<String> = []
    for node in graph.nodes {
      let constants = Set(found[node.id]?.flags ?? [])
      for path in writes[node.id] ?? [] {
        if case .setAttribute = node.operation, case .node? = node.inputs.first {
          others.insert(path)
        } else if case .setAttribute = node.operation {
          flags.insert(path)
        } else if constants.contains(path) {
          flags.insert(path)
        } else {
          others.insert(path)
        }
      }
    }
    flags.subtract(others)
    guard !flags.isEmpty else { return }
    let before = writes
    for id in writes.keys { writes[id]?.subtract(flags) }
    var read: Set<String> = []
    for id in liveNodes() {
      if case .attribute(let path) = graph[id].operation { read.insert(path) }
      read.formUnion(found[id]?.readAttributes ?? [])
    }
    // A value that a live node reads is more than a flag.
    for (id, paths) in before { writes[id]?.formUnion(paths.filter { !flags.contains($0) || read.contains($0) }) }
  }

  /// Nodes whose values or writes may reach the result or the state of the model.
  private mutating func liveNodes() -> Set<NodeID> {
    var live: Set<NodeID> = []
    var needed: Set<NodeID> = []
    var neededClasses: Set<Int> = []
    for node in graph.nodes.reversed() {
      let behaviour = found[node.id]
      let writesNeeded = (behaviour?.writtenNodes ?? []).contains { neededClasses.contains(classes.find($0.rawValue)) }
      let isWriter = writes[node.id]?.isEmpty == false
      guard node.operation == .output || needed.contains(node.id) || writesNeeded || isWriter else { continue }
      live.insert(node.id)
      for (position, input) in node.inputs.enumerated() where behaviour?.formInputs.contains(position) != true {
        input.forEachNode {
          needed.insert($0)
          neededClasses.insert(classes.find($0.rawValue))
        }
      }
    }
    return live
  }
}
