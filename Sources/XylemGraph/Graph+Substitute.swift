extension Graph {
  /// Makes what runs after a position read another value in place of a node's, and gives that value the node's name. The
  /// node keeps what runs up to the position, under a hidden name.
  ///
  /// Module calls that return after the position return the other value. Costs time linear in the size of the graph.
  ///
  /// - Parameters:
  ///   - id: the node.
  ///   - other: the node with the other value.
  ///   - moment: the node after which the other value is read: the node itself, or one after it.
  ///   - readers: nodes that read the old value wherever they are.
  /// - Precondition: all of them are in the graph, and `other` comes before its readers.
  package mutating func substitute(
    _ id: NodeID, by other: NodeID, after moment: NodeID, except readers: Set<NodeID> = []
  ) {
    redirectReaders(of: id, to: other, after: moment, except: readers)
    let replace: (NodeID) -> NodeInput = { .node($0 == id ? other : $0) }
    let earlier = Set(order.prefix { $0 != moment })
    for index in calls.indices where !earlier.contains(calls[index].returnedAfter ?? id) {
      calls[index].result = calls[index].result.mapNodes(replace)
    }
    exchangeNames(id, other)
    validateEdit()
  }

  /// Makes the nodes after a position read another value in place of a node's.
  ///
  /// - Parameter readers: nodes that read the old value wherever they are.
  /// - Precondition: all of them are in the graph, and `other` comes before its readers.
  package mutating func redirectReaders(
    of id: NodeID, to other: NodeID, after moment: NodeID, except readers: Set<NodeID> = []
  ) {
    guard let start = order.firstIndex(of: moment) else { preconditionFailure("\(moment) is not in the graph") }
    let users = Set(usersByID[id.rawValue]).subtracting(readers).subtracting([other])
    let moved = Set(order[(start + 1)...].filter(users.contains))
    for user in moved {
      guard let inputs = storage[user.rawValue]?.inputs else { continue }
      storage[user.rawValue]?.inputs = inputs.map { $0.mapNodes { .node($0 == id ? other : $0) } }
    }
    usersByID[other.rawValue] += usersByID[id.rawValue].filter(moved.contains)
    usersByID[id.rawValue].removeAll(where: moved.contains)
    validateEdit()
  }

  /// What follows a value's name in the hidden name that it has once it was replaced.
  package static let originalSuffix = "'original"

  /// Gives a node the name and the place in name lists of another, which is hidden from then on.
  private mutating func exchangeNames(_ id: NodeID, _ other: NodeID) {
    guard let name = storage[id.rawValue]?.name, let isListed = storage[id.rawValue]?.isListed else { return }
    var hidden = name + Self.originalSuffix
    while idsByName[hidden] != nil { hidden += "'" }
    if let taken = storage[other.rawValue]?.name { idsByName[taken] = nil }
    storage[id.rawValue]?.name = hidden
    storage[id.rawValue]?.isListed = false
    storage[other.rawValue]?.name = name
    storage[other.rawValue]?.isListed = isListed
    idsByName[hidden] = id
    idsByName[name] = other
  }

  /// Describes a placeholder again, at another position.
  ///
  /// - Precondition: the node is a placeholder of the graph.
  package mutating func setPlaceholder(_ id: NodeID, to placeholder: Placeholder) {
    guard case .placeholder = self[id].operation else { preconditionFailure("\(id) is not a placeholder") }
    storage[id.rawValue]?.operation = .placeholder(placeholder)
    validateEdit()
  }
}
