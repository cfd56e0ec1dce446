internal import XylemErrors
internal import XylemGraph
internal import XylemScript

extension ScriptModel {
  /// Traces `forward` in one mode.
  ///
  /// The model is not changed: modes, buffers and random state stay the same.
  ///
  /// An argument that would keep its default becomes an input if `forward` does not accept the default, as in a
  /// detector that requires its targets in train mode. A note says so.
  ///
  /// - Throws: `trace.control-flow`, `trace.concrete-value`, `trace.unsupported`, `trace.raised` with the module, the
  ///   source line and remedies; `trace.no-forward`, `trace.unknown-argument`, `trace.argument`, `trace.limit`,
  ///   `trace.recursion`.
  public func trace(_ options: TraceOptions = TraceOptions()) throws -> Trace {
    do {
      return try traceAsTold(options)
    } catch let error as XylemError where error.id == .traceRaised {
      let kept = try options.taking(forwardArguments()).filter { $0.role == .atDefault }.map(\.name)
      guard !kept.isEmpty else { throw error }
      var open = options
      open.symbolic.formUnion(kept)
      guard var trace = try? traceAsTold(open) else { throw error }
      let reason = error.cause.map { ": \($0)" } ?? ""
      trace.notes.insert(
        TraceNote(
          kind: .defaultArgument, path: "",
          reason: "forward raises where \(kept.joined(separator: ", ")) has its default, so it is an input\(reason)"),
        at: 0)
      return trace
    }
  }

  private func traceAsTold(_ options: TraceOptions) throws -> Trace {
    TraceLog.current?.add(options)
    var dynamic: Set<String> = []
    var budget = TraceBudget(options)
    while true {
      let tracer = ScriptTracer(model: self, options: options, dynamicAttributes: dynamic, budget: budget)
      defer { budget = tracer.budget }
      do {
        return try tracer.withKnownShapes { try tracer.trace() }
      } catch let restart as RestartTrace {
        // Forward writes the attribute: it must be read at run time, from the start.
        dynamic.insert(restart.attribute)
      }
    }
  }
}

/// Thrown if an attribute that was treated as a constant is written.
struct RestartTrace: Error {
  let attribute: String
}

/// Runs a model's code once with stand-ins for values that depend on the input, and records its operations.
final class ScriptTracer {
  let model: ScriptModel
  let options: TraceOptions
  /// Paths of attributes that `forward` writes.
  let dynamicAttributes: Set<String>
  let policy: LeafPolicy

  var core: TraceCore
  /// The modules whose code runs, outermost first.
  var modules: [ModuleFrame] = []
  /// Containers that were read from attributes, so that each is one object throughout the trace.
  var containers: [String: TracedValue] = [:]
  /// Attributes that were treated as constants, once for each read.
  var constantReads: [ConstantRead] = []
  /// Entries that the code added to dictionaries of the model as a cache, in order.
  var foldedEntries: [(dictionary: TracedDictionary, key: TracedValue)] = []
  /// Results of regions that are not set on every path through their code.
  var unsetNodes: Set<NodeID> = []
  /// The flags of modules that differ from the trace's mode.
  let pinned: [UInt64: Bool]
  /// Plugins' code, to find shapes.
  var plugins: PluginLeaves
  var budget: TraceBudget
  /// The time that finding shapes took before the trace started again.
  let excludedBefore: Double
  /// The number of tensors that hold numbers so far; each is identified by its number.
  var numberCount = 0
  var depth = 0
  var blockDepth = 0
  /// The running code, innermost last, for places in errors.
  var running: [(code: ScriptCode, statement: Int)] = []
  /// The running functions that could be leaf functions instead, innermost last, for remedies.
  var functions: [String] = []

  struct ModuleFrame {
    let module: ScriptModule
    /// The path under which operations are named.
    let path: String
    /// That path under the other naming.
    let otherPath: String
    /// Whether the whole call can become one node instead.
    let canBecomeLeaf: Bool
  }

  init(model: ScriptModel, options: TraceOptions, dynamicAttributes: Set<String>, budget: TraceBudget) {
    self.budget = budget
    excludedBefore = budget.excludedSeconds
    self.model = model
    self.options = options
    self.dynamicAttributes = dynamicAttributes
    policy = options.policy
    core = TraceCore(options: options, modulePaths: model.modulePaths)
    plugins = PluginLeaves(model, mode: options.mode)
    pinned = Dictionary(
      model.pinnedModules.map { ($0.identity, $0.isTraining ?? false) }, uniquingKeysWith: { first, _ in first })
  }

  func trace() throws -> Trace {
    let root = model.root
    let (function, method) = try model.forwardMethod(of: root)
    core.arguments = try options.taking(model.forwardArguments())
    core.shapes = try ShapeEvaluator(model, core.arguments, code: self)
    modules.append(ModuleFrame(module: root, path: "", otherPath: "", canBecomeLeaf: false))
    // Placeholders precede everything else.
    var inputs = core.arguments.enumerated().map { position, argument in value(of: argument, at: position) }
    for (position, argument) in core.arguments.enumerated() {
      guard case .symbol(let node) = inputs[position], let structure = argument.structure else { continue }
      inputs[position] = parts(of: node, argument.type, structure)
    }
    let given = try runPreHooks(of: root, inputs)
    var result: TracedValue
    if let rule = policy.rule(forModule: root.type, at: "") {
      core.usedRules.insert(rule)
      result = try emitLeafModule(
        root, function: function, method: method, arguments: given, rule: rule,
        type: resultType(of: model.code(of: function)))
    } else {
      result = try runRoot(function, [.module(root)] + given)
    }
    result = try runHooks(of: root, given, result)
    try checkConstantReads()
    core.emitOutput(try argument(from: result), rootType: root.type)
    hideLiftedParameters()
    var trace = core.finish(pinned: model.pinnedModules.map { ($0.path, $0.type) })
    let firstPaths = model.twins.firstPaths
    if !firstPaths.isEmpty { trace.firstPaths = firstPaths }
    return trace
  }

  /// The type of a function's result.
  private func resultType(of code: ScriptCode) -> String {
    let results = code.operands[code.blocks[0].outputs]
    return results.count == 1 ? typeName(results[results.startIndex], code) : results.isEmpty ? "None" : "Tuple"
  }

  private func runRoot(_ function: ScriptFunction, _ arguments: [TracedValue]) throws -> TracedValue {
    let code = try model.code(of: function)
    return try run(code, arguments)
  }

  /// An argument while it is traced: a constant, or the value of a node.
  private func value(of argument: ForwardArgument, at position: Int) -> TracedValue {
    let placeholder = Placeholder(name: argument.name, defaultValue: argument.defaultValue, position: position)
    if let constant = argument.constant {
      // torchvision lists every argument; this argument's node is never read.
      if argument.role == .atDefault { core.emitDefaultPlaceholder(placeholder, type: argument.type.description) }
      return TracedValue(constant)
    }
    guard let structure = argument.structure else {
      return .symbol(core.emitPlaceholder(placeholder, type: argument.type.description))
    }
    if case .none = structure { return .none }
    return .symbol(core.emitPlaceholder(placeholder, type: argument.type.unwrapped.description))
  }

  // MARK: - Places

  /// The module whose code runs.
  var currentModule: ModuleFrame {
    guard let last = modules.last else { preconditionFailure("no module's code is running") }
    return last
  }

  /// The position of the running statement in the model's source.
  var currentLocation: SourceLocation? {
    // Code inlined from the runtime's own helpers has no useful position; its caller has.
    for (code, statement) in running.reversed() {
      let source = code.function.source(of: statement)
      if source.line > 0, !source.file.isEmpty, !source.file.hasPrefix("<") {
        return SourceLocation(file: source.file, line: source.line)
      }
    }
    return nil
  }

  /// The place of the running statement, for an error.
  var place: XylemError.Place {
    let module = currentModule.module
    var place = XylemError.Place(
      modulePath: currentModule.path, moduleType: module.type, source: currentLocation.map(String.init(describing:)))
    place.function = functions.last
    return place
  }

  /// The error that the model's own code raises at the current place.
  func raised(_ message: String) -> XylemError { TraceErrors.raised(message, at: place, in: options.mode) }

  func describe(_ value: TracedValue) -> String {
    guard case .symbol(let id) = value else { return value.kindDescription }
    // The number that tells unlisted nodes apart is no part of a name.
    let node = core.graph[id]
    let name = node.isListed ? node.name[...] : node.name.prefix { $0 != "'" }
    return "\(name) (\(node.type))"
  }
}
