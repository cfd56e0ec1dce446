internal import XylemErrors
public import XylemTensor
public import XylemTrace

extension FeatureExtractor {
  /// An extractor of the same model that replaces a value on its way.
  ///
  ///     let ablated = try extractor.replacing("layer2.0.relu", with: .zero)
  ///     let doubled = try extractor.replacing("layer3") { try $0 * 2 }
  ///
  /// All that runs after the value uses the other one, and a request for the value returns the other one, as with a
  /// forward hook of PyTorch that returns a value. A name means what it means in a request: `relu` one call of the
  /// module, `relu_1` the next; the path of a module what its last call returned.
  ///
  /// This extractor is unchanged. Both share the model. An extractor with compiled code in it can't be saved.
  ///
  /// - Parameters:
  ///   - node: the value: a tensor.
  ///   - replacement: what takes its place.
  ///   - modes: the modes in which it is replaced. Nil for all of the extractor's.
  /// - Throws: `extract.unknown-node`; `extract.replacement` for a value that is not a tensor; `extract.input` for a mode
  ///   that the extractor was not made for.
  public func replacing(
    _ node: String, with replacement: ValueReplacement, in modes: [Mode]? = nil
  ) throws -> FeatureExtractor {
    for mode in modes ?? [] where plans[mode] == nil { throw ExtractErrors.otherMode(mode) }
    var (plans, traces) = (plans, traces)
    for mode in modes ?? Array(plans.keys) {
      guard let plan = plans[mode], let trace = traces[mode] else { continue }
      var editor = TraceEditor(trace, of: model)
      try editor.replace(node, with: replacement)
      var builder = try PlanBuilder(model: model, trace: editor.trace)
      plans[mode] = try builder.build(plan.requests)
      traces[mode] = editor.trace
    }
    return FeatureExtractor(sharing: self, plans: plans, traces: traces)
  }

  /// An extractor of the same model that replaces a value by what code computes from it.
  ///
  ///     let doubled = try extractor.replacing("layer3") { try $0 * 2 }
  ///
  /// - Parameters:
  ///   - node: the value: a tensor.
  ///   - modes: the modes in which it is replaced. Nil for all of the extractor's.
  ///   - transform: makes the other value. Gradients flow through it.
  /// - Throws: as ``replacing(_:with:in:)``. Errors of the code are the cause of the call's error.
  public func replacing(
    _ node: String, in modes: [Mode]? = nil, with transform: @escaping @Sendable (Tensor) throws -> Tensor
  ) throws -> FeatureExtractor {
    try replacing(node, with: .computed(by: transform), in: modes)
  }

  /// The keys of the current mode whose features are replaced values, or have one as a part, in order.
  public var replacedKeys: [String] {
    let replaced = Set(traces[mode]?.replacedNodes ?? [])
    return zip(plan.keys, plan.valueNodes).filter { !replaced.isDisjoint(with: $0.1) }.map(\.0)
  }

  /// Makes an extractor of another extractor's values: it has the same model and replaces the same values. Names are the
  /// model's.
  ///
  /// - Parameters:
  ///   - extractor: the other extractor.
  ///   - requests: the nodes to return in every mode of the other extractor.
  /// - Throws: `extract.unknown-node`, `extract.duplicate-key`, `extract.nothing-requested`, `extract.unaddressable`;
  ///   `extract.start` if the other extractor does not start from the inputs of `forward`. An extractor from a file knows
  ///   only the nodes that it was saved with.
  public convenience init(of extractor: FeatureExtractor, returning requests: [ReturnRequest]) throws {
    var plans: [Mode: Plan] = [:]
    for (mode, trace) in extractor.traces {
      for case .start(let names) in trace.edits ?? [] { throw ExtractErrors.startedElsewhere(names, requests) }
      var builder = try PlanBuilder(model: extractor.model, trace: trace)
      plans[mode] = try builder.build(requests)
    }
    self.init(sharing: extractor, plans: plans, traces: extractor.traces)
  }

  private convenience init(sharing other: FeatureExtractor, plans: [Mode: Plan], traces: [Mode: Trace]) {
    self.init(
      model: other.model, plans: plans, traces: traces, mode: other.mode, loaded: other.loaded,
      otherPlugins: other.otherPlugins, suppression: other.suppression)
    part.share(with: other.part)
  }
}
