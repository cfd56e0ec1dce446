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
  /// Whether the name is no more than the beginning of the node's.
  var isPrefix = false
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
    if let part = try part(request) { return [part] }
    let glob = Glob(request.node)
    if !glob.isLiteral, let matches = try matches(of: glob, request) { return matches }
    // Where brackets are neither steps into a value nor a pattern, this says so.
    if let open = request.node.firstIndex(of: "["), open != request.node.startIndex {
      _ = try Projection.steps(request.node[open...], of: request.node)
    }
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

  /// `head[0]`, `head.logits`, `output.levels[1].image`: the longest beginning that names a value, and steps into it.
  private func part(_ request: ReturnRequest) throws -> ResolvedRequest? {
    let text = request.node
    for cut in text.indices.reversed() where text[cut] == "." || text[cut] == "[" {
      guard let value = value(of: String(text[..<cut])), let steps = try? Projection.steps(text[cut...], of: text)
      else {
        continue
      }
      let isDotted = text[cut] == "."
      var whole = value.argument
      if isDotted {
        // A module's parts are those of what it returned, also where its name means the last node below it.
        let result = lastCall[value.isPrefix ? String(text[..<cut]) : value.exact]?.result
        guard result != nil || !value.isPrefix else { continue }
        if value.isPrefix || trace.naming == .exact { whole = result ?? whole }
      }
      // A tensor has no parts: then the name is one that nothing has.
      guard hasParts(whole) || !isDotted else { return nil }
      let (argument, rest) = try project(whole, steps[...], text)
      guard rest.isEmpty || !isDotted || hasParts(argument) else { return nil }
      return ResolvedRequest(
        key: request.key ?? text, exact: value.exact + text[cut...], node: value.node, value: argument, steps: rest,
        moment: value.moment)
    }
    return nil
  }

  /// Whether steps may lead into a value; what is known only when it runs is looked into then.
  private func hasParts(_ argument: Argument) -> Bool {
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
    return Located(node: last, exact: last, argument: .node(node.id), moment: node.id, isPrefix: true)
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
      let keys: [Argument] =
        switch step {
        case .index(let index): [.int(index), .string(String(index))]
        case .key(let name): [.string(name)]
        }
      guard let entry = keys.lazy.compactMap({ key in entries.first { $0.key == key } }).first else {
        let known = entries.map { String(describing: $0.key) }.joined(separator: ", ")
        throw ExtractErrors.unaddressable(request, "the keys are \(known)")
      }
      return try project(entry.value, steps.dropFirst(), request)
    default: throw ExtractErrors.unaddressable(request, "the value has another structure")
    }
  }
}
