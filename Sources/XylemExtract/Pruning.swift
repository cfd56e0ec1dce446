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
    var readLater: Set<Int> = []
    var pathsLater: [String] = []
    for node in graph.nodes.reversed() {
      for read in readAfter[node.id] ?? [] { readLater.insert(classes.find(read.rawValue)) }
      if !kept.contains(node.id) {
        guard writesWhatIsRead(node, readLater, pathsLater) || (node.effects?.changesContext == true && !kept.isEmpty)
        else { continue }
        // What changes the thread's state matters only to what runs after it.
        if node.effects?.changesContext == true, readLater.isEmpty { continue }
        kept.insert(node.id)
      }
      node.forEachInputNode {
        kept.insert($0)
        readLater.insert(classes.find($0.rawValue))
      }
      pathsLater += modelPaths(of: node)
    }
  }

  private mutating func writesWhatIsRead(_ node: Node, _ readLater: Set<Int>, _ pathsLater: [String]) -> Bool {
    if node.operation == .output { return false }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    for position in effects.writes where position < node.inputs.count {
      var isRead = false
      node.inputs[position].forEachNode { isRead = isRead || readLater.contains(classes.find($0.rawValue)) }
      if isRead { return true }
    }
    guard effects.writesModel else { return false }
    return modelPaths(of: node).contains { path in pathsLater.contains { Self.overlap(path, $0) } }
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
  private func keepPartsOfRunningModules(_ kept: inout Set<NodeID>) {
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
        if let end = last[node.modulePath], end > position { kept.insert(node.id) }
      case .setAttribute: if running.contains(node.modulePath) { kept.insert(node.id) }
      case .operator:
        guard let effects = node.effects, !effects.writes.isEmpty, running.contains(node.modulePath) else { continue }
        let writesAttribute = effects.writes.contains { position in
          guard position < node.inputs.count, let id = node.inputs[position].node else { return false }
          if case .attribute = graph[id].operation { return true }
          return false
        }
        if writesAttribute { kept.insert(node.id) }
      default: continue
      }
    }
  }
}
