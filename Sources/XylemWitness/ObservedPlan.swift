internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// A whole trace as a program that can be looked at node by node: nothing is pruned, and no value is freed before the end.
struct ObservedPlan {
  /// A node's value, right after the node ran.
  struct Moment {
    let node: Node
    /// Whether a later node may write over the value.
    let isWrittenLater: Bool
    /// The nodes of the other graph whose values it is given, where this is a rehearsal: the node run by itself, before it runs in its
    /// place. Empty otherwise.
    var rehearsed: [NodeID] = []
    /// Whether the value shares storage with no earlier one, nor with the model: then another may take its place, though it is
    /// written later.
    let isFresh: Bool
  }

  let trace: Trace
  /// The arguments of `forward`, in order.
  let arguments: [Placeholder]
  /// One for each stop of the program, in order.
  let moments: [Moment]
  /// The trace's graph, with what its leaves and regions do as their code says.
  let graph: Graph
  /// For each node the class of its storage, by its id.
  let storage: [NodeID: Int]
  let program: Program
  private let origins: [Node]

  /// - Parameter rehearsals: for nodes that are also to be run on the values of other nodes, those that take the place of their inputs.
  /// - Throws: as making a plan does.
  init(_ model: any TracedModel, _ trace: Trace, rehearsals: [NodeID: [NodeID: NodeID]] = [:]) throws {
    var builder = try PlanBuilder(model: model, trace: trace)
    (program, moments, arguments, storage) = try builder.buildObserved(rehearsals)
    origins = builder.origins
    graph = builder.graph
    self.trace = trace
  }

  /// Runs it on arguments by their names; others take their defaults.
  ///
  /// - Throws: `extract.input`, `extract.execution`, `extract.guard`.
  func run(_ given: [String: Value], observer: inout some ProgramObserver) throws(XylemError) {
    let inputs = try CallArguments(trace, isSaved: trace.isPruned).inputs(arguments, named: given)
    do throws(Program.Failure) {
      try program.run(inputs, observer: &observer)
    } catch {
      throw error.described(origins, in: trace.graph)
    }
  }
}

extension PlanBuilder {
  /// A program of every node, with a stop after each that has a value of its own.
  fileprivate mutating func buildObserved(_ rehearsals: [NodeID: [NodeID: NodeID]]) throws -> (
    Program, [ObservedPlan.Moment], [Placeholder], [NodeID: Int]
  ) {
    let limit = graph.count
    try linker.resolve(&graph, upTo: limit)
    let nodes = Array(graph.nodes)
    let storage = StorageMoments(graph)
    var arguments: [Placeholder] = []
    for node in nodes {
      guard case .placeholder(let placeholder) = node.operation else { continue }
      arguments.append(placeholder)
      places[node.id] = .slot(newSlot())
    }
    let inputCount = slotCount
    var stops: [Program.Stop] = []
    var moments: [ObservedPlan.Moment] = []
    for (position, node) in nodes.enumerated() {
      if let inputs = rehearsals[node.id], let stop = try rehearse(node, inputs.keys.sorted()) {
        stops.append(stop)
        moments.append(
          .init(
            node: node, isWrittenLater: true, rehearsed: inputs.keys.sorted().compactMap { inputs[$0] }, isFresh: false)
        )
      }
      let first = slotCount
      try compile(node)
      guard let value = try observable(node, slotsFrom: first) else { continue }
      stops.append(Program.Stop(after: instructions.count, value))
      moments.append(
        .init(
          node: node, isWrittenLater: storage.isWritten(node.id, after: position),
          isFresh: node.effects.map { $0.aliases.isEmpty && !$0.aliasesModel } ?? false))
    }
    let program = try Program(
      instructions, slotCount: slotCount, inputCount: inputCount, protected: [], results: [], stops: stops)
    return (program, moments, arguments, storage.classes)
  }

  /// A node once more, on inputs of its own, which an observer fills; nil for one that changes anything besides its value.
  private mutating func rehearse(_ node: Node, _ inputs: [NodeID]) throws -> Program.Stop? {
    guard let effects = node.effects, !effects.isObservable else { return nil }
    let before = (places, parts)
    defer { (places, parts) = before }
    var filled: [Int] = []
    for input in inputs {
      filled.append(newSlot())
      places[input] = .slot(filled[filled.count - 1])
      parts[input] = nil
    }
    try compile(node)
    guard let place = places[node.id] else { return nil }
    return Program.Stop(after: instructions.count, place, filled: filled)
  }

  /// Where a node's value can be looked at and replaced without touching another's; nil for nodes that have none.
  private mutating func observable(_ node: Node, slotsFrom first: Int) throws -> Program.Operand? {
    switch node.operation {
    case .placeholder, .attribute, .setAttribute, .guard: return nil
    case .output: return try node.inputs.first.map { try operand($0, type: nil) }
    default: break
    }
    guard let place = places[node.id] else { return nil }
    if case .tuple(let parts, _) = place, parts.isEmpty { return nil }
    var slots: [Int] = []
    place.forEachSlot { slots.append($0) }
    if !slots.isEmpty, slots.allSatisfy({ $0 >= first }), Set(slots).count == slots.count { return place }
    // It is what another node gave, under a name of its own.
    let own = newSlot()
    origins.append(node)
    instructions.append(.init(.copy, [place], results: [own], origin: origins.count - 1))
    places[node.id] = .slot(own)
    return .slot(own)
  }
}

/// When the storage of each value is written for the last time.
private struct StorageMoments {
  /// For each node the class of its storage.
  private(set) var classes: [NodeID: Int] = [:]
  private var lastWrite: [Int: Int] = [:]
  private var lastModelWrite = -1
  private var ofModel: Set<NodeID> = []

  init(_ graph: Graph) {
    var storage = StorageClasses(graph)
    for (position, node) in graph.nodes.enumerated() {
      classes[node.id] = storage.find(node.id.rawValue)
      if storage.isOfModel(node.id) { ofModel.insert(node.id) }
      let effects = node.effects ?? .unknown(inputs: node.inputs.count)
      if effects.writesModel { lastModelWrite = position }
      for written in effects.writes where written < node.inputs.count {
        node.inputs[written].forEachNode { lastWrite[storage.find($0.rawValue)] = position }
      }
    }
  }

  func isWritten(_ id: NodeID, after position: Int) -> Bool {
    if ofModel.contains(id), lastModelWrite > position { return true }
    return classes[id].flatMap { lastWrite[$0] }.map { $0 > position } ?? false
  }
}
