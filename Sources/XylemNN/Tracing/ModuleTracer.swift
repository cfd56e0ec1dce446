internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// Runs a Swift model's own code once with stand-ins for values that depend on the input, and records its operations.
///
/// Used by one task, which owns the recorded data.
final class ModuleTracer: @unchecked Sendable {
  let model: SwiftModel
  let options: TraceOptions
  var core: TraceCore
  /// The modules whose code runs, outermost first.
  var frames: [Frame] = []
  /// The code of leaves, by the nodes that call them.
  var leaves: [NodeID: HostLeaf] = [:]
  /// Tensors and other values that the model's code captured.
  let constants = Constants()
  /// An error in code that could not throw it.
  var poison: XylemError?
  /// The last known position of the running code, for places in errors.
  var site: CallSite?
  let modes: ModuleModes
  /// The modules that keep a mode of their own, in the order of the tree.
  let pinned: [(entry: ModuleTree.Entry, flag: Bool)]
  private var isFinished = false
  /// Plugins' code, to find shapes.
  private lazy var plugins = PluginLeaves(model, mode: options.mode)

  /// A module whose code runs.
  struct Frame {
    let entry: ModuleTree.Entry
    /// The path under which operations are named.
    let path: String
  }

  /// Values that accumulate while the model is traced. Leaves read them when the trace is done.
  final class Constants {
    var values: [Value] = []
  }

  static let depthLimit = 200

  /// - Parameter pinned: the modules that keep a mode of their own.
  init(_ model: SwiftModel, _ options: TraceOptions, pinned: [(entry: ModuleTree.Entry, flag: Bool)]) {
    self.model = model
    self.options = options
    self.pinned = pinned
    core = TraceCore(options: options, modulePaths: model.tree.paths)
    modes = ModuleModes(
      isTraining: options.mode.isTraining,
      pinned: Dictionary(
        pinned.map { (ObjectIdentifier($0.entry.module), $0.flag) }, uniquingKeysWith: { first, _ in first }))
  }

  convenience init(_ model: SwiftModel, _ options: TraceOptions) {
    self.init(model, options, pinned: model.pinned.map { ($0, $0.module.ownFlag) })
  }

  func trace() throws -> Trace {
    let root = model.tree.root
    guard let entry = root.module.wholeEntry(root.type) else { throw ModuleErrors.noEntry(root.type) }
    var arguments = try options.taking(model.forwardArguments(), assumesDefaults: false)
    for (position, argument) in entry.arguments.enumerated()
    where argument.defaultValue != nil && arguments[position].role == .input
      && !options.symbolic.contains(argument.name)
    {
      arguments[position].role = .atDefault
    }
    for index in arguments.indices where !arguments[index].shapes.isEmpty { arguments[index].role = .input }
    core.arguments = arguments
    core.shapes = try ShapeEvaluator(model, arguments, code: self)
    let trace: Trace
    do { trace = try traced(entry) } catch {
      try core.shapes?.finish()
      throw error
    }
    try core.shapes?.finish()
    return trace
  }

  private func traced(_ entry: ModuleEntry) throws -> Trace {
    let root = model.tree.root
    let inputs = try zip(core.arguments, entry.arguments).enumerated().map { position, argument in
      try value(of: argument.0, count: argument.1.count, at: position)
    }
    let result: Value = try running {
      if let rule = options.policy.rule(forModule: root.type, at: "") {
        core.usedRules.insert(rule)
        return try callLeaf(root, inputs, type: "Tensor", rule: rule, at: nil, entry.body)
      }
      return try traced(root, inputs, leafType: "Tensor", at: nil, body: entry.body) { try entry.body(inputs) }
    }
    core.emitOutput(try argument(from: result), rootType: root.type)
    isFinished = true
    var trace = core.finish(pinned: pinned.map { ($0.entry.path, $0.entry.type) })
    trace.code = code
    trace.options = options
    return trace
  }

  /// The code of the nodes so far.
  var code: TraceCode {
    let tree = model.tree
    let flags = Dictionary(pinned.map { ($0.entry.path, $0.flag) }, uniquingKeysWith: { first, _ in first })
    return TraceCode(leaves: leaves, constants: constants.values, pinned: flags) { tree.tensorsByPath[$0] }
  }

  /// Runs code with this tracer and the trace's modes.
  func running<Result>(_ body: () throws -> Result) throws -> Result {
    try ModuleModes.$current.withValue(modes) {
      try Recording.$current.withValue(self) { try body() }
    }
  }

  /// An argument while it is traced: a constant, a stand-in, or a list of stand-ins.
  ///
  /// - Parameter count: the number of elements of a list.
  private func value(of argument: ForwardArgument, count: Int?, at position: Int) throws(XylemError) -> Value {
    let placeholder = Placeholder(name: argument.name, defaultValue: argument.defaultValue, position: position)
    if let constant = argument.constant {
      // torchvision lists every argument; this argument's node is never read.
      if argument.role == .atDefault { core.emitDefaultPlaceholder(placeholder, type: argument.type.description) }
      return Value(literal: constant)
    }
    let type = argument.type.description
    let id = core.emitPlaceholder(placeholder, type: type)
    guard argument.type == .list(.tensor) else { return standIn(id, type: type) }
    guard let count, (0...Self.mostElements).contains(count) else {
      throw ModuleErrors.listOfUnknownCount(argument.name, of: model.tree.root.type)
    }
    return .list(elements(of: id, count, name: argument.name))
  }

  /// The maximum number of elements of a list argument of the whole model: each element is a node.
  private static let mostElements = 65_536

  /// The elements of a list argument, after a check of their number.
  private func elements(of list: NodeID, _ count: Int, name: String) -> [Value] {
    let check = core.emitHidden(
      .leafFunction(LeafFunction(name: "check", qualifiedName: "check", provider: nil)), named: "check", [.node(list)],
      in: "", type: "bool", at: nil)
    leaves[check] = HostLeaf(
      call: { values in
        guard case .list(let elements)? = try values.first?.unpacked(), elements.count == count else {
          throw ModuleErrors.option("the argument '\(name)' is not a list of \(count) tensors")
        }
        return .bool(true)
      }, expand: { _, _ in nil }, isRecordable: { true })
    core.emitHidden(
      .guard(Guard(expected: true, message: "'\(name)' has \(count) elements")), named: "_assert", [.node(check)],
      in: "",
      type: "None", at: nil)
    return (0..<count).map { position in
      let id = core.emit(
        .getItem, named: "getitem", [.node(list), .int(position)], in: "", type: "Tensor",
        effects: Effects(aliases: [0]), at: nil)
      return standIn(id, type: "Tensor")
    }
  }

  /// The stand-in for a node's value.
  func standIn(_ id: NodeID, type: String) -> Value {
    let standIn = StandIn(recorder: self, node: id.rawValue, type: type)
    return type == "Tensor" ? .tensor(Tensor(standIn)) : .standIn(standIn)
  }

  // MARK: - Places

  var frame: Frame {
    guard let last = frames.last else { preconditionFailure("no module's code is running") }
    return last
  }

  func location(_ site: CallSite?) -> SourceLocation? {
    site.map { SourceLocation(file: $0.file, line: $0.line) }
  }

  func place(_ site: CallSite? = nil) -> XylemError.Place {
    XylemError.Place(
      modulePath: frames.last?.path ?? "", moduleType: frames.last?.entry.type ?? model.tree.root.type,
      source: site.map { "\($0.file):\($0.line)" })
  }

  func describe(_ standIn: StandIn) -> String {
    let id = NodeID(standIn.node)
    guard core.graph.contains(id) else { return "a value that was rolled back" }
    return "\(core.graph[id].name) (\(standIn.type))"
  }

  // MARK: - Values

  /// An argument of an operation, in terms of the graph.
  func argument(from value: Value) throws(XylemError) -> NodeInput {
    switch value {
    case .literal(let literal): return .literal(literal)
    case .standIn(let standIn): return .node(try node(of: standIn))
    case .tensor(let tensor): return try argument(from: tensor)
    case .list(let elements):
      var arguments: [NodeInput] = []
      for element in elements { arguments.append(try argument(from: element)) }
      return .list(arguments)
    case .tuple(let elements, let names):
      var arguments: [NodeInput] = []
      for element in elements { arguments.append(try argument(from: element)) }
      return .tuple(arguments, names: names.isEmpty ? nil : names)
    case .dictionary(let entries):
      var found: [NodeInput.Entry] = []
      for entry in entries {
        found.append(.init(key: try argument(from: entry.key), value: try argument(from: entry.value)))
      }
      return .dictionary(found)
    case .object: return constant(value)
    }
  }

  /// The stand-in of a tensor that the model holds, whose node is recorded now.
  func read(_ tensor: Tensor) throws(XylemError) -> Tensor {
    guard case .node(let id) = try argument(from: tensor) else { return tensor }
    return Tensor(StandIn(recorder: self, node: id.rawValue, type: "Tensor"))
  }

  private func argument(from tensor: Tensor) throws(XylemError) -> NodeInput {
    if let standIn = tensor.standIn { return .node(try node(of: standIn)) }
    if let known = model.tree.tensorPaths[tensor.identity] {
      return .node(
        core.attributeNode(
          path: known.path, isParameter: known.isParameter, readBy: frames.last?.path ?? "", type: "Tensor",
          at: location(site)))
    }
    // A parameter outside the model's modules would be neither trained nor saved.
    if tensor.isLazy { throw ModuleErrors.foreignParameter(at: place(site)) }
    return constant(.tensor(tensor))
  }

  private func constant(_ value: Value) -> NodeInput {
    constants.values.append(value)
    return TraceCode.constant(constants.values.count - 1)
  }

  func node(of standIn: StandIn) throws(XylemError) -> NodeID {
    let id = NodeID(standIn.node)
    guard standIn.recorder === self, !isFinished, core.graph.contains(id) else {
      throw XylemError(
        .traceUnsupported, "a value of another trace is used", at: place(site),
        remedies: ["don't store a tensor of forward in a property: make it a Buffer, or return it"])
    }
    return id
  }
}

extension ModuleTracer: NodeCode {
  func call(_ node: Node, _ arguments: [Value]) throws -> Value? {
    if let plugin = try plugins.code(of: node) { return try plugin(arguments) }
    return try leaves[node.id]?.call(arguments)
  }

  func attribute(at path: String) -> Value? { model.tree.tensorsByPath[path].map { .tensor($0) } }

  func constant(_ reference: CodeReference) throws -> Value { constants.values[reference.statement] }

  func module(_ path: String) -> Value? { nil }
}

extension Module {
  /// How the module is run as a whole. Nil if it does not declare this.
  func wholeEntry(_ type: String) -> ModuleEntry? {
    if let entry { return entry }
    guard let layer = self as? any Layer else { return nil }
    // The argument's name in PyTorch's layers, and in models.
    return ModuleEntry(type.hasPrefix("torch.nn.") ? "input" : "x") { (x: Tensor) in try layer.forward(x) }
  }
}
