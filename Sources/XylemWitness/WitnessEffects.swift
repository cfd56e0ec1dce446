internal import XylemGraph
internal import XylemTensor

/// The tensors of a model that some nodes may write.
struct WrittenState {
  /// Leaf modules, with everything below them, and modules whose code a node is.
  private var leaves: Set<String> = []
  private var modules: Set<String> = []
  private var attributes: Set<String> = []

  mutating func add(_ id: NodeID, of graph: Graph) {
    guard graph.contains(id) else { return }
    let node = graph[id]
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    if effects.writesModel {
      switch node.operation {
      case .leafModule(let leaf): leaves.insert(leaf.path)
      case .region(let region):
        leaves.formUnion(region.hiddenModules)
        modules.insert(node.modulePath)
      case .setAttribute(let path): attributes.insert(path)
      default: modules.insert(node.modulePath)
      }
    }
    for position in effects.writes where position < node.inputs.count {
      addAttributes(behind: node.inputs[position], graph)
    }
  }

  /// The attributes that may share storage with a value.
  private mutating func addAttributes(behind value: NodeInput, _ graph: Graph) {
    var left: [NodeID] = []
    var seen: Set<NodeID> = []
    value.forEachNode { left.append($0) }
    while let id = left.popLast() {
      guard graph.contains(id), seen.insert(id).inserted else { continue }
      let node = graph[id]
      if case .attribute(let path) = node.operation { attributes.insert(path) }
      for position in node.effects?.aliases ?? Array(node.inputs.indices) where position < node.inputs.count {
        node.inputs[position].forEachNode { left.append($0) }
      }
    }
  }

  func contains(_ key: String, of module: String) -> Bool {
    attributes.contains(key) || modules.contains(module)
      || leaves.contains { $0.isEmpty || module == $0 || module.hasPrefix($0 + ".") }
  }
}

/// The nodes that read a value that may share storage with another.
struct StorageReaders {
  private let plan: ObservedPlan
  var graph: Graph { plan.graph }
  private var readers: [Int: [NodeID]] = [:]

  init(_ plan: ObservedPlan) {
    self.plan = plan
    for node in plan.graph.nodes {
      var seen: Set<Int> = []
      node.forEachInputNode { id in
        if let storage = plan.storage[id], seen.insert(storage).inserted {
          readers[storage, default: []].append(node.id)
        }
      }
    }
  }

  func readers(sharing id: NodeID) -> [NodeID] { plan.storage[id].flatMap { readers[$0] } ?? [] }

  /// The later nodes that read storage that a node writes.
  func writtenReaders(_ id: NodeID) -> [NodeID] {
    guard plan.graph.contains(id) else { return [] }
    let node = plan.graph[id]
    var found: [NodeID] = []
    for position in node.effects?.writes ?? Array(node.inputs.indices) where position < node.inputs.count {
      node.inputs[position].forEachNode { found += readers(sharing: $0).filter { $0.rawValue > id.rawValue } }
    }
    return found
  }
}
