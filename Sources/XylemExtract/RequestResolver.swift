internal import XylemErrors
internal import XylemGraph
internal import XylemTrace

/// A request that was found in a trace.
struct ResolvedRequest {
  /// The key of the result.
  let key: String
  /// A request that means the same, without globs and without prefixes.
  let exact: String
  /// The name of the node or module whose value it is.
  let node: String
  /// The value, in terms of the graph.
  let value: Argument
  /// Steps into a value that is known only when running.
  let steps: [Projection]
  /// The node after which the value is meant: the node itself, or the last one before a module returned. What is
  /// written later is not part of it.
  let moment: NodeID?

  /// Whether both mean one value, however they are written.
  func isSame(as other: ResolvedRequest) -> Bool {
    value == other.value && steps == other.steps && moment == other.moment
  }
}

/// A value of the graph at a moment.
private struct Located {
  let node: String
  /// A name that means it by itself, and not as a prefix.
  let exact: String
  let argument: Argument
  let moment: NodeID?
}

/// Finds what requests mean in one trace.
///
/// A node's own name comes first. `output` is what `forward` returned, where nothing else has that name. A module's path means what its last call returned, `path#1` what its second call did; under
/// torchvision's naming, and for any other prefix, it is the last node below. A ``Glob`` stands for every module's path and node's name that it
/// matches. Two requests for one value under one key count once.
struct RequestResolver {
  private let trace: Trace
  private let lastCall: [String: ModuleCall]
  private let callsByPath: [String: [ModuleCall]]
  private let names: [String]

  init(_ trace: Trace) {
    self.trace = trace
    var last: [String: ModuleCall] = [:]
    var all: [String: [ModuleCall]] = [:]
    for call in trace.graph.calls where !call.path.isEmpty {
      // In a pruned trace a module's last call may be gone; none before it stands for it.
      if call.ordinal + 1 == trace.callCounts[call.path] ?? call.ordinal + 1 { last[call.path] = call }
      all[call.path, default: []].append(call)
    }
    lastCall = last
    callsByPath = all
    names = trace.graph.nodeNames
  }

  /// Everything that a request may name, in order of execution, for globs and near misses.
  var candidates: [String] {
    var seen: Set<String> = []
    var found: [String] = []
    for call in trace.graph.calls where !call.path.isEmpty && seen.insert(call.path).inserted {
      found.append(call.path)
    }
    for name in names where seen.insert(name).inserted { found.append(name) }
    return found
  }

  /// What the requests mean, in their order; nil where something is not in this trace.
  func resolve(_ requests: [ReturnRequest]) throws -> [ResolvedRequest] {
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
    if let found = try partOfValue(request) ?? fieldOfResult(request) { return [found] }
    let glob = Glob(request.node)
    if !glob.isLiteral, let matches = try matches(of: glob, request) { return matches }
    // Where brackets are neither steps into a value nor a pattern, this says so.
    _ = try ReturnRequest.splitProjections(request.node)
    throw unknown(request.node)
  }

  /// What a glob stands for; nil where its brackets may be meant as steps into a value.
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

  /// `head[0]["logits"]`, where `head` is something.
  private func partOfValue(_ request: ReturnRequest) throws -> ResolvedRequest? {
    guard let (name, steps) = try? ReturnRequest.splitProjections(request.node), !steps.isEmpty,
      let value = value(of: name)
    else { return nil }
    let (argument, rest) = try project(value.argument, steps[...], request.node)
    return ResolvedRequest(
      key: request.key ?? request.node, exact: value.exact + request.node.dropFirst(name.count), node: value.node,
      value: argument, steps: rest, moment: value.moment)
  }

  /// `head.logits`, where `head` returned something with a part of that name.
  private func fieldOfResult(_ request: ReturnRequest) throws -> ResolvedRequest? {
    guard let dot = request.node.lastIndex(of: "."), let value = value(of: String(request.node[..<dot])) else {
      return nil
    }
    let field = String(request.node[request.node.index(after: dot)...])
    // A leaf's node is the whole; what it returned may be known by its parts.
    let whole = trace.naming == .exact ? lastCall[value.exact]?.result ?? value.argument : value.argument
    guard let (argument, rest) = try? project(whole, [.key(field)], request.node) else { return nil }
    // What a leaf returned is looked into when it runs, unless it is a tensor.
    if !rest.isEmpty, argument.node.map({ trace.graph[$0].type == "Tensor" }) != false { return nil }
    return ResolvedRequest(
      key: request.key ?? request.node, exact: value.exact + request.node[dot...], node: value.node, value: argument,
      steps: rest, moment: value.moment)
  }

  private func unknown(_ name: String) -> XylemError {
    ExtractErrors.unknownNode(name, mode: trace.mode.rawValue, candidates: candidates)
  }

  private func value(of name: String) -> Located? {
    if let node = trace.graph.node(named: name), node.isListed, node.operation != .output {
      return Located(node: node.name, exact: node.name, argument: .node(node.id), moment: node.id)
    }
    if let hash = name.lastIndex(of: "#"), let ordinal = Int(name[name.index(after: hash)...]) {
      let path = String(name[..<hash])
      guard let call = callsByPath[path]?.first(where: { $0.ordinal == ordinal }) else { return nil }
      return Located(node: name, exact: name, argument: call.result, moment: call.returnedAfter)
    }
    if trace.naming == .exact, let call = lastCall[name] {
      return Located(node: name, exact: name, argument: call.result, moment: call.returnedAfter)
    }
    if name == "output", let output = trace.graph.output {
      return Located(node: name, exact: name, argument: output.inputs[0], moment: output.id)
    }
    let prefix = name + "."
    guard !trace.isPruned, let last = names.last(where: { $0.hasPrefix(prefix) }),
      let node = trace.graph.node(named: last)
    else {
      return nil
    }
    return Located(node: last, exact: last, argument: .node(node.id), moment: node.id)
  }

  private func project(
    _ argument: Argument, _ steps: ArraySlice<Projection>, _ request: String
  ) throws -> (Argument, [Projection]) {
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
      let key: Argument =
        switch step {
        case .index(let index): .int(index)
        case .key(let name): .string(name)
        }
      guard let entry = entries.first(where: { $0.key == key }) else {
        let known = entries.map { String(describing: $0.key) }.joined(separator: ", ")
        throw ExtractErrors.unaddressable(request, "the keys are \(known)")
      }
      return try project(entry.value, steps.dropFirst(), request)
    default: throw ExtractErrors.unaddressable(request, "the value is no such structure")
    }
  }
}
