internal import XylemGraph
internal import XylemTrace

/// Finds the nodes that must run for some values to be what the whole model would have computed.
///
/// A node is needed if a needed node or a request reads its value; if it writes storage that a needed node reads later;
/// if it writes the model and its part of the model runs; or if it checks an assumption of a part that runs, or changes
/// something that later nodes depend on.
struct Pruning {
  private let graph: Graph
  private var classes: StorageClasses
  private(set) var needed: Set<NodeID> = []

  /// The reason why a node is needed that no request or reader needs.
  private(set) var reasons: [NodeID: Reason] = [:]

  /// The effects of a node besides its value.
  enum Reason {
    case writes(readBy: String)
    case writesModel
    case checks
    case changesContext
  }

  /// Nodes whose values are read right after a node, because a request refers to them at that position.
  private var readAfter: [NodeID: [NodeID]] = [:]

  /// For each storage class, the paths of the parts of the model whose tensors may be in it.
  private var pathsByClass: [Int: Set<String>] = [:]
  /// Other paths of the same module, if modules occur in several places.
  private let pathsElsewhere: (String) -> [String]

  init(_ graph: Graph, requested: [ResolvedRequest], pathsElsewhere: @escaping (String) -> [String]) {
    self.graph = graph
    self.pathsElsewhere = pathsElsewhere
    classes = StorageClasses(graph)
    for node in graph.nodes where node.effects?.aliasesModel == true {
      pathsByClass[classes.find(node.id.rawValue), default: []].formUnion(modelPaths(of: node))
    }
    for node in graph.nodes {
      for position in node.effects?.keeps ?? [] where position < node.inputs.count {
        node.inputs[position].forEachNode {
          pathsByClass[classes.find($0.rawValue), default: []].formUnion(modelPaths(of: node))
        }
      }
    }
    var kept: Set<NodeID> = []
    for request in requested {
      request.value.forEachNode {
        kept.insert($0)
        readAfter[request.moment ?? $0, default: []].append($0)
      }
    }
    // Keeping one node can give another a reason; each round adds at least one.
    while true {
      let before = kept.count
      sweep(&kept)
      keepSeeds(&kept)
      keepPartsOfRunningModules(&kept)
      if kept.count == before { break }
    }
    needed = kept
  }

  /// Walks backwards: readers come before the nodes that they read.
  private mutating func sweep(_ kept: inout Set<NodeID>) {
    // For each storage class, the name of its next reader.
    var readLater: [Int: String] = [:]
    var pathsLater: Set<String> = []
    func read(_ id: NodeID, by reader: String) {
      let place = classes.find(id.rawValue)
      // A tensor of the model may also be read by earlier holders of it.
      if readLater.updateValue(reader, forKey: place) == nil, let paths = pathsByClass[place] {
        pathsLater.formUnion(paths)
      }
    }
    for node in graph.nodes.reversed() {
      for id in readAfter[node.id] ?? [] { read(id, by: "what is returned") }
      if !kept.contains(node.id) {
        guard let reason = reason(toKeep: node, readLater, pathsLater, runsSomething: !kept.isEmpty) else { continue }
        // A change of the thread's state matters only to nodes after it.
        if node.effects?.changesContext == true, readLater.isEmpty { continue }
        kept.insert(node.id)
        reasons[node.id] = reason
      }
      node.forEachInputNode {
        kept.insert($0)
        read($0, by: node.name)
      }
      pathsLater.formUnion(modelPaths(of: node))
    }
  }

  private mutating func reason(
    toKeep node: Node, _ readLater: [Int: String], _ pathsLater: Set<String>, runsSomething: Bool
  ) -> Reason? {
    if node.operation == .output { return nil }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    for position in effects.writes where position < node.inputs.count {
      var reason: Reason?
      node.inputs[position].forEachNode {
        let place = classes.find($0.rawValue)
        if reason == nil, let reader = readLater[place] { reason = .writes(readBy: reader) }
        if reason == nil, overlaps(pathsByClass[place] ?? [], pathsLater) { reason = .writesModel }
      }
      if let reason { return reason }
    }
    if effects.writesModel, overlaps(Set(modelPaths(of: node)), pathsLater) { return .writesModel }
    return node.effects?.changesContext == true && runsSomething ? .changesContext : nil
  }

  private func overlaps(_ paths: Set<String>, _ others: Set<String>) -> Bool {
    paths.contains { path in others.contains { Self.overlap(path, $0) } }
  }

  /// Paths of the parts of the model whose state a node may read or write internally.
  private func modelPaths(of node: Node) -> [String] {
    switch node.operation {
    case .leafModule(let module): return [module.path] + pathsElsewhere(module.path)
    case .attribute(let path), .setAttribute(let path): return [path]
    case .region, .leafFunction:
      return node.inputs.flatMap { (input) -> [String] in
        guard case .module(let path) = input else { return [] }
        return [path] + pathsElsewhere(path)
      }
    default: return []
    }
  }

  private static func overlap(_ a: String, _ b: String) -> Bool {
    a == b || a.isEmpty || b.isEmpty || a.hasPrefix(b + ".") || b.hasPrefix(a + ".")
  }

  /// After a seed set by the model, random numbers are the same in every run. So the seed is set, and all draws between
  /// it and the needed nodes run too.
  private mutating func keepSeeds(_ kept: inout Set<NodeID>) {
    let nodes = Array(graph.nodes)
    guard let last = nodes.lastIndex(where: { kept.contains($0.id) && $0.drawsRandomNumbers }),
      let first = nodes[..<last].firstIndex(where: \.maySetSeed)
    else { return }
    for node in nodes[first..<last] where !kept.contains(node.id) && (node.setsSeed || node.drawsRandomNumbers) {
      keep(node, .changesContext, &kept)
    }
  }

  /// Counters and checks of a module that runs stay active.
  private mutating func keepPartsOfRunningModules(_ kept: inout Set<NodeID>) {
    var running: Set<String> = []
    var last: [String: Int] = [:]
    for (position, node) in graph.nodes.enumerated() where kept.contains(node.id) {
      if case .placeholder = node.operation { continue }
      if case .attribute = node.operation { continue }
      running.insert(node.modulePath)
      var path = node.modulePath
      while true {
        last[path] = position
        guard !path.isEmpty else { break }
        path = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
      }
    }
    for (position, node) in graph.nodes.enumerated() where !kept.contains(node.id) {
      switch node.operation {
      // What the trace took for granted because of shapes may be about anything that follows.
      case .guard(let assumption) where assumption.isOfShapes: keep(node, .checks, &kept)
      case .guard:
        if let end = last[node.modulePath], end > position { keep(node, .checks, &kept) }
      case .setAttribute: if running.contains(node.modulePath) { keep(node, .writesModel, &kept) }
      case .operator:
        guard let effects = node.effects, !effects.writes.isEmpty, running.contains(node.modulePath) else { continue }
        let writesAttribute = effects.writes.contains { position in
          guard position < node.inputs.count, let id = node.inputs[position].node else { return false }
          if case .attribute = graph[id].operation { return true }
          return false
        }
        if writesAttribute { keep(node, .writesModel, &kept) }
      default: continue
      }
    }
  }

  private mutating func keep(_ node: Node, _ reason: Reason, _ kept: inout Set<NodeID>) {
    kept.insert(node.id)
    reasons[node.id] = reason
  }
}

extension Node {
  /// Whether it sets the random state.
  var setsSeed: Bool {
    guard case .operator(let name) = operation else { return false }
    return OperatorFacts.setsSeed(name)
  }

  /// Whether it sets the random state, or is opaque and its code may.
  var maySetSeed: Bool { setsSeed || effects?.usesRandomState == true && effects?.changesContext == true }

  /// Whether it draws random numbers.
  var drawsRandomNumbers: Bool { effects?.usesRandomState == true && !setsSeed }
}
