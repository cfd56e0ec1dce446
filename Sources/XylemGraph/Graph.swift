/// A traced model: nodes in the order in which they ran.
///
/// A graph is a value; a copy is independent. It is *not* executable and holds no tensors: parameters and modules are
/// named by their paths. Every edit keeps the chains from values to their users right. ``validate()`` finds every fault
/// of a graph that came from outside.
///
/// Looking up a node by id or by name takes constant time, as does appending; inserting and removing take time linear in
/// the number of nodes.
public struct Graph: Sendable {
  /// Nodes by id; nil where one was removed.
  package var storage: [Node?] = []
  /// Ids in execution order.
  package var order: [NodeID] = []
  /// For each id, the nodes that read it, once for each occurrence.
  package var usersByID: [[NodeID]] = []
  /// Ids by name.
  package var idsByName: [String: NodeID] = [:]

  /// Whether ``validate()`` runs after every edit and traps where it finds a fault. It makes a trace quadratic; for
  /// tests and for the search of a fault.
  package var validatesEdits = false

  /// Every call of a module, in the order in which the calls returned.
  public internal(set) var calls: [ModuleCall] = []

  /// A graph without nodes.
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
    // Asks for the id alone: comparing the whole with nil copies the node.
    storage.indices.contains(id.rawValue) && storage[id.rawValue]?.id != nil
  }

  /// Whether a node is in lists of names, without a copy of it.
  package func isListed(_ id: NodeID) -> Bool { storage[id.rawValue]?.isListed ?? false }

  /// The node with a name, or nil.
  public func node(named name: String) -> Node? {
    idsByName[name].flatMap { storage[$0.rawValue] }
  }

  /// The nodes that read a node's value, once for each occurrence, in no promised order.
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

  /// The id of the last node, or nil for a graph without nodes.
  package var lastID: NodeID? { order.last }

  /// The output node, where the graph has one.
  public var output: Node? {
    guard let last = order.last, let node = storage[last.rawValue], node.operation == .output else { return nil }
    return node
  }
}

/// A graph's nodes in execution order, without a copy of them.
struct NodesView: RandomAccessCollection, Sendable {
  let order: [NodeID]
  let storage: [Node?]

  var startIndex: Int { 0 }
  var endIndex: Int { order.count }

  subscript(position: Int) -> Node {
    guard let node = storage[order[position].rawValue] else {
      preconditionFailure("the order names a node that was removed")
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
