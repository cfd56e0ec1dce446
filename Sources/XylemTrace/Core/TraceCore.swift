internal import OrderedCollections
package import XylemGraph

/// The state that every tracer writes: the graph, the names, the notes, and the number of calls of each module.
///
/// It is a value, so that a tracer can roll back: see ``checkpoint``. The tracers of archives and of Swift modules
/// share it, and with it the rules for names, leaves and notes.
package struct TraceCore {
  package let options: TraceOptions
  package var graph = Graph()
  package var namer: NodeNamer
  /// The names under the other naming, if the options compare them.
  private var otherNames: OtherNames?
  package var notes: [TraceNote] = []
  /// The number of calls of each module.
  package private(set) var callCounts: [String: Int] = [:]
  /// The arguments of `forward` and how they are treated. Set once, before the first node: a note lists those that keep
  /// their defaults.
  package var arguments: [ForwardArgument] = [] {
    didSet { notes += arguments.notes }
  }
  package var usedRules: Set<LeafPolicy.Rule> = []
  /// Operators without an implementation that have a note.
  package var missingOperators: Set<String> = []
  /// What is known about values when the inputs have known shapes. Nil without known shapes.
  package var shapes: ShapeEvaluator?
  /// The decisions that have a guard.
  var guardedNodes: Set<NodeID> = []
  /// The facts that notes tell.
  var notedFacts: Set<String> = []
  /// Nodes of parameters that were already read, by path.
  private var attributeNodes: [String: NodeID] = [:]
  /// Nodes of tensors that hold a number of the code, by the tracer's own numbers for them.
  package var numberNodes: [Int: NodeID] = [:]

  /// - Parameter modulePaths: all paths of the model's modules.
  package init(options: TraceOptions, modulePaths: Set<String>) {
    self.options = options
    namer = NodeNamer(naming: options.naming, modulePaths: modulePaths)
    otherNames = options.comparesNamings ? OtherNames(than: options.naming, modulePaths: modulePaths) : nil
  }

  /// torch.fx creates nodes only for operations on stand-ins. What it computes at once has no name there.
  package func isListed(_ inputs: [NodeInput]) -> Bool {
    guard options.naming == .torchvision else { return true }
    var listed = false
    for input in inputs { input.forEachNode { listed = listed || graph.isListed($0) } }
    return listed
  }

  /// Adds a node for code that runs in the module at a path.
  ///
  /// - Parameters:
  ///   - other: the base and path of the name under the other naming, where they differ, and whether that leaves it out.
  ///   - listing: what decides whether name lists have the node.
  @discardableResult
  package mutating func emit(
    _ operation: Operation, named base: String, _ inputs: [NodeInput], in path: String,
    other: (base: String?, path: String?, isHidden: Bool) = (nil, nil, false), type: String,
    effects: Effects? = Effects.none, rule: String? = nil, listing: Listing = .inputs,
    at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    let deciding = listing.deciding(inputs)
    let isListed = deciding.map(isListed) ?? true
    let name = isListed ? namer.name(forOperation: base, in: path) : namer.name(forHidden: base, in: path)
    if isListed { noteSkippedModule(for: name, in: path) }
    let id = graph.append(
      operation, name: name, inputs: inputs, modulePath: path, effects: effects, type: type,
      location: options.recordsLocations ? location() : nil, rule: rule, isListed: isListed)
    if !other.isHidden { nameOther(id, other.base ?? base, in: other.path ?? path, reading: deciding) }
    return id
  }

  /// Names a node under the other naming, if the options compare them.
  package mutating func nameOther(_ id: NodeID, _ base: String, in path: String, reading inputs: [NodeInput]?) {
    otherNames?.nameOperation(id, base, in: path, reading: inputs)
  }

  /// What decides whether name lists have a node with torchvision's naming.
  package enum Listing {
    /// Whether it reads a listed node.
    case inputs
    /// Whether one of these is a listed node.
    case any([NodeInput])
    /// Name lists have it.
    case always

    fileprivate func deciding(_ inputs: [NodeInput]) -> [NodeInput]? {
      switch self {
      case .inputs: inputs
      case .any(let arguments): arguments
      case .always: nil
      }
    }
  }

  /// Adds a node that name lists leave out.
  @discardableResult
  package mutating func emitHidden(
    _ operation: Operation, named base: String, _ inputs: [NodeInput], in path: String, type: String,
    effects: Effects? = Effects.none, at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    graph.append(
      operation, name: namer.name(forHidden: base, in: path), inputs: inputs, modulePath: path, effects: effects,
      type: type, location: options.recordsLocations ? location() : nil, isListed: false)
  }

  /// Adds the node of an argument of `forward`.
  package mutating func emitPlaceholder(_ placeholder: Placeholder, type: String) -> NodeID {
    let id = appendPlaceholder(placeholder, type: type)
    otherNames?.nameOperation(id, placeholder.name, in: "")
    return id
  }

  /// Adds the node of an argument that keeps its default, with torchvision's naming. No node reads it.
  package mutating func emitDefaultPlaceholder(_ placeholder: Placeholder, type: String) {
    if options.naming == .torchvision { _ = appendPlaceholder(placeholder, type: type) }
    otherNames?.skipPlaceholder(placeholder.name)
  }

  private mutating func appendPlaceholder(_ placeholder: Placeholder, type: String) -> NodeID {
    graph.append(
      .placeholder(placeholder), name: namer.name(forOperation: placeholder.name, in: ""), inputs: [], type: type)
  }

  /// Adds a node that calls a module that is not traced through.
  ///
  /// - Parameter namedAt: the path that the module is known by, if it is not the leaf's own.
  package mutating func emitLeafModule(
    _ leaf: LeafModule, _ inputs: [NodeInput], namedAt path: String? = nil, type: String, effects: Effects? = nil,
    rule: String, at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    let path = path ?? leaf.path
    let name = namer.name(forModule: path, rootType: TypeName.unqualified(leaf.type))
    noteSkippedModule(for: name, in: path)
    let id = graph.append(
      .leafModule(leaf), name: name, inputs: inputs, modulePath: path, effects: effects, type: type,
      location: options.recordsLocations ? location() : nil, rule: rule)
    otherNames?.nameModule(id, at: path, type: leaf.type)
    recordCall(path: path, type: leaf.type, result: .node(id), isLeaf: true)
    return id
  }

  /// Counts the name of an operation that has no node here, so that later ones are numbered as if it had.
  package mutating func skipName(of base: String, in path: String) {
    _ = namer.name(forOperation: base, in: path)
  }

  /// Counts the name of a leaf module that has no node here.
  package mutating func skipName(ofModule path: String) { _ = namer.name(forModule: path, rootType: "") }

  /// Notes that the name of the node to come is numbered differently, because a module has the name that it would have.
  private mutating func noteSkippedModule(for name: String, in path: String) {
    guard let module = namer.skippedModule else { return }
    notes.append(TraceNote(kind: .nameTaken, path: path, node: name, reason: "the name '\(module)' is a module's"))
  }

  /// The node that reads an attribute of the model, created on first use.
  ///
  /// - Parameters:
  ///   - isDynamic: whether it is read again at each use, because the model's code writes it.
  ///   - reader: the path of the module whose code reads it.
  ///   - otherReader: that path under the other naming, where it differs.
  package mutating func attributeNode(
    path: String, isParameter: Bool, isDynamic: Bool = false, readBy reader: String, otherReader: String? = nil,
    type: String,
    at location: @autoclosure () -> SourceLocation?
  ) -> NodeID {
    if !isDynamic, let known = attributeNodes[path] { return known }
    // torch.fx creates nodes for parameters, and computes with buffers if it can.
    let isListed = options.naming == .exact || isParameter
    let name = isListed ? namer.name(forAttribute: path, in: reader) : namer.name(forHidden: path, in: "")
    let id = graph.append(
      .attribute(path: path), name: name, inputs: [], modulePath: reader, effects: Effects(aliasesModel: true),
      type: type, location: options.recordsLocations ? location() : nil, isListed: isListed)
    otherNames?.nameAttribute(id, path, isParameter: isParameter, in: otherReader ?? reader)
    if !isDynamic { attributeNodes[path] = id }
    return id
  }

  /// Adds the node for the result of `forward`, which ends a trace.
  ///
  /// - Parameter rootType: the type of the root module, whose call is recorded unless it was a leaf.
  package mutating func emitOutput(_ output: NodeInput, rootType: String) {
    if callCounts[""] == nil {
      graph.appendCall(
        ModuleCall(path: "", type: rootType, ordinal: 0, result: output, isLeaf: false, returnedAfter: graph.lastID))
    }
    graph.append(.output, name: namer.name(forHidden: "output", in: ""), inputs: [output], type: "")
  }

  /// Leaves a node out of name lists.
  package mutating func hide(_ id: NodeID) {
    graph.storage[id.rawValue]?.isListed = false
    otherNames?.hide(id)
  }

  /// Records that a module returned.
  package mutating func recordCall(path: String, type: String, result: NodeInput, isLeaf: Bool) {
    let ordinal = callCounts[path, default: 0]
    callCounts[path] = ordinal + 1
    graph.appendCall(
      ModuleCall(
        path: path, type: type, ordinal: ordinal, result: result, isLeaf: isLeaf, returnedAfter: graph.lastID))
  }

  /// Replaces the result of a module's last call by the result of its hooks. Nil if they returned nothing.
  package mutating func setHookedResult(ofLastCallAt path: String, to result: NodeInput?) {
    graph.setHookedResult(ofLastCallAt: path, to: result)
  }

  /// The whole trace, with notes about rules that matched nothing and modules that kept their own mode.
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
      callCounts: callCounts, arguments: arguments, otherNames: otherNames)
  }

  /// Notes which plugins' code replaces the model's, and at how many nodes.
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
            "\(provider.leaf) of the plugin \(provider.plugin) replaces the model's own code at \(nodes)\(tier)"
        ))
    }
  }

  // MARK: - Going back

  /// A state to which a trace can roll back.
  package struct Checkpoint {
    let graph: Graph.Checkpoint
    let namer: NodeNamer
    let otherNames: OtherNames?
    let notes: Int
    let attributeNodes: [String: NodeID]
    let numberNodes: [Int: NodeID]
    let callCounts: [String: Int]
    let usedRules: Set<LeafPolicy.Rule>
    let missingOperators: Set<String>
    let guardedNodes: Set<NodeID>
    let notedFacts: Set<String>
  }

  /// The current state.
  package var checkpoint: Checkpoint {
    Checkpoint(
      graph: graph.checkpoint, namer: namer, otherNames: otherNames, notes: notes.count, attributeNodes: attributeNodes,
      numberNodes: numberNodes, callCounts: callCounts, usedRules: usedRules,
      missingOperators: missingOperators, guardedNodes: guardedNodes, notedFacts: notedFacts)
  }

  /// Rolls back everything since a checkpoint.
  package mutating func rollBack(to checkpoint: Checkpoint) {
    graph.rollBack(to: checkpoint.graph)
    namer = checkpoint.namer
    otherNames = checkpoint.otherNames
    notes.removeLast(notes.count - checkpoint.notes)
    attributeNodes = checkpoint.attributeNodes
    numberNodes = checkpoint.numberNodes
    callCounts = checkpoint.callCounts
    usedRules = checkpoint.usedRules
    missingOperators = checkpoint.missingOperators
    guardedNodes = checkpoint.guardedNodes
    notedFacts = checkpoint.notedFacts
    shapes?.forget(after: graph.lastID)
  }
}
