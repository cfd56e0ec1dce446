internal import OrderedCollections
package import XylemGraph

/// What every tracer writes into: the graph, the names, the notes, and how often each module was called.
///
/// A value, so that a tracer can go back: see ``checkpoint``. Tracers of archives and of Swift modules share it, and with it
/// the rules of names, leaves and notes.
package struct TraceCore {
  package let options: TraceOptions
  package var graph = Graph()
  package var namer: NodeNamer
  package var notes: [TraceNote] = []
  /// How often each module was called.
  package private(set) var callCounts: [String: Int] = [:]
  /// The arguments of `forward`, as they are taken. Set once, before the first node: a note tells of those at their defaults.
  package var arguments: [ForwardArgument] = [] {
    didSet { notes += arguments.notes }
  }
  package var usedRules: Set<LeafPolicy.Rule> = []
  /// Nodes of parameters that were read already, by path.
  private var attributeNodes: [String: NodeID] = [:]
  /// Nodes of tensors that hold a number of the code, by the tracer's own numbers for them.
  package var numberNodes: [Int: NodeID] = [:]

  /// - Parameter modulePaths: every path that reaches a module of the model.
  package init(options: TraceOptions, modulePaths: Set<String>) {
    self.options = options
    namer = NodeNamer(naming: options.naming, modulePaths: modulePaths)
  }

  /// torch.fx makes a node only of an operation on a stand-in; what it computes at once has no name there.
  package func isListed(_ inputs: [Argument]) -> Bool {
    guard options.naming == .torchvision else { return true }
    var listed = false
    for input in inputs { input.forEachNode { listed = listed || graph.isListed($0) } }
    return listed
  }

  /// Adds a node of code that runs in the module at a path.
  @discardableResult
  package mutating func emit(
    _ operation: Operation, named base: String, _ inputs: [Argument], in path: String, type: String,
    effects: Effects? = Effects.none, rule: String? = nil, at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    let isListed = isListed(inputs)
    let name = isListed ? namer.name(forOperation: base, in: path) : namer.name(forHidden: base, in: path)
    return graph.append(
      operation, name: name, inputs: inputs, modulePath: path, effects: effects, type: type,
      location: options.recordsLocations ? location() : nil, rule: rule, isListed: isListed)
  }

  /// Adds a node that lists of names leave out.
  @discardableResult
  package mutating func emitHidden(
    _ operation: Operation, named base: String, _ inputs: [Argument], in path: String, type: String,
    effects: Effects? = Effects.none, at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    graph.append(
      operation, name: namer.name(forHidden: base, in: path), inputs: inputs, modulePath: path, effects: effects,
      type: type, location: options.recordsLocations ? location() : nil, isListed: false)
  }

  /// Adds the node of an argument of forward.
  package mutating func emitPlaceholder(_ placeholder: Placeholder, type: String) -> NodeID {
    graph.append(
      .placeholder(placeholder), name: namer.name(forOperation: placeholder.name, in: ""), inputs: [], type: type)
  }

  /// Adds a node that calls a module which is not traced through.
  ///
  /// - Parameter namedAt: the path that the module is known by, where it is not the leaf's own.
  package mutating func emitLeafModule(
    _ leaf: LeafModule, _ inputs: [Argument], namedAt path: String? = nil, type: String, effects: Effects? = nil,
    rule: String, at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    let path = path ?? leaf.path
    let name = namer.name(forModule: path, rootType: TypeName.unqualified(leaf.type))
    let id = graph.append(
      .leafModule(leaf), name: name, inputs: inputs, modulePath: path, effects: effects, type: type,
      location: options.recordsLocations ? location() : nil, rule: rule)
    recordCall(path: path, type: leaf.type, result: .node(id), isLeaf: true)
    return id
  }

  /// The node that reads an attribute of the model, made at the first need.
  ///
  /// - Parameters:
  ///   - isDynamic: whether it is read anew at each use, because the model's code writes it.
  ///   - reader: the path of the module whose code reads it.
  package mutating func attributeNode(
    path: String, isParameter: Bool, isDynamic: Bool = false, readBy reader: String, type: String,
    at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    if !isDynamic, let known = attributeNodes[path] { return known }
    // torch.fx makes nodes of parameters, and computes with buffers where it can.
    let isListed = options.naming == .exact || isParameter
    let name = isListed ? namer.name(forAttribute: path, in: reader) : namer.name(forHidden: path, in: "")
    let id = graph.append(
      .attribute(path: path), name: name, inputs: [], modulePath: reader, effects: Effects(aliasesModel: true),
      type: type, location: options.recordsLocations ? location() : nil, isListed: isListed)
    if !isDynamic { attributeNodes[path] = id }
    return id
  }

  /// Adds the node of what forward returned; a trace ends with it.
  ///
  /// - Parameter rootType: the type of the root module, whose own call is written down where it was no leaf's.
  package mutating func emitOutput(_ output: Argument, rootType: String) {
    if callCounts[""] == nil {
      graph.appendCall(
        ModuleCall(path: "", type: rootType, ordinal: 0, result: output, isLeaf: false, returnedAfter: graph.lastID))
    }
    graph.append(.output, name: namer.name(forHidden: "output", in: ""), inputs: [output], type: "")
  }

  /// Writes down that a module returned.
  package mutating func recordCall(path: String, type: String, result: Argument, isLeaf: Bool) {
    let ordinal = callCounts[path, default: 0]
    callCounts[path] = ordinal + 1
    graph.appendCall(
      ModuleCall(
        path: path, type: type, ordinal: ordinal, result: result, isLeaf: isLeaf, returnedAfter: graph.lastID))
  }

  /// Lets the last call of a module return what its hooks made of its result; nil where they returned nothing.
  package mutating func setHookedResult(ofLastCallAt path: String, to result: Argument?) {
    graph.setHookedResult(ofLastCallAt: path, to: result)
  }

  /// The whole trace, with notes on rules that matched nothing and on modules that kept their own mode.
  ///
  /// - Parameter pinned: paths and types of the modules whose own flags differ from the root's.
  package mutating func finish(pinned: [(path: String, type: String)]) -> Trace {
    notePlugins()
    for rule in options.policy.rules where !usedRules.contains(rule) {
      notes.append(TraceNote(kind: .unusedRule, path: "", reason: "the rule '\(rule)' matched nothing"))
    }
    for module in pinned {
      notes.append(
        TraceNote(
          kind: .pinnedMode, path: module.path, type: module.type,
          reason: "its own training flag differs from the root's and was kept"))
    }
    return Trace(
      graph: graph, mode: options.mode, naming: options.naming, notes: notes, pinnedModules: pinned.map(\.path),
      callCounts: callCounts, arguments: arguments)
  }

  /// Says which plugins' code runs in place of the model's, and at how many nodes.
  private mutating func notePlugins() {
    var counts: OrderedDictionary<LeafProvider, Int> = [:]
    for node in graph.nodes {
      if let provider = node.operation.provider, provider.replaces { counts[provider, default: 0] += 1 }
    }
    for (provider, count) in counts {
      let tier = provider.tier.map { ", its signature \($0)" } ?? ""
      let nodes = count == 1 ? "1 node" : "\(count) nodes"
      notes.append(
        TraceNote(
          kind: .pluginLeaf, path: "",
          reason:
            "\(provider.leaf) of the plugin \(provider.plugin) runs in place of the model's own code at \(nodes)\(tier)"
        ))
    }
  }

  // MARK: - Going back

  /// Where a trace can go back to.
  package struct Checkpoint {
    let graph: Graph.Checkpoint
    let namer: NodeNamer
    let notes: Int
    let attributeNodes: [String: NodeID]
    let numberNodes: [Int: NodeID]
    let callCounts: [String: Int]
    let usedRules: Set<LeafPolicy.Rule>
  }

  /// The present state.
  package var checkpoint: Checkpoint {
    Checkpoint(
      graph: graph.checkpoint, namer: namer, notes: notes.count, attributeNodes: attributeNodes,
      numberNodes: numberNodes, callCounts: callCounts, usedRules: usedRules)
  }

  /// Takes back everything since a checkpoint.
  package mutating func rollBack(to checkpoint: Checkpoint) {
    graph.rollBack(to: checkpoint.graph)
    namer = checkpoint.namer
    notes.removeLast(notes.count - checkpoint.notes)
    attributeNodes = checkpoint.attributeNodes
    numberNodes = checkpoint.numberNodes
    callCounts = checkpoint.callCounts
    usedRules = checkpoint.usedRules
  }
}
