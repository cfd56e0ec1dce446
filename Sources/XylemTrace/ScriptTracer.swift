internal import XylemErrors
internal import XylemGraph
internal import XylemRuntime

extension ScriptModel {
  /// Traces `forward` in one mode.
  ///
  /// The model is not changed: modes, buffers and random state stay as they are.
  ///
  /// - Throws: `trace.control-flow`, `trace.concrete-value`, `trace.unsupported`, `trace.raised` with the module, the
  ///   source line and remedies; `trace.no-forward`, `trace.unknown-argument`, `trace.limit`, `trace.recursion`.
  public func trace(_ options: TraceOptions = TraceOptions()) throws -> Trace {
    var dynamic: Set<String> = []
    var budget = TraceBudget(options)
    while true {
      let tracer = ScriptTracer(model: self, options: options, dynamicAttributes: dynamic, budget: budget)
      defer { budget = tracer.budget }
      do {
        return try tracer.trace()
      } catch let restart as RestartTrace {
        // An attribute turned out to be written by forward: it has to be read when running, from the start.
        dynamic.insert(restart.attribute)
      }
    }
  }
}

/// Thrown where an attribute that was taken for a constant is written.
struct RestartTrace: Error {
  let attribute: String
}

/// Runs a model's code once with stand-ins for what depends on the input, and writes down what it does.
final class ScriptTracer {
  let model: ScriptModel
  let options: TraceOptions
  /// Paths of attributes that forward writes.
  let dynamicAttributes: Set<String>
  let policy: LeafPolicy

  var core: TraceCore
  /// The modules whose code runs, outermost first.
  var modules: [ModuleFrame] = []
  /// Containers that were read from attributes, so that each is one object throughout the trace.
  var containers: [String: TracedValue] = [:]
  /// Attributes that were taken for constants, each as often as it was read.
  var constantReads: [ConstantRead] = []
  /// Results of regions that are not set on every way through their code.
  var unsetNodes: Set<NodeID> = []
  /// What statements read and change, by function and statement.
  var scans: [ScriptFunction: [Int: RegionScan]] = [:]
  /// The flags that modules have in this trace where they differ from the trace's mode.
  let pinned: [UInt64: Bool]
  var budget: TraceBudget
  var depth = 0
  var blockDepth = 0
  /// The code that is running, innermost last; for places in errors.
  var running: [(code: ScriptCode, statement: Int)] = []

  struct ModuleFrame {
    let module: ScriptModule
    /// The path under which operations are named.
    let path: String
    /// Whether the call as a whole can become one node in its stead.
    let canBecomeLeaf: Bool
  }

  init(model: ScriptModel, options: TraceOptions, dynamicAttributes: Set<String>, budget: TraceBudget) {
    self.budget = budget
    self.model = model
    self.options = options
    self.dynamicAttributes = dynamicAttributes
    policy = options.policy
    core = TraceCore(options: options, modulePaths: model.modulePaths)
    pinned = Dictionary(
      model.pinnedModules.map { ($0.identity, $0.isTraining ?? false) }, uniquingKeysWith: { first, _ in first })
  }

  func trace() throws -> Trace {
    let root = model.root
    let (function, method) = try forwardMethod(of: root)
    let schema = try function.schema()
    let names = schema.arguments.dropFirst().map(\.name)
    for name in options.concrete.keys.sorted() where !names.contains(name) {
      throw TraceErrors.unknownArgument(name, value: options.concrete[name], known: Array(names))
    }
    modules.append(ModuleFrame(module: root, path: "", canBecomeLeaf: false))
    var arguments: [TracedValue] = [.module(root)]
    for (position, argument) in schema.arguments.dropFirst().enumerated() {
      arguments.append(placeholder(for: argument, at: position))
    }
    let result: TracedValue
    if let rule = policy.rule(forModule: root.type, at: "") {
      core.usedRules.insert(rule)
      result = try emitLeafModule(
        root, function: function, method: method, arguments: Array(arguments.dropFirst()), rule: rule)
    } else {
      result = try runRoot(function, arguments)
    }
    try checkConstantReads()
    core.emitOutput(try argument(from: result), rootType: root.type)
    return core.finish(pinned: model.pinnedModules.map { ($0.path, $0.type) })
  }

  private func runRoot(_ function: ScriptFunction, _ arguments: [TracedValue]) throws -> TracedValue {
    let code = try model.code(of: function)
    return try run(code, arguments)
  }

  /// `forward`, or what scripting made of it for a layer with several signatures.
  func forwardMethod(of module: ScriptModule) throws -> (ScriptFunction, String) {
    for name in ["forward", "forward__0"] {
      if let function = module.object.method(name) { return (function, name) }
    }
    throw TraceErrors.noForward(
      methods: module.object.methodNames, at: .init(modulePath: module.path, moduleType: module.type))
  }

  private func placeholder(for argument: OperatorSchema.Argument, at position: Int) -> TracedValue {
    if let fixed = options.concrete[argument.name] { return TracedValue(fixed) }
    let value = Placeholder(
      name: argument.name, defaultValue: argument.defaultValue.flatMap { Argument(literal: $0) }, position: position)
    let node = core.emitPlaceholder(value, type: argument.type.name)
    return .symbol(node)
  }

  // MARK: - Places

  /// The module whose code runs.
  var currentModule: ModuleFrame {
    guard let last = modules.last else { preconditionFailure("no module's code is running") }
    return last
  }

  /// Where the statement that is running stands in the model's source.
  var currentLocation: SourceLocation? {
    // Code that was inlined from the runtime's own helpers says nothing; its caller does.
    for (code, statement) in running.reversed() {
      let source = code.function.source(of: statement)
      if source.line > 0, !source.file.isEmpty, !source.file.hasPrefix("<") {
        return SourceLocation(file: source.file, line: source.line)
      }
    }
    return nil
  }

  /// The place of the statement that is running, for an error.
  var place: XylemError.Place {
    let module = currentModule.module
    return XylemError.Place(
      modulePath: currentModule.path, moduleType: module.type, source: currentLocation.map(String.init(describing:)))
  }

  func describe(_ value: TracedValue) -> String {
    if case .symbol(let id) = value { return "\(core.graph[id].name) (\(core.graph[id].type))" }
    return value.kindDescription
  }
}
