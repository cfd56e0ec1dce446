public import XylemDiff
public import XylemErrors
package import XylemGraph
internal import XylemNN
public import XylemPlugins
internal import XylemScript
public import XylemTensor
public import XylemTrace

/// Runs a model only as far as some of its values need, and returns those values.
///
/// The modules are shared with the model: nothing is copied, and creating an extractor does not change the model's
/// flags, buffers or parameters. Running in train mode updates what the model's own code updates, such as the
/// statistics of batch norm. In eval mode, several threads may call it at once.
///
///     let model = try ScriptModel(path: "resnet18.pt")
///     let extractor = try FeatureExtractor(of: model, returning: ["layer1", "layer3"])
///     let features = try extractor(image)
///     try features["layer3"].sizes  // [1, 256, 14, 14]
///
/// An extractor is a module where a module holds it: a stored property adds the parameters, buffers and modules that the
/// extractor needs, with the model's own keys below the property's.
///
///     final class Detector: Module, Layer {
///       let body: FeatureExtractor  // body.conv1.weight, body.bn1.weight, …
///       let head = Conv2d(256, 4, kernelSize: 1)
///       init(_ backbone: ResNet) throws {
///         body = try FeatureExtractor(of: backbone, returning: ["layer3": "0"], options: TraceOptions(mode: .train))
///       }
///       func forward(_ x: Tensor) throws -> Tensor { try head(body(x)["0"]) }
///     }
///
/// `train()` and `eval()` of the holder switch the extractor too. Until then it is in the mode of its options.
public final class FeatureExtractor: Sendable {
  /// The model.
  public var model: any TracedModel { part.model }
  /// The plans, by mode, for the modes that the model's modules had when the extractor was made.
  public var plans: [Mode: Plan] { part.plans }
  /// The traces of the plans.
  public var traces: [Mode: Trace] { part.traces }

  /// The name of the file that the model came from, without folders.
  let modelName: String
  /// The contents of the extractor's file, if it was loaded from one. If so, the model has only what the extractor
  /// needs.
  let loaded: LoadedCode?

  /// Plugins, as recorded in the file, for which a different file is used; see
  /// ``init(path:allowsOtherPlugins:models:)``.
  public let otherPlugins: [PluginIdentity]

  /// The differences between the modes that ``warnings`` leaves out.
  public let suppression: DiffSuppression

  /// What the extractor shares with the module that it is in another model.
  let part: ExtractorPart
  let partModule: PartModule

  /// Traces a model and plans what some of its values need, in both modes or in the given ones.
  ///
  /// An extractor can start in the middle of a model, from values that another one returned. Both together compute what
  /// the whole computes, bit for bit:
  ///
  ///     let first = try FeatureExtractor(of: model, returning: ["layer3"])
  ///     let second = try FeatureExtractor(of: model, from: ["layer3"], returning: ["fc"])
  ///     try second(first(image)["layer3"])["fc"]
  ///
  /// - Parameters:
  ///   - starts: the values that are the inputs, in the order of the call's arguments. Arguments of `forward` that are
  ///     needed besides are named too. Empty for the inputs of `forward`.
  ///   - requests: the nodes to return in every mode.
  ///   - trainRequests: the nodes to return in train mode instead.
  ///   - evalRequests: the nodes to return in eval mode instead.
  ///   - options: the tracing options; their mode is the one that the extractor starts in.
  ///   - shapes: the shapes that inputs have while the model is traced, by argument name, added to those of the options:
  ///     what depends on nothing but shapes is traced through. See `TraceOptions.shapes`.
  ///   - otherShapes: what happens to a call with other shapes.
  ///   - modes: the modes to trace and plan.
  ///   - suppression: the differences between the modes that ``warnings`` leaves out.
  ///   - suppressDiffWarning: whether all differences are suppressed, as in torchvision.
  ///   - device: where features are computed; see ``move(to:)``.
  /// - Throws: as ``ScriptModel/trace(_:)``; `runtime.device`; `extract.unknown-node`, `extract.duplicate-key`,
  ///   `extract.nothing-requested`, `extract.unaddressable`; `extract.start` for values to start from that do not suffice,
  ///   with those that are missing; `extract.input` for an empty list of modes.
  public convenience init(
    of traceable: some Traceable, from starts: [String] = [], returning requests: [ReturnRequest] = [],
    inTrain trainRequests: [ReturnRequest]? = nil,
    inEval evalRequests: [ReturnRequest]? = nil, options: TraceOptions = TraceOptions(),
    shapes: [String: KnownShape] = [:], otherShapes: OtherShapes = .checked,
    modes: [Mode] = Mode.allCases, suppressing suppression: DiffSuppression = [], suppressDiffWarning: Bool = false,
    device: Device = .cpu
  ) throws {
    guard !modes.isEmpty else { throw ExtractErrors.input("an extractor needs at least one mode") }
    let model = try traceable.tracedModel()
    var options = options
    options.shapes.merge(shapes) { _, new in new }
    var traces: [Mode: Trace] = [:]
    for mode in modes {
      var options = options
      options.mode = mode
      traces[mode] = try model.trace(options)
    }
    try self.init(
      of: model, traces: traces, from: starts, returning: requests, inTrain: trainRequests, inEval: evalRequests,
      mode: options.mode, suppressing: suppression, suppressDiffWarning: suppressDiffWarning)
    part.setShapes(otherShapes, options)
    if device != .cpu { try move(to: device) }
  }

  /// Traces a model and plans what some of its values need, with a key for each node.
  ///
  ///     let extractor = try FeatureExtractor(of: model, returning: ["layer1": "feat1", "layer3": "feat2"])
  ///     try extractor(image).keys  // ["feat1", "feat2"]
  ///
  /// - Parameters:
  ///   - starts: the values that are the inputs. Empty for the inputs of `forward`.
  ///   - requests: the nodes to return in every mode, with their keys, in order.
  ///   - trainRequests: the nodes to return in train mode instead.
  ///   - evalRequests: the nodes to return in eval mode instead.
  ///   - options: the tracing options; their mode is the one that the extractor starts in.
  ///   - shapes: the shapes that inputs have while the model is traced, by argument name, added to those of the options:
  ///     what depends on nothing but shapes is traced through. See `TraceOptions.shapes`.
  ///   - otherShapes: what happens to a call with other shapes.
  ///   - modes: the modes to trace and plan.
  ///   - suppression: the differences between the modes that ``warnings`` leaves out.
  ///   - suppressDiffWarning: whether all differences are suppressed, as in torchvision.
  ///   - device: where features are computed; see ``move(to:)``.
  /// - Throws: as the initializer that takes requests.
  public convenience init(
    of traceable: some Traceable, from starts: [String] = [], returning requests: KeyValuePairs<String, String>,
    inTrain trainRequests: KeyValuePairs<String, String>? = nil,
    inEval evalRequests: KeyValuePairs<String, String>? = nil, options: TraceOptions = TraceOptions(),
    shapes: [String: KnownShape] = [:], otherShapes: OtherShapes = .checked,
    modes: [Mode] = Mode.allCases, suppressing suppression: DiffSuppression = [], suppressDiffWarning: Bool = false,
    device: Device = .cpu
  ) throws {
    func keyed(_ pairs: KeyValuePairs<String, String>) -> [ReturnRequest] {
      pairs.map { ReturnRequest($0.key, as: $0.value) }
    }
    try self.init(
      of: traceable, from: starts, returning: keyed(requests), inTrain: trainRequests.map(keyed),
      inEval: evalRequests.map(keyed),
      options: options, shapes: shapes, otherShapes: otherShapes, modes: modes, suppressing: suppression,
      suppressDiffWarning: suppressDiffWarning, device: device)
  }

  /// Plans what some of a model's values need, from existing traces.
  ///
  /// - Parameters:
  ///   - traces: traces of this model, by mode.
  ///   - starts: the values that are the inputs. Empty for the inputs of `forward`.
  ///   - requests: the nodes to return in every mode.
  ///   - trainRequests: the nodes to return in train mode instead.
  ///   - evalRequests: the nodes to return in eval mode instead.
  ///   - mode: the mode that the extractor starts in, if it has a trace for it.
  ///   - suppression: the differences between the modes that ``warnings`` leaves out.
  ///   - suppressDiffWarning: whether all differences are suppressed, as in torchvision.
  /// - Throws: `extract.unknown-node`, `extract.duplicate-key`, `extract.nothing-requested`, `extract.unaddressable`;
  ///   `extract.start`; `extract.input` without a trace.
  public convenience init(
    of model: any TracedModel, traces: [Mode: Trace], from starts: [String] = [],
    returning requests: [ReturnRequest] = [], inTrain trainRequests: [ReturnRequest]? = nil,
    inEval evalRequests: [ReturnRequest]? = nil, mode: Mode = .eval,
    suppressing suppression: DiffSuppression = [], suppressDiffWarning: Bool = false
  ) throws {
    guard let other = traces.keys.first else { throw ExtractErrors.input("an extractor needs at least one mode") }
    var plans: [Mode: Plan] = [:]
    var traces = traces
    for (mode, trace) in traces {
      let requests = (mode == .train ? trainRequests : evalRequests) ?? requests
      var editor = TraceEditor(trace, of: model)
      if !starts.isEmpty { try editor.apply([.start(at: starts)], for: requests) }
      var builder = try PlanBuilder(model: model, trace: editor.trace)
      plans[mode] = try builder.build(requests)
      traces[mode] = editor.trace
    }
    self.init(
      model: model, plans: plans, traces: traces, mode: traces[mode] == nil ? other : mode,
      suppression: suppressDiffWarning ? .all : suppression)
  }

  init(
    model: any TracedModel, plans: [Mode: Plan], traces: [Mode: Trace], mode: Mode, loaded: LoadedCode? = nil,
    otherPlugins: [PluginIdentity] = [], suppression: DiffSuppression = []
  ) {
    part = ExtractorPart(model: model, plans: plans, traces: traces, mode: mode, isLoaded: loaded != nil)
    partModule = PartModule(part)
    self.otherPlugins = otherPlugins
    self.suppression = suppression
    self.loaded = loaded
    modelName = loaded?.modelName ?? model.name
  }

  /// The mode of the next call.
  public var mode: Mode { part.mode }

  /// What computes the features: libtorch alone unless this is set.
  ///
  ///     extractor.engineOptions = EngineOptions(.auto)
  ///     let features = try TensorRuntime.withGradients(false) { try extractor(image) }
  ///
  /// An engine compiles the plan for the shapes of a call's inputs, on the first call with them, which takes a second
  /// or so. What it compiled is compared with libtorch; parts whose values differ, and what no engine computes (leaves
  /// of plugins, regions, random numbers), stay in libtorch. So do train mode and calls that record gradients.
  /// Features then equal libtorch's within 1e-4 of a feature's largest value. See ``engineReport``.
  public var engineOptions: EngineOptions {
    get { part.engines.options }
    set { part.engines.options = newValue }
  }

  /// What happens to a call whose inputs have other shapes than those that the model was traced with. Only an extractor
  /// with known shapes has use for it.
  public var otherShapes: OtherShapes {
    get { part.otherShapes }
    set { part.otherShapes = newValue }
  }

  /// What the last call computed with which engine, and why. Nil before a call, and if libtorch alone computes. Before the
  /// first call of an extractor that was loaded from a file, it is that of the last call before it was saved, without
  /// times.
  public var engineReport: EngineReport? { part.engines.report }

  /// Switches to train mode: its graph, with the leaves in train mode.
  ///
  /// - Throws: `extract.input` if the extractor was not made for train mode.
  public func train() throws(XylemError) { try switchMode(to: .train) }

  /// Switches to eval mode.
  ///
  /// - Throws: `extract.input` if the extractor was not made for eval mode.
  public func eval() throws(XylemError) { try switchMode(to: .eval) }

  private func switchMode(to mode: Mode) throws(XylemError) {
    guard plans[mode] != nil else { throw ExtractErrors.otherMode(mode) }
    part.mode = mode
  }

  /// The plan of the current mode. If parts of the model were switched since the extractor was made, calls run a plan for
  /// their modes instead.
  public var plan: Plan {
    guard let plan = plans[mode] else { preconditionFailure("an extractor has a plan for its own mode") }
    return plan
  }

  /// Runs the model on positional arguments, as far as needed.
  ///
  /// Gradients are recorded if the calling thread records them.
  ///
  /// Every argument is checked, including one that the features do not need, which may be omitted.
  ///
  /// - Throws: `extract.input` for too many arguments, a missing one, one of the wrong type, and one that differs from
  ///   the value fixed when the model was traced; `extract.execution` with the node that failed; `extract.guard` if an
  ///   assumption of the trace does not hold.
  public func callAsFunction(_ arguments: [Value]) throws(XylemError) -> Features {
    try run(arguments, at: CallSite(#fileID, #line))
  }

  /// Runs the model on named arguments. Other arguments take their defaults.
  ///
  /// - Throws: as ``callAsFunction(_:)-swift.method``; `extract.input` for a name that `forward` does not have.
  public func callAsFunction(named arguments: [String: Value]) throws(XylemError) -> Features {
    try part.features(named: arguments, in: partModule.modes)
  }

  /// The names of forward's arguments, in order, including those that were fixed when the model was traced.
  public var argumentNames: [String] { traces[mode]?.arguments.map(\.name) ?? [] }
}

extension Plan {
  /// Runs the plan on the arguments that it reads.
  func features(_ inputs: [Value], _ engines: EngineCache) throws(XylemError) -> Features {
    let result: ProgramResult
    do throws(Program.Failure) {
      result = try engines.run(program, inputs, mode: mode, origins: origins)
    } catch {
      throw describe(error, on: inputs)
    }
    var values: [Value] = []
    for (index, value) in result.values.enumerated() {
      values.append(try project(value.named(like: structures[index]), steps[index], keys[index]))
    }
    return Features(keys: keys, values: values, copiedKeys: result.copied.map { protectedKeys[$0] })
  }

  /// Takes a part out of a structured value.
  func project(_ value: Value, _ steps: [Projection], _ request: String) throws(XylemError) -> Value {
    var current = value
    for step in steps {
      switch (try current.unpacked(), step) {
      case (.list(let elements), .index(let index)), (.tuple(let elements, _), .index(let index)):
        let position = index < 0 ? index + elements.count : index
        guard elements.indices.contains(position) else {
          throw ExtractErrors.unaddressable(request, "there are \(elements.count) elements")
        }
        current = elements[position]
      case (.tuple(let elements, let names), .key(let name)):
        guard let position = names.firstIndex(of: name) else {
          throw ExtractErrors.unaddressable(request, "the value has no part with that name")
        }
        current = elements[position]
      case (.dictionary(let entries), _):
        let found = entries.first { entry in
          switch (entry.key, step) {
          case (.literal(.string(let key)), .key(let name)): key == name
          case (.literal(.int(let key)), .index(let index)): key == index
          case (.literal(.string(let key)), .index(let index)): key == String(index)
          default: false
          }
        }
        guard let found else { throw ExtractErrors.unaddressable(request, "the value has no such key") }
        current = found.value
      default: throw ExtractErrors.unaddressable(request, "the value has a different structure")
      }
    }
    return current
  }
}

extension Value {
  /// The value with the names that a structure of the graph has for its tuples. Tuples that a plan assembles have no
  /// names of their own.
  fileprivate func named(like structure: NodeInput?) throws(XylemError) -> Value {
    guard let structure, structure.hasNames else { return self }
    switch (structure, try unpacked()) {
    case (.tuple(let parts, let names), .tuple(let elements, let own)):
      return .tuple(try Self.named(elements, like: parts), names: names ?? own)
    case (.list(let parts), .list(let elements)): return .list(try Self.named(elements, like: parts))
    case (.dictionary(let parts), .dictionary(let entries)):
      let values = try Self.named(entries.map(\.value), like: parts.map(\.value))
      return .dictionary(Array(zip(entries.map(\.key), values)))
    default: return self
    }
  }

  private static func named(_ values: [Value], like structures: [NodeInput]) throws(XylemError) -> [Value] {
    guard values.count == structures.count else { return values }
    var named: [Value] = []
    for (value, structure) in zip(values, structures) { named.append(try value.named(like: structure)) }
    return named
  }
}

extension NodeInput {
  /// Whether any tuple in the structure has names.
  var hasNames: Bool {
    switch self {
    case .tuple(let elements, let names): names != nil || elements.contains(where: \.hasNames)
    case .list(let elements): elements.contains(where: \.hasNames)
    case .dictionary(let entries): entries.contains { $0.value.hasNames }
    default: false
    }
  }
}

extension Program.Failure {
  /// The failure, with the node at which it happened.
  package func described(_ origins: [Node], in graph: Graph) -> XylemError {
    if origin == -1, error.id.rawValue.hasPrefix("engine.") { return error }
    // A check in Swift says itself what it found.
    if !isCheck, error.id == .extractGuard { return error }
    let node = origins.indices.contains(origin) ? origins[origin] : nil
    if isCheck, let node, case .guard(let assumption) = node.operation {
      let condition = node.inputs[0].node.map { graph[$0].name } ?? "the condition"
      return ExtractErrors.failedGuard(at: node, assumption, condition: condition)
    }
    return ExtractErrors.execution(at: node, error)
  }
}
