internal import XylemErrors
package import XylemGraph
internal import XylemTensor
package import XylemTrace

/// A request that was found in a trace.
package struct ResolvedRequest {
  /// The key of the result.
  package let key: String
  /// An equivalent request without globs and prefixes.
  package let exact: String
  /// The name of the node or module whose value it is.
  package let node: String
  /// The value, in terms of the graph.
  package let value: NodeInput
  /// Steps into a value that is known only at run time.
  let steps: [Projection]
  /// The node after which the value is read: the node itself, or the last one before a module returned. Later writes
  /// are not part of the value.
  package private(set) var moment: NodeID?

  init(key: String, exact: String, node: String, value: NodeInput, steps: [Projection], moment: NodeID?) {
    (self.key, self.exact, self.node) = (key, exact, node)
    (self.value, self.steps, self.moment) = (value, steps, moment)
  }

  /// The request, read after a node that runs, if the node itself does not run.
  package func after(_ running: [NodeID: NodeID]) -> ResolvedRequest {
    var request = self
    request.moment = moment.flatMap { running[$0] }
    return request
  }

  /// Whether both mean the same value, however they are written.
  package func isSame(as other: ResolvedRequest) -> Bool {
    value == other.value && steps == other.steps && moment == other.moment
  }
}

/// A value of the graph at a position.
private struct RequestTarget {
  let node: String
  /// A name that means it exactly and not as a prefix.
  let exact: String
  let argument: NodeInput
  let moment: NodeID?
  /// Whether the name is only a prefix of the node's name.
  var isPrefix = false

  /// The value of a node, right after it ran.
  init(_ node: Node) {
    (self.node, exact, argument, moment) = (node.name, node.name, .node(node.id), node.id)
  }

  /// The result of a module call, under a name.
  init(_ call: ModuleCall, as name: String) {
    (node, exact, argument, moment) = (name, name, call.result, call.returnedAfter)
  }

  /// The result of `forward`.
  init(output: Node) {
    (node, exact, argument, moment) = ("output", "output", output.inputs[0], output.id)
  }
}

/// Finds the meaning of requests in one trace.
///
/// A node's own name comes first. `output` is the result of `forward`, if nothing else has that name. A module's path
/// means the result of its last call, and `path#1` that of its second call; with torchvision's naming it means the last
/// node below it. Any other prefix means the last value below it: a module's result or a node's value. A ``Glob``
/// stands for every module path and node name that it matches. Two requests for one value under one key count once.
package struct RequestResolver {
  private let trace: Trace
  private let lastCall: [String: ModuleCall]
  private let callsByPath: [String: [ModuleCall]]
  /// Calls of leaves with hooks, by the leaves' nodes.
  private let hookedCalls: [NodeID: ModuleCall]
  private let names: [String]

  package init(_ trace: Trace) {
    self.trace = trace
    var last: [String: ModuleCall] = [:]
    var all: [String: [ModuleCall]] = [:]
    for call in trace.graph.calls where !call.path.isEmpty {
      // In a pruned trace the last call of a module may be missing; an earlier call must not replace it.
      if call.ordinal + 1 == trace.callCounts[call.path] ?? call.ordinal + 1 { last[call.path] = call }
      all[call.path, default: []].append(call)
    }
    lastCall = last
    callsByPath = all
    hookedCalls = trace.graph.calls.reduce(into: [:]) { found, call in
      if let node = call.hookedNode { found[node] = call }
    }
    names = trace.graph.nodeNames
  }

  /// All names that a request may use, in execution order, for globs and near misses.
  package var candidates: [String] {
    var seen: Set<String> = []
    var found: [String] = []
    for call in trace.graph.calls where !call.path.isEmpty && seen.insert(call.path).inserted {
      found.append(call.path)
    }
    for name in names where seen.insert(name).inserted { found.append(name) }
    return found
  }

  /// The meaning of the requests, in order. Nil for a request that is not in this trace.
  package func resolve(_ requests: [ReturnRequest]) throws -> [ResolvedRequest] {
    guard !requests.isEmpty else { throw ExtractErrors.nothingRequested() }
    var resolved: [ResolvedRequest] = []
    var places: [String: Int] = [:]
    for request in requests {
      for found in try resolve(request) {
        // Two requests for one value under one key are one: 'layer*' and 'layer1'.
        if let place = places[found.key] {
          guard resolved[place].isSame(as: found) else {
            throw ExtractErrors.duplicateKey(found.key, of: resolved[place].exact, and: found.exact)
          }
        } else {
          places[found.key] = resolved.count
          resolved.append(found)
        }
      }
    }
    return resolved
  }

  private func resolve(_ request: ReturnRequest) throws -> [ResolvedRequest] {
    if let value = value(of: request.node) {
      return [
        ResolvedRequest(
          key: request.key ?? request.node, exact: value.exact, node: value.node, value: value.argument, steps: [],
          moment: value.moment)
      ]
    }
    if let part = try part(request) { return [part] }
    let glob = Glob(request.node)
    if !glob.isLiteral, let matches = try matches(of: glob, request) { return matches }
    // If brackets are neither steps into a value nor a pattern, this reports it.
    if let open = request.node.firstIndex(of: "["), open != request.node.startIndex {
      _ = try Projection.steps(request.node[open...], of: request.node)
    }
    throw unknown(request.node)
  }

  /// The matches of a glob. Nil if its brackets may be steps into a value.
  private func matches(of glob: Glob, _ request: ReturnRequest) throws -> [ResolvedRequest]? {
    let names = candidates
    let matches = names.filter(glob.matches)
    guard !matches.isEmpty else {
      if !glob.pattern.contains(where: { "*?{\\".contains($0) }) { return nil }
      let wider = glob.acrossComponents.map { (pattern: $0, count: names.count(where: Glob($0).matches)) }
      throw ExtractErrors.unmatchedGlob(glob.pattern, mode: trace.mode.rawValue, wider: wider, candidates: names)
    }
    if let key = request.key, matches.count > 1 {
      throw ExtractErrors.keyOfGlob(key, glob.pattern, matches: matches)
    }
    return matches.compactMap { name in
      value(of: name).map {
        ResolvedRequest(
          key: request.key ?? name, exact: $0.exact, node: $0.node, value: $0.argument, steps: [], moment: $0.moment)
      }
    }
  }

  /// `head[0]`, `head.logits`, `output.levels[1].image`: the longest prefix that names a value, and steps into it.
  private func part(_ request: ReturnRequest) throws -> ResolvedRequest? {
    let text = request.node
    for cut in text.indices.reversed() where text[cut] == "." || text[cut] == "[" {
      guard let found = value(of: String(text[..<cut])), let steps = try? Projection.steps(text[cut...], of: text)
      else {
        continue
      }
      var value = found
      let isDotted = text[cut] == "."
      if isDotted {
        // The parts of a module are those of its result, even if its name means the last node below it.
        let path = value.isPrefix ? String(text[..<cut]) : value.exact
        let last = lastCall[path]
        guard last != nil || !value.isPrefix else { continue }
        var call = value.isPrefix ? last : nil
        if !value.isPrefix, trace.naming == .exact {
          call = self.call(of: value, path) ?? (hasParts(value.argument) ? nil : last)
        }
        if let call { value = RequestTarget(call, as: "\(call.path)#\(call.ordinal)") }
      }
      // A tensor has no parts: the name is then unknown.
      guard hasParts(value.argument) || !isDotted else { return nil }
      let (argument, rest) = try project(value.argument, steps[...], text)
      guard rest.isEmpty || !isDotted || hasParts(argument) else { return nil }
      return ResolvedRequest(
        key: request.key ?? text, exact: value.exact + text[cut...], node: value.node, value: argument, steps: rest,
        moment: value.moment)
    }
    return nil
  }

  /// The module call that returned a node's value, or parts of it.
  private func call(of value: RequestTarget, _ path: String) -> ModuleCall? {
    guard case .node(let id) = value.argument else { return nil }
    return callsByPath[path]?.first { call in
      var isFound = false
      call.result.forEachNode { isFound = isFound || $0 == id || trace.graph[$0].inputs.first == .node(id) }
      return isFound && hasParts(call.result)
    }
  }

  /// Whether steps may lead into a value. A value that is known only at run time is checked then.
  private func hasParts(_ argument: NodeInput) -> Bool {
    switch argument {
    case .list, .tuple, .dictionary: return true
    case .node(let id):
      switch TypeExpression(parsing: trace.graph[id].type).unwrapped {
      case .tensor, .int, .float, .bool, .number, .string, .none, .device, .complex: return false
      default: return true
      }
    default: return false
    }
  }

  private func unknown(_ name: String) -> XylemError {
    if let node = nodeHiding(name) { return ExtractErrors.hidden(name, in: node) }
    return ExtractErrors.unknownNode(name, mode: trace.mode.rawValue, candidates: candidates)
  }

  /// The leaf or the region whose code runs the module that a request names.
  private func nodeHiding(_ name: String) -> Node? {
    let path = String(name.prefix { $0 != "#" && $0 != "[" })
    func isWithin(_ outer: String) -> Bool { path.hasPrefix(outer + ".") }
    return trace.graph.nodes.first { node in
      switch node.operation {
      case .leafModule(let leaf): !leaf.path.isEmpty && isWithin(leaf.path)
      case .region(let region): region.hiddenModules.contains { $0 == path || isWithin($0) }
      default: false
      }
    }
  }

  private func value(of name: String) -> RequestTarget? {
    if let node = trace.graph.node(named: name), node.isListed, node.operation != .output {
      // The result of a leaf with hooks is the value that the hooks returned.
      return hookedCalls[node.id].map { RequestTarget($0, as: name) } ?? RequestTarget(node)
    }
    if let hash = name.lastIndex(of: "#"), let ordinal = Int(name[name.index(after: hash)...]) {
      let path = String(name[..<hash])
      let call = callsByPath[trace.firstPath(of: path)]?.first { $0.ordinal == ordinal }
      return call.map { RequestTarget($0, as: "\($0.path)#\(ordinal)") }
    }
    if trace.naming == .exact, let call = lastCall[name] { return RequestTarget(call, as: name) }
    if name == "output", let output = trace.graph.output { return RequestTarget(output: output) }
    if !trace.isPruned, var found = last(below: name + ".") {
      found.isPrefix = true
      return found
    }
    return valueElsewhere(name)
  }

  /// The value of a name that begins with another path of a known module.
  private func valueElsewhere(_ name: String) -> RequestTarget? {
    let first = trace.firstPath(of: name)
    guard first != name else { return nil }
    if trace.naming == .exact, let call = lastCall[first] { return RequestTarget(call, as: "\(first)#\(call.ordinal)") }
    return value(of: first)
  }

  /// The last value below a prefix of names: the value of a node, or the result of the last module that ran.
  ///
  /// Reading a parameter and checking an assumption don't count, nor does a size if there is a tensor.
  private func last(below prefix: String) -> RequestTarget? {
    let nodes = trace.graph.nodes
    func isBelow(_ node: Node) -> Bool { node.isListed && node.isValue && node.name.hasPrefix(prefix) }
    guard trace.naming == .exact else { return nodes.last(where: isBelow).map { RequestTarget($0) } }
    let found = nodes.lastIndex { isBelow($0) && $0.isFeature } ?? nodes.lastIndex(where: isBelow)
    // The last call to return encloses those below it.
    guard let call = trace.graph.calls.last(where: { $0.path.hasPrefix(prefix) && $0.returnsNodes }) else {
      return found.map { RequestTarget(nodes[$0]) }
    }
    if let found, let moment = call.returnedAfter, let end = nodes.firstIndex(where: { $0.id == moment }), end < found {
      return RequestTarget(nodes[found])
    }
    if let node = call.result.node, trace.graph[node].isListed, node == call.returnedAfter {
      return RequestTarget(trace.graph[node])
    }
    return RequestTarget(call, as: "\(call.path)#\(call.ordinal)")
  }

  private func project(
    _ argument: NodeInput, _ steps: ArraySlice<Projection>, _ request: String
  ) throws -> (NodeInput, [Projection]) {
    guard let step = steps.first else { return (argument, []) }
    switch (argument, step) {
    case (.node, _): return (argument, Array(steps))
    case (.list(let elements), .index(let index)), (.tuple(let elements, _), .index(let index)):
      let position = index < 0 ? index + elements.count : index
      guard elements.indices.contains(position) else {
        throw ExtractErrors.unaddressable(request, "there are \(elements.count) elements")
      }
      return try project(elements[position], steps.dropFirst(), request)
    case (.tuple(let elements, let names?), .key(let name)):
      guard let position = names.firstIndex(of: name) else {
        throw ExtractErrors.unaddressable(request, "the names are \(names.joined(separator: ", "))")
      }
      return try project(elements[position], steps.dropFirst(), request)
    case (.dictionary(let entries), _):
      let keys: [NodeInput] =
        switch step {
        case .index(let index): [.int(index), .string(String(index))]
        case .key(let name): [.string(name)]
        }
      guard let entry = keys.lazy.compactMap({ key in entries.first { $0.key == key } }).first else {
        let known = entries.map { String(describing: $0.key) }.joined(separator: ", ")
        throw ExtractErrors.unaddressable(request, "the keys are \(known)")
      }
      return try project(entry.value, steps.dropFirst(), request)
    default: throw ExtractErrors.unaddressable(request, "the value has a different structure")
    }
  }
}

extension ModuleCall {
  /// Whether the returned value contains anything that the graph computed.
  fileprivate var returnsNodes: Bool {
    var found = false
    result.forEachNode { _ in found = true }
    return found
  }
}

extension ReturnRequest {
  /// Whether a trace has all requests.
  package func isFound(in trace: Trace) -> Bool { (try? RequestResolver(trace).resolve([self]))?.isEmpty == false }
}
