internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

extension TraceEditor {
  /// Makes values inputs, in the place of forward's own: what computes them does not run.
  ///
  /// An input is the value at the position that a request of its name means. It is copied if a node would write it. The
  /// model's checks of what is not an input any more are left out; its decisions by known shapes are not.
  ///
  /// - Parameters:
  ///   - names: the values; arguments of `forward` that remain inputs may be among them.
  ///   - requests: what is returned.
  /// - Throws: `extract.unknown-node`; `extract.start` for a value that is not a tensor, for values that don't suffice
  ///   for the requests or that they don't need, and for a value whose memory is later written under another name.
  mutating func start(at names: [String], for requests: [ReturnRequest]) throws {
    let resolver = RequestResolver(trace)
    var places: [Place] = []
    for name in names {
      let place = try place(of: name, resolver) { ExtractErrors.noStart(name, $0) }
      if let same = places.first(where: { $0.id == place.id }) { throw ExtractErrors.sameStart(same.name, name) }
      places.append(place)
    }
    let resolved = try resolvedGraph(for: resolver.resolve(requests), places)
    var cut = try TraceCut(trace, resolved, at: places)
    let model = model
    try cut.check(for: RequestResolver(cut.trace).resolve(requests)) { model.pathsElsewhere(below: $0) }
    cut.trace.edits = (trace.edits ?? []) + [.start(at: names)]
    trace = cut.trace
  }

  /// The graph up to the last node that matters, with the effects of opaque nodes.
  private func resolvedGraph(for requests: [ResolvedRequest], _ places: [Place]) throws -> Graph {
    var graph = trace.graph
    var wanted = Set(requests.compactMap(\.moment) + places.map(\.moment))
    for request in requests { request.value.forEachNode { wanted.insert($0) } }
    let all = Array(graph.nodes)
    let end = all.lastIndex { wanted.contains($0.id) }.map { $0 + 1 } ?? 0
    var linker = try PlanBuilder.linker(model, trace)
    try linker.resolve(&graph, upTo: end)
    graph.remove(Set(all[end...].map(\.id)))
    return graph
  }
}

/// A trace of which some values are inputs.
private struct TraceCut {
  /// The trace, with inputs in the place of the values.
  var trace: Trace
  /// The same graph, with the effects of opaque nodes.
  private var resolved: Graph
  /// The graph before, with the effects of opaque nodes.
  private let original: Graph
  private let starts: [Start]

  /// A value, and the input that has its place.
  private struct Start {
    let place: TraceEditor.Place
    let input: NodeID
    /// The name of the argument.
    let argument: String
    var isNew: Bool { place.id != input }
  }

  init(_ trace: Trace, _ resolved: Graph, at places: [TraceEditor.Place]) throws {
    self.trace = trace
    original = resolved
    starts = Self.insert(places, in: &self.trace.graph)
    self.resolved = resolved
    _ = Self.insert(places, in: &self.resolved)
    self.trace.arguments = starts.map { start in
      let known = start.isNew ? nil : trace.arguments.first { $0.name == start.argument }
      return known ?? ForwardArgument(name: start.argument, type: .tensor)
    }
  }

  /// Adds the inputs to a graph. The same places give the same ids in a graph with the same nodes.
  private static func insert(_ places: [TraceEditor.Place], in graph: inout Graph) -> [Start] {
    // The positions of arguments that are no inputs any more follow.
    let kept = Set(places.map(\.id))
    for (index, (node, placeholder)) in graph.placeholders.filter({ !kept.contains($0.node.id) }).enumerated() {
      var placeholder = placeholder
      placeholder.position = graph.count + places.count + index
      graph.setPlaceholder(node.id, to: placeholder)
    }
    var starts: [Start] = []
    for (position, place) in places.enumerated() {
      let node = graph[place.id]
      if case .placeholder(var placeholder) = node.operation {
        placeholder.position = position
        graph.setPlaceholder(place.id, to: placeholder)
        starts.append(Start(place: place, input: place.id, argument: placeholder.name))
        continue
      }
      let placeholder = Operation.placeholder(Placeholder(name: place.name, position: position))
      let name = "\(node.name)'input"
      let input =
        if let first = graph.nodes.first(where: { !$0.isPlaceholder })?.id {
          graph.insert(
            placeholder, name: name, inputs: [], before: first, modulePath: node.modulePath, location: node.location)
        } else {
          graph.append(placeholder, name: name, inputs: [], modulePath: node.modulePath, location: node.location)
        }
      graph.substitute(place.id, by: input, after: place.moment)
      starts.append(Start(place: place, input: input, argument: place.name))
    }
    return starts
  }

  // MARK: - Checks

  /// Checks that the inputs suffice for the requests, and are what the model would have read.
  mutating func check(for requests: [ResolvedRequest], pathsElsewhere: @escaping (String) -> [String]) throws {
    let fromStarts = readers(of: Set(starts.map(\.input)))
    let arguments = Set(resolved.placeholders.map(\.node.id)).subtracting(starts.map(\.input))
    let before = readers(of: arguments).subtracting(fromStarts)
    removeChecks(of: before)
    let needed = Pruning(resolved, requested: requests, pathsElsewhere: pathsElsewhere).needed
    try checkSufficient(requests, needed, before)
    if let unused = starts.first(where: { !needed.contains($0.input) }) {
      throw ExtractErrors.unusedStart(unused.place.name, requests.map(\.exact))
    }
    try checkMemory()
    copyWritten(needed)
  }

  /// The nodes themselves and all that depends on them.
  private func readers(of roots: Set<NodeID>) -> Set<NodeID> {
    var found = roots
    for node in resolved.nodes where !found.contains(node.id) {
      node.forEachInputNode { if found.contains($0) { found.insert(node.id) } }
    }
    return found
  }

  /// Removes the model's checks of values that are not computed. What known shapes decided remains.
  private mutating func removeChecks(of ids: Set<NodeID>) {
    let checks = resolved.nodes.filter { node in
      guard ids.contains(node.id), case .guard(let assumption) = node.operation else { return false }
      return !assumption.isOfShapes
    }.map(\.id)
    resolved.remove(Set(checks))
    trace.graph.remove(Set(checks))
  }

  private func checkSufficient(
    _ requests: [ResolvedRequest], _ needed: Set<NodeID>, _ before: Set<NodeID>
  ) throws(XylemError) {
    let names = starts.map(\.place.name)
    for request in requests {
      var isBefore = false
      request.value.forEachNode { isBefore = isBefore || before.contains($0) }
      if isBefore { throw ExtractErrors.beforeStart(request.exact, names) }
    }
    var missing: [String] = []
    func collect(_ id: NodeID) {
      let node = resolved[id]
      guard node.isListed, node.valueType == .tensor else { return node.forEachInputNode(collect) }
      if !missing.contains(node.name) { missing.append(node.name) }
    }
    for node in resolved.nodes where needed.contains(node.id) && !before.contains(node.id) {
      node.forEachInputNode { if before.contains($0) { collect($0) } }
    }
    // A check by known shapes has no reader.
    for node in resolved.nodes where needed.contains(node.id) && before.contains(node.id) {
      if case .guard = node.operation { node.forEachInputNode(collect) }
    }
    // Nor has a node that fills the memory of a value.
    if missing.isEmpty {
      missing = resolved.placeholders.map(\.node).filter { before.contains($0.id) && needed.contains($0.id) }.map(
        \.name)
    }
    guard missing.isEmpty else { throw ExtractErrors.insufficientStart(requests.map(\.exact), names, missing) }
  }

  /// Checks that no node writes the memory of an input under a name that is not derived from the input: the input would
  /// keep its old value.
  private func checkMemory() throws(XylemError) {
    var classes = StorageClasses(original)
    var newClasses = StorageClasses(resolved)
    var passed: Set<NodeID> = []
    for node in original.nodes {
      defer { passed.insert(node.id) }
      let effects = node.effects ?? .unknown(inputs: node.inputs.count)
      guard effects.isObservable, resolved.contains(node.id) else { continue }
      for start in starts where start.isNew && passed.contains(start.place.moment) {
        let memory = classes.find(start.place.id.rawValue)
        var isLost = effects.writesModel && classes.isOfModel(start.place.id)
        let own = newClasses.find(start.input.rawValue)
        for position in effects.writes where position < node.inputs.count {
          let (written, now) = (node.inputs[position].nodes, resolved[node.id].inputs[position].nodes)
          for (before, after) in zip(written, now) where classes.find(before.rawValue) == memory {
            isLost = isLost || newClasses.find(after.rawValue) != own
          }
        }
        if isLost { throw ExtractErrors.sharedStart(start.place.name, writer: node) }
      }
    }
  }

  /// Gives nodes that write an input a copy of it.
  private mutating func copyWritten(_ needed: Set<NodeID>) {
    var classes = StorageClasses(resolved)
    var written: Set<Int> = []
    for node in resolved.nodes where needed.contains(node.id) {
      for position in (node.effects ?? .unknown(inputs: node.inputs.count)).writes where position < node.inputs.count {
        node.inputs[position].forEachNode { written.insert(classes.find($0.rawValue)) }
      }
    }
    for start in starts where start.isNew && written.contains(classes.find(start.input.rawValue)) {
      guard let first = trace.graph.nodes.first(where: { !$0.isPlaceholder })?.id else { continue }
      let name = trace.graph[start.input].name
      let copy = trace.graph.insert(
        .operator(name: "aten::clone"), name: "\(name)'copy", inputs: [.node(start.input), .none], before: first,
        modulePath: trace.graph[start.input].modulePath, isListed: false)
      trace.graph.redirectReaders(of: start.input, to: copy, after: start.input)
    }
  }
}

extension NodeInput {
  /// The nodes in the structure, in order, as often as they occur.
  fileprivate var nodes: [NodeID] {
    var found: [NodeID] = []
    forEachNode { found.append($0) }
    return found
  }
}
