/// A traced model: nodes in the order in which they ran.
///
/// A graph is a value; a copy is independent. It is *not* executable and holds no tensors: parameters and modules are
/// referenced by path. Every edit maintains the links from values to their users. ``validate()`` finds all faults of a
/// graph from an external source.
///
/// Looking up a node by id or by name takes constant time, as does appending. Inserting and removing take time linear
/// in the number of nodes.
public struct Graph: Sendable {
  /// Nodes by id. Nil for removed nodes.
  package var storage: [Node?] = []
  /// Ids in execution order.
  package var order: [NodeID] = []
  /// For each id, the nodes that read it, once for each occurrence.
  package var usersByID: [[NodeID]] = []
  /// Ids by name.
  package var idsByName: [String: NodeID] = [:]

  /// Whether ``validate()`` runs after every edit and traps if it finds a fault. This makes a trace quadratic; for
  /// tests and debugging.
  package var validatesEdits = false

  /// All module calls, in the order in which they returned.
  public internal(set) var calls: [ModuleCall] = []

  /// Creates a graph without nodes.
  public init() {}

  /// The number of nodes.
  public var count: Int { order.count }

  /// The nodes in execution order.
  public var nodes: some RandomAccessCollection<Node> & Sendable {
    NodesView(order: order, storage: storage)
  }

  /// The node with an id.
  ///
  /// - Precondition: the node is in the graph.
  public subscript(id: NodeID) -> Node {
    guard contains(id), let node = storage[id.rawValue] else { preconditionFailure("\(id) is not in the graph") }
    return node
  }

  /// Whether a node with this id is in the graph.
  public func contains(_ id: NodeID) -> Bool {
    // Compares only the id: comparing the whole node with nil copies it.
    storage.indices.contains(id.rawValue) && storage[id.rawValue]?.id != nil
  }

  /// Whether a node is in name lists, without copying it.
  package func isListed(_ id: NodeID) -> Bool { storage[id.rawValue]?.isListed ?? false }

  /// The node with a name, or nil.
  public func node(named name: String) -> Node? {
    idsByName[name].flatMap { storage[$0.rawValue] }
  }

  /// The nodes that read a node's value, once for each occurrence, in unspecified order.
  ///
  /// - Precondition: the node is in the graph.
  public func users(of id: NodeID) -> [NodeID] {
    precondition(contains(id), "\(id) is not in the graph")
    return usersByID[id.rawValue]
  }

  /// The names of the listed nodes in execution order, without the output.
  public var nodeNames: [String] {
    order.compactMap { id in
      guard let node = storage[id.rawValue], node.isListed, node.operation != .output else { return nil }
      return node.name
    }
  }

  /// The placeholders in the order of forward's arguments.
  public var placeholders: [(node: Node, placeholder: Placeholder)] {
    nodes.compactMap { node in
      if case .placeholder(let placeholder) = node.operation { return (node, placeholder) }
      return nil
    }
  }

  /// The id of the last node. Nil for a graph without nodes.
  package var lastID: NodeID? { order.last }

  /// The output node, if the graph has one.
  public var output: Node? {
    guard let last = order.last, let node = storage[last.rawValue], node.operation == .output else { return nil }
    return node
  }
}

/// A graph's nodes in execution order, without copying them.
struct NodesView: RandomAccessCollection, Sendable {
  let order: [NodeID]
  let storage: [Node?]

  var startIndex: Int { 0 }
  var endIndex: Int { order.count }

  subscript(position: Int) -> Node {
    guard let node = storage[order[position].rawValue] else {
      preconditionFailure("the order contains a node that was removed")
    }
    return node
  }
}

extension Graph: Equatable {
  /// Whether both graphs have the same nodes in the same order, ids included, and the same module calls.
  public static func == (a: Graph, b: Graph) -> Bool {
    a.order == b.order && a.nodes.elementsEqual(b.nodes) && a.calls == b.calls
  }
}
