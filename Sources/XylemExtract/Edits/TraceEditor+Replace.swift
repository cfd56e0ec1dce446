internal import XylemErrors
internal import XylemGraph
internal import XylemPlugins
internal import XylemTensor
internal import XylemTrace

extension TraceEditor {
  /// Replaces a value: all that runs after it uses another one, which has its name from then on.
  ///
  /// - Throws: `extract.unknown-node`; `extract.replacement` for a value that is not a tensor.
  mutating func replace(_ name: String, with replacement: ValueReplacement) throws {
    let place = try place(of: name, RequestResolver(trace)) { ExtractErrors.irreplaceable(name, $0) }
    let next = next(after: place.moment)
    let old = trace.graph[place.id]
    var made: Set<NodeID> = []
    func add(_ operation: Operation, _ inputs: [NodeInput], _ suffix: String, effects: Effects = .none) -> NodeID {
      var name = "\(old.name)'\(suffix)"
      while trace.graph.node(named: name) != nil { name += "'" }
      let id =
        if let next {
          trace.graph.insert(
            operation, name: name, inputs: inputs, before: next, modulePath: old.modulePath, effects: effects,
            location: old.location, isListed: false)
        } else {
          trace.graph.append(
            operation, name: name, inputs: inputs, modulePath: old.modulePath, effects: effects,
            location: old.location, isListed: false)
        }
      made.insert(id)
      return id
    }
    func zeros() -> NodeID {
      add(.operator(name: "aten::zeros_like"), [.node(place.id)] + Array(repeating: .none, count: 5), "zeros")
    }
    let value: NodeID
    switch replacement.form {
    case .zero: value = zeros()
    case .mean:
      let mean = add(.operator(name: "aten::mean"), [.node(place.id), .none], "mean")
      let zeros = zeros()
      value = add(.operator(name: "aten::add.Tensor"), [.node(zeros), .node(mean), .int(1)], "means")
    case .leaf(let leaf):
      try checkSignature(of: leaf, replacing: name)
      let rule = LeafPolicy.Rule.plugin(leaf)
      value = add(
        .leafFunction(LeafFunction(name: leaf.name, qualifiedName: leaf.name, provider: rule.provider)),
        [.node(place.id)], leaf.name, effects: rule.effects(inputs: 1, in: trace.mode) ?? .unknown(inputs: 1))
    case .code(let transform):
      value = add(
        .leafFunction(LeafFunction(name: "replacement", qualifiedName: "replacement")), [.node(place.id)],
        "replacement",
        effects: Effects(writes: [0], aliases: [0], usesRandomState: true))
      let leaf = HostLeaf(
        call: { values in
          guard case .tensor(let tensor)? = values.first else {
            throw XylemError(.extractReplacement, "the value of '\(name)' is not a tensor")
          }
          return .tensor(try transform(tensor))
        }, expand: { _, _ in nil })
      trace.replacements[value] = leaf
      trace.code = trace.code?.adding([value: leaf])
    }
    trace.graph.substitute(place.id, by: value, after: place.moment, except: made)
    trace.replacedNodes = (trace.replacedNodes ?? []).filter { $0 != place.id } + [value]
    trace.edits = (trace.edits ?? []) + [.replace(name, replacement)]
  }

  /// Checks that a plugin's function takes one tensor and returns one.
  private func checkSignature(of leaf: PluginLeaf, replacing name: String) throws {
    guard leaf.kind == .function else {
      throw ExtractErrors.irreplaceable(
        name, "'\(leaf.name)' of the plugin \(leaf.plugin.id) is a module, not a function")
    }
    let signature = try LeafRegistry.function(leaf.name, of: leaf.plugin).signature
    guard signature.parameters.count == 1, [.tensor, .writtenTensor].contains(signature.parameters[0].content),
      signature.result == .plain(.tensor)
    else {
      throw ExtractErrors.irreplaceable(
        name, "the function '\(leaf.name)' is \(signature), and not of one tensor to one tensor")
    }
  }
}
