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

  /// The plans for modes other than the original ones.
  private struct State {
    var mode: Mode
    var versions: [(modes: ModelModes, version: Version)] = []
  }
  private let state: Mutex<State>

  /// A plan with its trace.
  struct Version {
    let plan: Plan
    let trace: Trace
  }

  /// The number of plans that are kept for modes other than the original ones.
  private static let keptVersions = 8

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
    if modes == original { return Version(plan: plan, trace: trace) }
    if let known = state.withLock({ $0.versions.first { $0.modes == modes }?.version }) { return known }
    let version = try makeVersion(modes, like: plan, trace)
    state.withLock {
      $0.versions.append((modes, version))
      if $0.versions.count > Self.keptVersions { $0.versions.removeFirst() }
    }
    return version
  }

  private func makeVersion(_ modes: ModelModes, like plan: Plan, _ original: Trace) throws -> Version {
    guard let model = model as? SwiftModel else { throw ExtractErrors.archiveMode(modes.deviating.min() ?? "") }
    // It is not a part of what may be recorded right now.
    return try Recording.$current.withValue(nil) {
      let trace = try model.trace(original.options ?? TraceOptions(mode: modes.mode), modes)
      var builder = try PlanBuilder(model: model, trace: trace)
      return Version(plan: try builder.build(plan.requests), trace: trace)
    }
  }

  // MARK: - Running

  /// Runs the plan for the modes on positional arguments.
  func features(_ arguments: [Value], in modes: ModelModes) throws(XylemError) -> Features {
    let version: Version = try typed { try self.version(for: modes) }
    let inputs = try callArguments(version).inputs(version.plan.arguments, arguments)
    return try version.plan.features(inputs, engines)
  }

  /// Runs the plan for the modes on named arguments.
  func features(named arguments: [String: Value], in modes: ModelModes) throws(XylemError) -> Features {
    let version: Version = try typed { try self.version(for: modes) }
    let inputs = try callArguments(version).inputs(version.plan.arguments, named: arguments)
    return try version.plan.features(inputs, engines)
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
