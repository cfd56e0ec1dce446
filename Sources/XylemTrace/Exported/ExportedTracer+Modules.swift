internal import XylemGraph
internal import XylemScript

extension ExportedTracer {
  /// A call of a module that is not traced through.
  struct LeafCall {
    let frame: ExportedNode.Frame
    let rule: LeafPolicy.Rule
    /// The position after its last operator.
    let end: Int
  }

  /// Closes the modules whose code no longer runs and opens those whose code runs now, up to a leaf.
  ///
  /// - Returns: the leaf that the next operators are a call of.
  func enter(_ place: [ExportedNode.Frame], _ scope: ExportedScope) -> LeafCall? {
    let common = zip(frames, place).prefix { $0.frame == $1 }.count
    closeFrames(to: common)
    for frame in place[common...] {
      if let rule = options.policy.rule(forModule: frame.type, at: frame.path) {
        if let end = end(of: frame, scope) { return LeafCall(frame: frame, rule: rule, end: end) }
        noteSplitLeaf(frame)
      }
      frames.append(OpenFrame(frame: frame, scope: scope, start: scope.position))
    }
    return nil
  }

  /// The position after the last operator of a call that begins here. Nil if other operators run in between.
  private func end(of frame: ExportedNode.Frame, _ scope: ExportedScope) -> Int? {
    var (end, count) = (scope.position, 0)
    for position in scope.position..<scope.graph.nodes.count {
      guard let place = scope.graph.nodes[position].place else { continue }
      guard place.contains(where: { $0.call == frame.call }) else { break }
      count += scope.graph.nodes[position].count(of: frame.call)
      end = position + 1
    }
    return count == operatorCounts[frame.call] ? end : nil
  }

  private func noteSplitLeaf(_ frame: ExportedNode.Frame) {
    core.notes.append(
      TraceNote(
        kind: .inferredResult, path: frame.path, type: frame.type,
        reason: "its operators are not next to each other in the archive, so it is traced through"))
  }

  /// Closes modules from the innermost, and records what they returned.
  func closeFrames(to count: Int) {
    while frames.count > count {
      let closed = frames.removeLast()
      guard !isWithinLeaf else { continue }
      let range = closed.start..<closed.scope.position
      guard let result = result(of: closed.frame, range, closed.scope) else { continue }
      core.recordCall(path: closed.frame.path, type: closed.frame.type, result: result, isLeaf: false)
    }
  }

  /// What a module returned: by its signature, or else the values that leave it.
  private func result(
    of frame: ExportedNode.Frame, _ range: Range<Int>, _ scope: ExportedScope
  ) -> NodeInput? {
    if let signature = signatures[frame.call], let values = known(signature.outputs, scope),
      values.count == signature.outputTree.leafCount
    {
      var rest = values[...]
      return signature.outputTree.filled(&rest)
    }
    infersResults = true
    let values = scope.leaving(range).compactMap { name -> NodeInput? in
      if case .input(let input)? = scope.values[name] { return input }
      return nil
    }
    return values.count > 1 ? .tuple(values, names: nil) : values.first
  }

  /// The values of arguments. Nil if one of them is not known here.
  private func known(_ arguments: [ExportedArgument], _ scope: ExportedScope) -> [NodeInput]? {
    guard arguments.allSatisfy({ $0.names.allSatisfy { scope.values[$0] != nil } }) else { return nil }
    let values = arguments.compactMap { try? resolve($0, scope) }
    return values.count == arguments.count ? values : nil
  }

  // MARK: - Leaves

  /// Records a call of a module that is not traced through. Its operators run when it is called.
  func emitLeaf(
    _ frame: ExportedNode.Frame, _ range: Range<Int>, _ rule: LeafPolicy.Rule, _ scope: ExportedScope
  ) throws {
    core.usedRules.insert(rule)
    location = range.isEmpty ? nil : scope.graph.nodes[range.lowerBound].location
    let signature = frame.call.isEmpty ? nil : signatures[frame.call]
    let block = try block(range, result: signature.map { ($0.outputTree, $0.outputs) }, scope)
    if block.isInferred, !frame.call.isEmpty { infersResults = true }
    let inputs = try inputs(of: block, called: signature, scope)
    let id = core.emitLeafModule(
      LeafModule(path: frame.path, type: frame.type, provider: rule.provider), inputs, type: block.type,
      effects: rule.effects(inputs: inputs.count, in: options.mode), rule: rule.description, at: location)
    leaves[id] = block.leaf
    bind(block, to: id, scope)
    if block.extraCount > 0, case .input(let result)? = scope.values[block.names.first ?? ""] {
      core.graph.setResultOfLastCall(to: result)
    }
  }

  /// The inputs of a leaf: the arguments of the call, if they are known, and all other values that its operators read.
  func inputs(
    of block: ExportedLeaf, called signature: ExportedCall.Signature?, _ scope: ExportedScope
  ) throws -> [NodeInput] {
    var inputs: [NodeInput] = []
    if let signature, let values = known(signature.inputs, scope), let tree = signature.inputTree.arguments {
      var rest = values[...]
      inputs += tree.positional.map { $0.filled(&rest) }
      inputs += tree.named.map { $0.tree.filled(&rest) }
    }
    var given: Set<NodeID> = []
    for input in inputs { input.forEachNode { given.insert($0) } }
    for (_, input) in block.inputs {
      var isGiven = true
      input.forEachNode { isGiven = given.contains($0) && isGiven }
      if !isGiven {
        inputs.append(input)
        input.forEachNode { given.insert($0) }
      }
    }
    return inputs
  }

  /// Operators that run as one node, with their result.
  ///
  /// - Parameter result: the structure of the result and its leaves. Nil if it is not known: the values that leave.
  func block(
    _ range: Range<Int>, result: (tree: ExportedTree, leaves: [ExportedArgument])?, _ scope: ExportedScope
  ) throws -> ExportedLeaf {
    let computed = Set(scope.computed(in: range))
    var stores: [(name: String, key: String)] = []
    for (name, keys) in finalState.sorted(by: { $0.key < $1.key }) where computed.contains(name) {
      for key in keys where !isRead(state: key, from: range.upperBound, scope) { stores.append((name, key)) }
      finalState[name]?.removeAll { key in stores.contains { $0.name == name && $0.key == key } }
    }
    var leaving = scope.leaving(range)
    for (name, keys) in finalState where computed.contains(name) && !keys.isEmpty && !leaving.contains(name) {
      leaving.append(name)
    }
    var inputs: [(name: String, input: NodeInput)] = []
    var states: [String: ExportedValue] = [:]
    for name in scope.entering(range) {
      if case .state? = scope.values[name] {
        states[name] = scope.values[name]
      } else {
        inputs.append((name, try resolve(name, scope)))
      }
    }
    // A module may return what it was given.
    for name in result?.leaves.flatMap(\.names) ?? [] where !computed.contains(name) {
      guard !inputs.contains(where: { $0.name == name }), states[name] == nil else { continue }
      if case .state? = scope.values[name] {
        states[name] = scope.values[name]
      } else {
        inputs.append((name, try resolve(name, scope)))
      }
    }
    let last = scope.computed(in: range).last
    return ExportedLeaf(
      model: model, program: program, mode: options.mode, graph: scope.graph, range: range, inputs: inputs,
      states: states, stores: stores, declared: result, leaving: leaving, last: last)
  }

  /// Whether operators from a position on read a tensor of the model.
  private func isRead(state key: String, from position: Int, _ scope: ExportedScope) -> Bool {
    stateNames[key]?.contains { scope.isRead($0, from: position) } ?? false
  }

  /// Makes the parts of a leaf's result known. Parts of structures are nodes of their own.
  func bind(_ block: ExportedLeaf, to id: NodeID, _ scope: ExportedScope) {
    var leaves = block.results[...]
    func bind(_ tree: ExportedTree, _ value: NodeID) {
      func part(_ key: NodeInput, _ tree: ExportedTree, isExtra: Bool) {
        if tree == .leaf, let first = leaves.first {
          guard case .value(let name) = first else {
            // `output, _ = attention(…)` takes both parts, whether or not the second is None.
            leaves.removeFirst()
            if !isWithinLeaf { _ = getItem(value, key, type: "Any", isListed: !isExtra) }
            return
          }
          leaves.removeFirst()
          let node = getItem(value, key, type: scope.graph.type(of: name), isListed: !isExtra)
          if block.computes(name) { scope.values[name] = .input(.node(node)) }
        } else {
          bind(tree, getItem(value, key, type: tree.type.description, isListed: !isExtra))
        }
      }
      switch tree {
      case .leaf:
        if case .value(let name)? = leaves.popFirst(), block.computes(name) {
          scope.values[name] = .input(.node(value))
        }
      case .list(let parts), .tuple(let parts, _), .other(_, let parts):
        for (index, inner) in parts.enumerated() { part(.int(index), inner, isExtra: block.isExtra(tree, index)) }
      case .dictionary(let keys, let parts):
        for (key, inner) in zip(keys, parts) { part(.literal(key), inner, isExtra: false) }
      }
    }
    bind(block.tree, id)
  }

  /// A node for a part of a structure.
  func getItem(_ value: NodeID, _ key: NodeInput, type: String, isListed: Bool = true) -> NodeID {
    guard isListed else {
      return core.emitHidden(
        .getItem, named: "getitem", [.node(value), key], in: currentPath, type: type, effects: Effects(aliases: [0]),
        at: location)
    }
    return core.emit(
      .getItem, named: "getitem", [.node(value), key], in: currentPath, type: type, effects: Effects(aliases: [0]),
      at: location)
  }

  // MARK: - Calls without operators

  /// Finds the modules that return what they are given: identities, and dropout that passes of PyTorch removed.
  func findSilentCalls() {
    var calls: Set<String> = []
    func visit(_ graph: ExportedGraph) {
      for node in graph.nodes {
        for frame in node.frames ?? [] { calls.insert(frame.call) }
        for case .graph(let inner) in node.inputs.map(\.argument) { visit(inner) }
      }
    }
    visit(program.graph)
    for call in program.calls where !call.call.isEmpty && !calls.contains(call.call) {
      guard let signature = call.signature, signature.outputs.count == 1, signature.outputTree == .leaf,
        case .value(let name) = signature.outputs[0],
        signature.inputs.contains(where: { if case .value(name) = $0 { true } else { false } }),
        !isWithinLeafModule(call.path)
      else { continue }
      silentCalls[name, default: []].append(call)
    }
  }

  /// Whether a module above a path is a leaf.
  private func isWithinLeafModule(_ path: String) -> Bool {
    var path = path[...]
    while let dot = path.lastIndex(of: ".") {
      path = path[..<dot]
      let outer = String(path)
      if let type = model.modules.types[outer], options.policy.rule(forModule: type, at: outer) != nil { return true }
    }
    return false
  }

  /// Records calls of modules that returned a value that is now known, unchanged.
  func emitSilentCalls(returning name: String, _ scope: ExportedScope) {
    guard let calls = silentCalls.removeValue(forKey: name), let input = try? resolve(name, scope) else { return }
    for call in calls {
      // A container of such modules has no code of its own.
      if calls.contains(where: { $0.path.hasPrefix(call.path + ".") }) {
        core.recordCall(path: call.path, type: "torch.nn.modules.container.Sequential", result: input, isLeaf: false)
        continue
      }
      let type = "torch.nn.modules.linear.Identity"
      guard let rule = options.policy.rule(forModule: type, at: call.path) else { continue }
      let id = core.emitLeafModule(
        LeafModule(path: call.path, type: type, provider: rule.provider), [input], type: scope.graph.type(of: name),
        effects: rule.effects(inputs: 1, in: options.mode), rule: rule.description, at: location)
      leaves[id] = ExportedLeaf.identity(model, program, options.mode, name, input).leaf
    }
  }

  /// Notes that results of modules were inferred.
  func noteInferredResults() {
    guard infersResults else { return }
    core.notes.append(
      TraceNote(
        kind: .inferredResult, path: "",
        reason:
          "the archive does not say what modules return: the result of a module is taken to be the value that leaves it (xylem export-script writes archives that say it)"
      ))
  }
}
