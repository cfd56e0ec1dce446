internal import Synchronization
internal import XylemErrors
internal import XylemGraph
internal import XylemNN
internal import XylemTensor
internal import XylemTrace

/// The plans of an extractor and the mode in which it runs, shared by the extractor and by the module that it is in
/// another model.
///
/// The plans that the extractor was made with are for the modes that the model's modules had then. If parts of the
/// model are switched later, plans for their modes are made on first use.
final class ExtractorPart: ModelPart {
  let model: any TracedModel
  let plans: [Mode: Plan]
  let traces: [Mode: Trace]
  let engines = EngineCache()
  private let isLoaded: Bool
  private let needed: NeededState

  /// The plans for modes and shapes other than the original ones, the last used at the end.
  private struct State {
    var mode: Mode
    var device = Device.cpu
    var versions: [(key: VersionKey, version: Version)] = []
    var otherShapes = OtherShapes.checked
    /// The options of the traces. Nil if the extractor was made from traces.
    var options: TraceOptions?
  }

  private struct VersionKey: Equatable {
    let modes: ModelModes
    /// Nil for the shapes of the original trace.
    var shapes: [String: KnownShape]?
  }
  private let state: Mutex<State>

  /// A plan with its trace.
  struct Version {
    let plan: Plan
    let trace: Trace
  }

  /// The number of plans that are kept for modes and shapes other than the original ones.
  private static let keptVersions = 16

  init(model: any TracedModel, plans: [Mode: Plan], traces: [Mode: Trace], mode: Mode, isLoaded: Bool) {
    (self.model, self.plans, self.traces, self.isLoaded) = (model, plans, traces, isLoaded)
    needed = NeededState(model, graphs: plans.values.map(\.graph))
    state = Mutex(State(mode: mode))
  }

  /// The mode of the next call.
  var mode: Mode {
    get { state.withLock { $0.mode } }
    set { state.withLock { $0.mode = newValue } }
  }

  /// What happens to a call with other shapes than the traced ones.
  var otherShapes: OtherShapes {
    get { state.withLock { $0.otherShapes } }
    set { state.withLock { $0.otherShapes = newValue } }
  }

  func setShapes(_ otherShapes: OtherShapes, _ options: TraceOptions) {
    state.withLock { ($0.otherShapes, $0.options) = (otherShapes, options) }
  }

  /// Takes over how another extractor of the same model computes.
  func share(with other: ExtractorPart) {
    engines.options = other.engines.options
    let (device, otherShapes, options) = other.state.withLock { ($0.device, $0.otherShapes, $0.options) }
    state.withLock { ($0.device, $0.otherShapes, $0.options) = (device, otherShapes, options) }
  }

  /// Where the tensors are that the plans need.
  var device: Device {
    get { state.withLock { $0.device } }
    set { state.withLock { $0.device = newValue } }
  }

  // MARK: - Versions

  /// The plan for the modes of the model's modules.
  ///
  /// - Throws: `extract.input` if the extractor was not made for the mode; the errors of tracing and planning.
  func version(for modes: ModelModes) throws -> Version {
    guard let plan = plans[modes.mode], let trace = traces[modes.mode] else {
      throw ExtractErrors.otherMode(modes.mode)
    }
    let pinned = trace.code?.pinned ?? [:]
    let original = ModelModes(
      modes.mode, deviating: Set(pinned.filter { $0.value != modes.mode.isTraining && needed.runs($0.key) }.keys))
    let whole = Version(plan: plan, trace: trace)
    if modes == original { return whole }
    return try keptVersion(VersionKey(modes: modes)) {
      guard let model = self.model as? SwiftModel else { throw ExtractErrors.archiveMode(modes.deviating.min() ?? "") }
      return try planned(model.trace(trace.options ?? TraceOptions(mode: modes.mode), modes), like: whole)
    }
  }

  /// A version for the shapes of a call, if it should be traced for them. Nil if the version itself will do.
  private func version(_ version: Version, for modes: ModelModes, shapes: [String: KnownShape]) throws -> Version? {
    let known = version.plan.knownShapes
    guard !known.isEmpty, shapes.contains(where: { known[$0.key] != $0.value }) else { return nil }
    return try keptVersion(VersionKey(modes: modes, shapes: shapes)) {
      guard var options = state.withLock({ $0.options }) ?? version.trace.options else {
        throw ExtractErrors.untraceable()
      }
      options.mode = modes.mode
      // An argument that the plan does not read keeps its shape.
      let given = Set(shapes.keys.map(Self.argument))
      // Values that the extractor starts from are no arguments of the model.
      let arguments = Set(known.keys.map(Self.argument))
      options.shapes = known.filter { !given.contains(Self.argument($0.key)) }
        .merging(shapes.filter { arguments.contains(Self.argument($0.key)) }) { _, new in new }
      let trace: Trace
      if let model = self.model as? SwiftModel {
        trace = try model.trace(options, modes)
      } else {
        trace = try self.model.trace(options)
      }
      let other = try planned(trace, like: version)
      // The same decisions give the same graph, and need no plan of their own.
      return other.trace.graph == version.trace.graph ? version : other
    }
  }

  /// The argument of a place in it: `images` of `images.0`.
  private static func argument(_ place: String) -> Substring { place.prefix { $0 != "." } }

  private func keptVersion(_ key: VersionKey, _ make: () throws -> Version) throws -> Version {
    let known = state.withLock { state -> Version? in
      guard let index = state.versions.firstIndex(where: { $0.key == key }) else { return nil }
      let entry = state.versions.remove(at: index)
      state.versions.append(entry)
      return entry.version
    }
    if let known { return known }
    // It is not a part of what may be recorded right now.
    let version = try Recording.$current.withValue(nil) { try make() }
    state.withLock {
      $0.versions.append((key, version))
      if $0.versions.count > Self.keptVersions { $0.versions.removeFirst() }
    }
    return version
  }

  private func planned(_ trace: Trace, like version: Version) throws -> Version {
    var editor = TraceEditor(trace, of: model)
    try editor.apply(version.trace.edits ?? [], for: version.plan.requests)
    var builder = try PlanBuilder(model: model, trace: editor.trace)
    return Version(plan: try builder.build(version.plan.requests), trace: editor.trace)
  }

  // MARK: - Running

  /// Runs the plan for the modes on positional arguments.
  func features(_ arguments: [Value], in modes: ModelModes) throws(XylemError) -> Features {
    try features(in: modes) { version throws(XylemError) in
      try callArguments(version).inputs(version.plan.arguments, arguments)
    }
  }

  /// Runs the plan for the modes on named arguments.
  func features(named arguments: [String: Value], in modes: ModelModes) throws(XylemError) -> Features {
    try features(in: modes) { version throws(XylemError) in
      try callArguments(version).inputs(version.plan.arguments, named: arguments)
    }
  }

  private func features(
    in modes: ModelModes, _ inputs: (Version) throws(XylemError) -> [Value]
  ) throws(XylemError) -> Features {
    let version: Version = try typed { try self.version(for: modes) }
    let given = try inputs(version)
    if otherShapes == .retracing {
      let shapes = try version.plan.shapes(of: given)
      if let other: Version = try typed({ try self.version(version, for: modes, shapes: shapes) }) {
        return try features(other, try inputs(other))
      }
    }
    return try features(version, given)
  }

  private func features(_ version: Version, _ inputs: [Value]) throws(XylemError) -> Features {
    let device = device
    return try version.plan.features(device == .cpu ? inputs : Value.moved(inputs, to: device), engines)
  }

  private func callArguments(_ version: Version) -> CallArguments {
    CallArguments(version.trace, isSaved: isLoaded || version.trace.isPruned)
  }

  func typed<Result>(_ body: () throws -> Result) throws(XylemError) -> Result {
    do { return try body() } catch let error as XylemError { throw error } catch {
      throw XylemError(.extractExecution, "the model's own code failed", cause: error)
    }
  }

  // MARK: - As a part of another model

  func needs(tensor name: String, of path: String) -> Bool { needed.contains(name, of: path) }

  func needs(module path: String) -> Bool { needed.runs(path) }

  func run(_ arguments: [Value], in modes: ModelModes) throws -> Value {
    try features(arguments, in: modes).moduleValue
  }

  func results(in modes: ModelModes) throws -> [(key: String, type: String)] {
    let plan = try version(for: modes).plan
    return plan.resolved.map { request in
      guard request.steps.isEmpty, case .node(let id) = request.value else { return (request.key, "Any") }
      return (request.key, plan.graph[id].type)
    }
  }

  func graph(_ arguments: [Value], in modes: ModelModes) throws -> PartGraph? {
    let version = try version(for: modes)
    guard version.trace.code != nil else { return nil }
    let plan = version.plan
    let values = try callArguments(version).inputs(plan.arguments, arguments)
    let nodes = plan.graph.placeholders.map(\.node.id)
    return PartGraph(
      trace: version.trace, graph: plan.graph,
      inputs: Dictionary(zip(nodes, values), uniquingKeysWith: { first, _ in first }),
      results: plan.resolved.enumerated().map { index, request in
        PartGraph.Result(
          key: request.key, value: request.value, steps: request.steps.map(\.partStep), moment: request.moment,
          isOverwritten: !plan.overwriters[index].isEmpty)
      })
  }
}

extension Projection {
  fileprivate var partStep: PartGraph.Step {
    switch self {
    case .index(let index): .index(index)
    case .key(let key): .key(key)
    }
  }
}
