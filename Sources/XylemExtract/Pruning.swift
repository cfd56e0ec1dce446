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

  /// For each class of storage, the paths of the parts of the model whose tensors may be in it.
  private var pathsByClass: [Int: Set<String>] = [:]
  /// Other paths that a module's reaches, where modules stand in several places.
  private let pathsElsewhere: (String) -> [String]

  init(_ graph: Graph, requested: [ResolvedRequest], pathsElsewhere: @escaping (String) -> [String]) {
    self.graph = graph
    self.pathsElsewhere = pathsElsewhere
    classes = StorageClasses(graph)
    for node in graph.nodes where node.effects?.aliasesModel == true {
      pathsByClass[classes.find(node.id.rawValue), default: []].formUnion(modelPaths(of: node))
    }
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
    var pathsLater: Set<String> = []
    func read(_ id: NodeID) {
      let place = classes.find(id.rawValue)
      // A tensor of the model is read as well by whoever holds it since before.
      if readLater.insert(place).inserted, let paths = pathsByClass[place] { pathsLater.formUnion(paths) }
    }
    for node in graph.nodes.reversed() {
      for id in readAfter[node.id] ?? [] { read(id) }
      if !kept.contains(node.id) {
        guard writesWhatIsRead(node, readLater, pathsLater) || (node.effects?.changesContext == true && !kept.isEmpty)
        else { continue }
        // What changes the thread's state matters only to what runs after it.
        if node.effects?.changesContext == true, readLater.isEmpty { continue }
        kept.insert(node.id)
      }
      node.forEachInputNode {
        kept.insert($0)
        read($0)
      }
      pathsLater.formUnion(modelPaths(of: node))
    }
  }

  private mutating func writesWhatIsRead(_ node: Node, _ readLater: Set<Int>, _ pathsLater: Set<String>) -> Bool {
    if node.operation == .output { return false }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    for position in effects.writes where position < node.inputs.count {
      var isRead = false
      node.inputs[position].forEachNode {
        let place = classes.find($0.rawValue)
        isRead = isRead || readLater.contains(place) || overlaps(pathsByClass[place] ?? [], pathsLater)
      }
      if isRead { return true }
    }
    guard effects.writesModel else { return false }
    return overlaps(Set(modelPaths(of: node)), pathsLater)
  }

  private func overlaps(_ paths: Set<String>, _ others: Set<String>) -> Bool {
    paths.contains { path in others.contains { Self.overlap(path, $0) } }
  }

  /// Paths of the parts of the model whose state a node may read or write from within.
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
