internal import XylemGraph

/// A trace prepared for comparison: the properties of each node as integers that both sides share.
struct IndexedSide {
  /// The indexed side.
  let side: DiffSide
  /// The nodes in execution order. All other arrays are indexed by position in this order.
  let nodes: [Node]
  /// Integers for names, operations and module paths.
  private(set) var name: [Int] = []
  private(set) var operation: [Int] = []
  private(set) var module: [Int] = []
  /// The other side's paths of modules, if they were renamed.
  private(set) var renamedModules: [String: String] = [:]
  /// Hashes of the constants, and of which arguments are constants.
  private(set) var constants: [UInt64] = []
  private(set) var shape: [UInt64] = []
  /// A hash of the source line, 0 if it is unknown.
  private(set) var location: [UInt64] = []
  /// The positions of the nodes that each node reads, and of those that read it.
  private(set) var inputs: [[Int]] = []
  private(set) var users: [[Int]] = []
  /// Positions by the integers of names.
  private(set) var byName: [Int: Int] = [:]
  /// Positions by node id, -1 if there is no such node.
  private(set) var positions: [Int] = []
  /// The types of the called modules, by path.
  private(set) var types: [String: String] = [:]

  init(_ side: DiffSide, names: inout Interner) {
    self.side = side
    nodes = Self.compared(side.graph)
    users = Array(repeating: [], count: nodes.count)
    for (position, node) in nodes.enumerated() {
      while positions.count <= node.id.rawValue { positions.append(-1) }
      positions[node.id.rawValue] = position
      name.append(names.number(of: node.name))
      byName[name[position]] = position
      operation.append(names.number(of: Self.key(of: node.operation)))
      module.append(names.number(of: node.modulePath))
      var read: [Int] = []
      node.forEachInputNode { id in
        guard positions.indices.contains(id.rawValue), positions[id.rawValue] >= 0 else { return }
        read.append(positions[id.rawValue])
      }
      for input in read { users[input].append(position) }
      inputs.append(read)
      appendHashes(of: node)
    }
    for call in side.graph.calls where types[call.path] == nil { types[call.path] = call.type }
    for node in nodes {
      if case .leafModule(let leaf) = node.operation, types[leaf.path] == nil { types[leaf.path] = leaf.type }
    }
  }

  /// The nodes that belong to the model. Guards of shapes, with the hidden nodes that only they read, tell of the inputs
  /// that it was traced with, which may differ from mode to mode.
  private static func compared(_ graph: Graph) -> [Node] {
    var left: Set<NodeID> = []
    for node in Array(graph.nodes).reversed() {
      let users = graph.users(of: node.id)
      if case .guard(let assumption) = node.operation {
        if assumption.isOfShapes { left.insert(node.id) }
      } else if !node.isListed, !users.isEmpty, users.allSatisfy(left.contains) {
        left.insert(node.id)
      }
    }
    return left.isEmpty ? Array(graph.nodes) : graph.nodes.filter { !left.contains($0.id) }
  }

  private mutating func appendHashes(of node: Node) {
    var values = StableHash()
    var kinds = StableHash()
    for input in node.inputs {
      values.combine(input)
      kinds.combineShape(input)
    }
    for (label, value) in node.operation.details {
      values.combine(label)
      values.combine(value)
    }
    constants.append(values.value)
    shape.append(kinds.value)
    guard let place = node.location else { return location.append(0) }
    var hash = StableHash()
    hash.combine(place.file)
    hash.combine(UInt64(bitPattern: Int64(place.line)))
    location.append(hash.value | 1)
  }

  /// Names modules as the other side does.
  mutating func rename(_ modules: [String: String], names: inout Interner) {
    renamedModules = modules
    module = nodes.map { names.number(of: modules[$0.modulePath] ?? $0.modulePath) }
  }

  /// An attribute's path with the other side's module names.
  func renamed(attribute path: String) -> String {
    guard !renamedModules.isEmpty, let owner = NormalName.parent(path), let module = renamedModules[owner] else {
      return path
    }
    return (module.isEmpty ? "" : module + ".") + NormalName.last(path)
  }

  /// The position of the node with a name.
  func position(named name: String) -> Int? {
    side.graph.node(named: name).flatMap { positions[$0.id.rawValue] < 0 ? nil : positions[$0.id.rawValue] }
  }

  /// The key that must be equal for two nodes to be the same step at all.
  private static func key(of operation: Operation) -> String {
    switch operation {
    case .attribute(let path), .setAttribute(let path): operation.kind.rawValue + " " + NormalName.last(path)
    case .placeholder: operation.kind.rawValue
    case .guard(let assumption): operation.kind.rawValue + " " + assumption.message
    default: operation.kind.rawValue + " " + operation.target
    }
  }
}

extension Operation {
  /// The properties of an operation besides its inputs, as labelled constants.
  var details: [(label: String, value: NodeInput)] {
    switch self {
    case .placeholder(let placeholder): placeholder.defaultValue.map { [("default", $0)] } ?? []
    case .guard(let assumption): [("expected", .bool(assumption.expected))]
    case .region(let region):
      [("code", .constant(region.code)), ("hides", .list(region.hiddenModules.map { .string($0) }))]
    case .leafModule, .leafFunction:
      if let provider {
        [
          ("plugin", .string(provider.plugin)), ("leaf", .string(provider.leaf)),
          ("replaces", .bool(provider.replaces)),
        ]
      } else {
        []
      }
    default: []
    }
  }
}
