package import XylemErrors
package import XylemExtract
package import XylemGraph
package import XylemTensor
package import XylemTrace

/// A whole trace as a program that can be observed node by node: nothing is pruned, and no value is freed before the
/// end.
package struct ObservedPlan {
  /// A node's value, right after the node ran.
  package struct Moment {
    package let node: Node
    /// Whether a later node may overwrite the value.
    let isWrittenLater: Bool
    /// If this is a rehearsal, the nodes of the other graph whose values it gets: the node runs once separately before
    /// it runs in its place. Otherwise empty.
    var rehearsed: [NodeID] = []
    /// Whether the value shares storage with no earlier value and not with the model. If so, another value may replace
    /// it, even if it is written later.
    let isFresh: Bool
  }

  let trace: Trace
  /// The arguments of `forward`, in order.
  let arguments: [Placeholder]
  /// One for each stop of the program, in order.
  package let moments: [Moment]
  /// The trace's graph, with the effects of its leaves and regions.
  let graph: Graph
  /// For each node, the class of its storage, by its id.
  let storage: [NodeID: Int]
  let program: Program
  private let origins: [Node]

  /// - Parameter rehearsals: for nodes that are also run on the values of other nodes, the nodes that replace their
  ///   inputs.
  /// - Throws: the errors of creating a plan.
  package init(_ model: any TracedModel, _ trace: Trace, rehearsals: [NodeID: [NodeID: NodeID]] = [:]) throws {
    var builder = try PlanBuilder(model: model, trace: trace)
    (program, moments, arguments, storage) = try builder.buildObserved(rehearsals)
    origins = builder.origins
    graph = builder.graph
    self.trace = trace
  }

  /// Runs it on named arguments. Other arguments take their defaults.
  ///
  /// - Throws: `extract.input`, `extract.execution`, `extract.guard`.
  package func run(_ given: [String: Value], observer: inout some ProgramObserver) throws(XylemError) {
    let inputs = try CallArguments(trace, isSaved: trace.isPruned).inputs(arguments, named: given)
    do throws(Program.Failure) {
      try program.run(inputs, observer: &observer)
    } catch {
      throw error.described(origins, in: trace.graph)
    }
  }
}

extension PlanBuilder {
  /// A program of all nodes, with a stop after each node that has its own value.
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

  /// A second copy of a node, with inputs that an observer fills. Nil for a node with effects besides its value.
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

  /// Where a node's value can be observed and replaced without affecting another value. Nil for nodes without such a
  /// place.
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
    // The value of another node under a different name.
    let own = newSlot()
    origins.append(node)
    instructions.append(.init(.copy, [place], results: [own], origin: origins.count - 1))
    places[node.id] = .slot(own)
    return .slot(own)
  }
}

/// The last write to the storage of each value.
private struct StorageMoments {
  /// For each node, the class of its storage.
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
