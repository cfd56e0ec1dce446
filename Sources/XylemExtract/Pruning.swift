internal import XylemGraph

/// Finds the nodes that have to run for some values to be what the whole model would have computed.
///
/// A node is needed where a needed node or a request reads its value; where it writes storage that a needed node reads
/// later; where it writes the model and the part of the model that it belongs to runs; and where it checks an assumption of a
/// part that runs, or changes what later nodes depend on.
struct Pruning {
  private let graph: Graph
  private var classes: StorageClasses
  private(set) var needed: Set<NodeID> = []

  /// Why a node is needed that no request and no reader needs.
  private(set) var reasons: [NodeID: Reason] = [:]

  /// What a node does that is needed besides its value.
  enum Reason {
    case writes(readBy: String)
    case writesModel
    case checks
    case changesContext
  }

  /// Nodes whose values are read right after a node, because a request means them at that moment.
  private var readAfter: [NodeID: [NodeID]] = [:]

  init(_ graph: Graph, requested: [ResolvedRequest]) {
    self.graph = graph
    classes = StorageClasses(graph)
    var kept: Set<NodeID> = []
    for request in requested {
      request.value.forEachNode {
        kept.insert($0)
        readAfter[request.moment ?? $0, default: []].append($0)
      }
    }
    // Keeping one node can give another its reason; each round adds at least one.
    while true {
      let before = kept.count
      sweep(&kept)
      keepPartsOfRunningModules(&kept)
      if kept.count == before { break }
    }
    needed = kept
  }

  /// Walks backwards: readers come before what they read.
  private mutating func sweep(_ kept: inout Set<NodeID>) {
    // For each class of storage, the name of what reads it next.
    var readLater: [Int: String] = [:]
    var pathsLater: [String] = []
    for node in graph.nodes.reversed() {
      for read in readAfter[node.id] ?? [] { readLater[classes.find(read.rawValue)] = "what is returned" }
      if !kept.contains(node.id) {
        guard let reason = reason(toKeep: node, readLater, pathsLater, runsSomething: !kept.isEmpty) else { continue }
        // What changes the thread's state matters only to what runs after it.
        if node.effects?.changesContext == true, readLater.isEmpty { continue }
        kept.insert(node.id)
        reasons[node.id] = reason
      }
      node.forEachInputNode {
        kept.insert($0)
        readLater[classes.find($0.rawValue)] = node.name
      }
      pathsLater += modelPaths(of: node)
    }
  }

  private mutating func reason(
    toKeep node: Node, _ readLater: [Int: String], _ pathsLater: [String], runsSomething: Bool
  ) -> Reason? {
    if node.operation == .output { return nil }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    for position in effects.writes where position < node.inputs.count {
      var reader: String?
      node.inputs[position].forEachNode { reader = reader ?? readLater[classes.find($0.rawValue)] }
      if let reader { return .writes(readBy: reader) }
    }
    if effects.writesModel,
      modelPaths(of: node).contains(where: { path in pathsLater.contains { Self.overlap(path, $0) } })
    {
      return .writesModel
    }
    return node.effects?.changesContext == true && runsSomething ? .changesContext : nil
  }

  /// Paths of the parts of the model whose state a node may read or write from within.
  private func modelPaths(of node: Node) -> [String] {
    switch node.operation {
    case .leafModule(let module): return [module.path]
    case .attribute(let path), .setAttribute(let path): return [path]
    case .region, .leafFunction:
      return node.inputs.compactMap { if case .module(let path) = $0 { path } else { nil } }
    default: return []
    }
  }

  private static func overlap(_ a: String, _ b: String) -> Bool {
    a == b || a.isEmpty || b.isEmpty || a.hasPrefix(b + ".") || b.hasPrefix(a + ".")
  }

  /// Counters of a module that runs go on counting, and its checks go on checking.
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
