extension Graph {
  /// Appends a node and returns its id.
  ///
  /// - Precondition: the name is not taken, and every node among the inputs is in the graph.
  @discardableResult
  public mutating func append(
    _ operation: Operation, name: String, inputs: [NodeInput], modulePath: String = "",
    effects: Effects? = Effects.none,
    type: String = "Tensor", location: SourceLocation? = nil, rule: String? = nil, isListed: Bool = true
  ) -> NodeID {
    let node = makeNode(
      operation, name: name, inputs: inputs, modulePath: modulePath, effects: effects, type: type, location: location,
      rule: rule, isListed: isListed)
    order.append(node)
    validateEdit()
    return node
  }

  /// Inserts a node before another and returns its id.
  ///
  /// Costs time linear in the number of nodes.
  ///
  /// - Precondition: the name is not taken, `next` is in the graph, and the inputs come before it.
  @discardableResult
  public mutating func insert(
    _ operation: Operation, name: String, inputs: [NodeInput], before next: NodeID, modulePath: String = "",
    effects: Effects? = Effects.none, type: String = "Tensor", location: SourceLocation? = nil, rule: String? = nil,
    isListed: Bool = true
  ) -> NodeID {
    guard let position = order.firstIndex(of: next) else { preconditionFailure("\(next) is not in the graph") }
    let node = makeNode(
      operation, name: name, inputs: inputs, modulePath: modulePath, effects: effects, type: type, location: location,
      rule: rule, isListed: isListed)
    let later = order[position...]
    let reads = self[node].inputNodes
    precondition(!later.contains(where: reads.contains), "\(name) reads a node that comes after it")
    order.insert(node, at: position)
    validateEdit()
    return node
  }

  private mutating func makeNode(
    _ operation: Operation, name: String, inputs: [NodeInput], modulePath: String, effects: Effects?, type: String,
    location: SourceLocation?, rule: String?, isListed: Bool
  ) -> NodeID {
    let id = NodeID(storage.count)
    precondition(idsByName.updateValue(id, forKey: name) == nil, "the graph already has a node named \(name)")
    storage.append(
      Node(
        id: id, name: name, operation: operation, inputs: inputs, modulePath: modulePath, effects: effects, type: type,
        location: location, rule: rule, isListed: isListed))
    usersByID.append([])
    addUses(of: inputs, by: id)
    return id
  }

  /// Replaces a node's inputs.
  ///
  /// Costs time linear in the number of users of the old inputs.
  ///
  ///  - Precondition: the node and every node among the inputs are in the graph. The caller must ensure that the inputs
  ///    come before the node.
  public mutating func setInputs(of id: NodeID, to inputs: [NodeInput]) {
    precondition(contains(id), "\(id) is not in the graph")
    removeUses(of: self[id].inputs, by: id)
    storage[id.rawValue]?.inputs = inputs
    addUses(of: inputs, by: id)
    validateEdit()
  }

  /// Sets the known effects of a node.
  ///
  /// - Precondition: the node is in the graph.
  public mutating func setEffects(of id: NodeID, to effects: Effects) {
    precondition(contains(id), "\(id) is not in the graph")
    storage[id.rawValue]?.effects = effects
    validateEdit()
  }

  /// Updates the provenance of leaves.
  package mutating func mapProviders(_ transform: (LeafProvider) -> LeafProvider) {
    for node in Array(nodes) {
      guard let provider = node.operation.provider else { continue }
      storage[node.id.rawValue]?.operation.setProvider(transform(provider))
    }
    validateEdit()
  }

  /// Makes every reader of one node read another value, also in module calls.
  ///
  /// Costs time linear in the number of readers and calls.
  ///
  /// - Precondition: the node and every node in `argument` are in the graph, and none of the readers is in `argument`.
  ///   The caller must ensure that the nodes in `argument` come before the readers.
  public mutating func replaceUses(of id: NodeID, with argument: NodeInput) {
    precondition(contains(id), "\(id) is not in the graph")
    let replace: (NodeID) -> NodeInput = { $0 == id ? argument : .node($0) }
    let occurrences = usersByID[id.rawValue]
    let users = Set(occurrences)
    for user in users {
      guard let inputs = storage[user.rawValue]?.inputs else { continue }
      storage[user.rawValue]?.inputs = inputs.map { $0.mapNodes(replace) }
    }
    // Each occurrence of the node became one occurrence of the argument; other uses are unchanged.
    usersByID[id.rawValue] = []
    argument.forEachNode { used in
      precondition(contains(used), "\(used), the replacement of \(id), is not in the graph")
      precondition(!users.contains(used), "\(used) would read itself")
      usersByID[used.rawValue] += occurrences
    }
    for index in calls.indices { calls[index].result = calls[index].result.mapNodes(replace) }
    validateEdit()
  }

  /// Removes nodes that only nodes of the set read. Module calls that returned one of them are removed too. A call that
  /// returned after a removed node now returns after the last remaining node before it. Ids that are not in the graph
  /// are ignored.
  ///
  /// Costs time linear in the size of the graph, however many nodes are removed.
  ///
  /// - Precondition: every reader of a removed node is removed as well.
  public mutating func remove(_ ids: Set<NodeID>) {
    var read: Set<NodeID> = []
    for id in ids where contains(id) {
      precondition(usersByID[id.rawValue].allSatisfy(ids.contains), "\(self[id].name) is removed and still read")
      self[id].forEachInputNode { read.insert($0) }
    }
    for id in ids where contains(id) {
      idsByName[self[id].name] = nil
      storage[id.rawValue] = nil
      usersByID[id.rawValue] = []
    }
    for id in read where contains(id) { usersByID[id.rawValue].removeAll(where: ids.contains) }
    moveReturns(from: ids)
    order.removeAll(where: ids.contains)
    calls.removeAll { call in
      var reads = false
      call.result.forEachNode { reads = reads || ids.contains($0) }
      return reads
    }
    validateEdit()
  }

  /// Moves the end of calls that returned after a node of the set to the last remaining node before it.
  private mutating func moveReturns(from ids: Set<NodeID>) {
    guard calls.contains(where: { $0.returnedAfter.map(ids.contains) == true }) else { return }
    var before: [NodeID: NodeID] = [:]
    var last: NodeID?
    for id in order {
      if ids.contains(id) { before[id] = last } else { last = id }
    }
    for index in calls.indices {
      if let moment = calls[index].returnedAfter, ids.contains(moment) { calls[index].returnedAfter = before[moment] }
    }
  }

  /// Records that a module returned.
  public mutating func appendCall(_ call: ModuleCall) {
    calls.append(call)
    validateEdit()
  }

  /// Sets the parts of the last module call's result, if it is a structure that nodes unpack.
  ///
  /// - Precondition: there is a call, and every node of the result is in the graph.
  package mutating func setResultOfLastCall(to result: NodeInput) {
    precondition(!calls.isEmpty, "no module was called")
    calls[calls.count - 1].result = result
    validateEdit()
  }

  /// Replaces the result of a module's last call by the result of its hooks.
  ///
  /// - Parameter result: nil if the hooks returned nothing, and may have written the module's result.
  /// - Precondition: every node of the result is in the graph.
  package mutating func setHookedResult(ofLastCallAt path: String, to result: NodeInput?) {
    guard let index = calls.lastIndex(where: { $0.path == path }) else { return }
    if calls[index].isLeaf, calls[index].hookedNode == nil { calls[index].hookedNode = calls[index].result.node }
    if let result { calls[index].result = result }
    calls[index].returnedAfter = order.last
    validateEdit()
  }

  /// A position to which a trace can roll back.
  package struct Checkpoint: Sendable {
    let nodes: Int
    let order: Int
    let calls: Int
  }

  /// The current end of the graph.
  package var checkpoint: Checkpoint {
    Checkpoint(nodes: storage.count, order: order.count, calls: calls.count)
  }

  /// Rolls back everything appended since a checkpoint. The ids are reused, as if they had never been assigned.
  ///
  /// Costs time linear in the number of removed nodes.
  ///
  /// - Precondition: since then nodes and calls were only appended.
  package mutating func rollBack(to checkpoint: Checkpoint) {
    precondition(
      order.count - checkpoint.order == storage.count - checkpoint.nodes && calls.count >= checkpoint.calls
        && order.dropFirst(checkpoint.order).allSatisfy { $0.rawValue >= checkpoint.nodes },
      "the graph was changed other than by appending since the checkpoint")
    while storage.count > checkpoint.nodes {
      let node = self[NodeID(storage.count - 1)]
      precondition(usersByID[node.id.rawValue].isEmpty, "a node from before the checkpoint reads \(node.name)")
      removeUses(of: node.inputs, by: node.id)
      idsByName[node.name] = nil
      storage.removeLast()
      usersByID.removeLast()
    }
    order.removeLast(order.count - checkpoint.order)
    calls.removeLast(calls.count - checkpoint.calls)
    validateEdit()
  }

  private mutating func addUses(of inputs: [NodeInput], by user: NodeID) {
    for input in inputs {
      input.forEachNode { used in
        precondition(contains(used) && used != user, "\(user) reads \(used), which is not in the graph")
        usersByID[used.rawValue].append(user)
      }
    }
  }

  /// Searches from the end, where the uses of the latest nodes are.
  private mutating func removeUses(of inputs: [NodeInput], by user: NodeID) {
    for input in inputs {
      input.forEachNode { used in
        guard let position = usersByID[used.rawValue].lastIndex(of: user) else { return }
        usersByID[used.rawValue].remove(at: position)
      }
    }
  }
  func validateEdit() {
    guard validatesEdits else { return }
    let faults = validate()
    precondition(faults.isEmpty, "an edit left the graph with faults: \(InvalidGraph(faults: faults))")
  }
}
