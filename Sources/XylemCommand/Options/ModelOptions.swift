public import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemNN
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
public import XylemTrace

/// The options of every command that takes a model.
struct ModelOptions: ParsableArguments {
  @Argument(
    help:
      "A TorchScript archive (model.pt), an archive of torch.export (model.pt2), a saved extractor (features.xylem), or a built-in model's name (see 'xylem models').",
    completion: .custom { ModelCompletion.candidates(for: $2) })
  var model: String

  @Option(
    name: .customLong("leaf"),
    help: ArgumentHelp(
      "Make modules of this type leaves, as in Conv2dSame; 'path:encoder.*' matches module paths with a pattern instead. Repeatable.",
      valueName: "type"))
  var leaves: [String] = []

  @Option(
    name: .customLong("wrap"),
    help: ArgumentHelp("Make this function a leaf function. Repeatable.", valueName: "function"))
  var wrapped: [String] = []

  @Flag(name: .customLong("no-default-leaves"), help: "Trace through the built-in layers, down to operators.")
  var noDefaultLeaves = false

  @Flag(
    name: .customLong("auto-leaf"), help: "Turn code that can't be traced into leaf modules or regions, and list them.")
  var autoLeaf = false

  @Option(help: "How nodes are named. (default: exact)")
  var naming: Naming?

  @Option(
    name: .customLong("concrete"),
    help: ArgumentHelp(
      "Fix an argument of forward to a number, true, false, null or a string. Repeatable.", valueName: "name=value"))
  var concrete: [ConcreteValue] = []

  @Flag(
    help: """
      Let the model's code read and write files, start processes and use the network. Use it only for models whose author you \
      trust.
      """)
  var allowFileOperators = false

  @Option(
    name: .customLong("symbolic"),
    help: ArgumentHelp(
      "Keep an argument of forward with a default as an input. Other arguments use their defaults. Repeatable.",
      valueName: "name"))
  var symbolic: [String] = []

  @Option(
    name: .customLong("shape"),
    help: ArgumentHelp(
      "Let the shapes of inputs decide while tracing, as in 1,3,224,224, x=1,3,224,224 or like:FILE; calls are checked. Repeatable.",
      valueName: "[name=]sizes"))
  var shapes: [ShapeOption] = []

  @OptionGroup(title: "Plugin options") var plugins: PluginOptions

  @Option(
    help: ArgumentHelp(
      "Read options and plugins from a YAML file; options on the command line take precedence.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Weights for a built-in model: safetensors, or a state dict written by torch.save.",
      valueName: "file"), completion: .file(extensions: ["safetensors", "pt", "pth"]))
  var weights: String?

  @Flag(help: "List every note about the trace, one per line, including the values that are checked at run time.")
  var notes = false

  @OptionGroup var colors: ColorOptions

  @Option(
    help: ArgumentHelp(
      "The prefix of the keys to load, if the file has several sets of weights, as in 'ema.'.", valueName: "prefix"))
  var weightsPrefix: String?

  @Option(
    help:
      "Cast floating-point inputs, and the built-in model if --weights is given, to this type. 'run' casts the features that it stores instead."
  )
  var dtype: ElementType?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Write the result to this file, completely or not at all. 'run' takes a folder.", valueName: "file"),
    completion: .file())
  var output: String?

  func validate() throws {
    if model.isEmpty { throw ValidationError("the model's name is empty") }
    if leaves.contains(where: { $0.isEmpty || $0 == "path:" }) {
      throw ValidationError("'--leaf' needs a type, or a path after 'path:'")
    }
    if wrapped.contains("") { throw ValidationError("'--wrap' needs the name of a function") }
    if plugins.allowsChanged, !model.hasSuffix(".xylem") {
      throw ValidationError("'--allow-changed-plugins' is for saved extractors, and '\(model)' is not a .xylem file")
    }
    if output?.isEmpty == true { throw ValidationError("'--output' needs the name of a file") }
    var seen: Set<String> = []
    for value in concrete where !seen.insert(value.name).inserted {
      throw ValidationError("'--concrete' fixes '\(value.name)' twice")
    }
    var shaped: Set<String> = []
    for shape in shapes where !shaped.insert(shape.name).inserted {
      throw ValidationError(
        shape.name.isEmpty ? "'--shape' is given twice without a name" : "'--shape' gives '\(shape.name)' two shapes")
    }
    if symbolic.contains("") { throw ValidationError("'--symbolic' needs the name of an argument") }
    if let name = symbolic.first(where: seen.contains) {
      throw ValidationError("'--concrete' fixes '\(name)', but '--symbolic' keeps it as an input")
    }
  }

  /// Refuses requests without a node or a key.
  ///
  /// - Throws: a validation error.
  static func check(requests: [String]) throws {
    for text in requests where text.isEmpty || text.hasPrefix("=") || text.hasSuffix("=") {
      throw ValidationError("'\(text)' is not NODE or NODE=KEY")
    }
  }

  /// The leaf policy that the options describe.
  var policy: LeafPolicy {
    var policy = LeafPolicy(includesDefaults: !noDefaultLeaves)
    for leaf in leaves {
      policy = leaf.hasPrefix("path:") ? policy.leaf(path: String(leaf.dropFirst(5))) : policy.leaf(type: leaf)
    }
    for function in wrapped { policy = policy.wrap(function) }
    return policy
  }

  /// The tracing options for one mode.
  func traceOptions(_ mode: Mode) -> TraceOptions {
    TraceOptions(
      mode: mode, naming: naming ?? .exact, policy: policy, makesLeaves: autoLeaf,
      concrete: Dictionary(concrete.map { ($0.name, .literal($0.value)) }, uniquingKeysWith: { first, _ in first }),
      symbolic: Set(symbolic))
  }

  /// Reads the configuration, then loads the plugins and the model. Operators without an implementation give a warning.
  ///
  /// - Throws: as ``Configuration/load(_:)`` and ``PluginOptions/load(configured:)``; `file.not-found` if the model is
  ///   neither a file nor a built-in model; as ``ScriptModel/init(path:)``.
  ///   file nor a known name, and as ``ScriptModel/init(path:)``.
  ///
  /// - Parameters:
  ///   - makesConfiguration: whether a missing configuration counts as an empty one, which will be written.
  ///   - seed: seeds the random weights of a built-in model. If given, all weights are created at once, in the model's
  ///     order.
  ///   - evalArchive: the archive of torch.export that has the model in eval mode, if `model` has it in train mode only.
  mutating func load(
    makesConfiguration: Bool = false, seed: UInt64? = nil, evalArchive: String? = nil
  ) throws -> LoadedModel {
    let isNew = makesConfiguration && config.map { !FileManager.default.fileExists(atPath: $0) } == true
    let configuration = isNew ? nil : try config.map { try Configuration.load($0) }
    let given = self
    if let configuration {
      merge(configuration)
      // The files that the configuration names are inputs too.
      try checkOutput(reading: configuration.plugins.map(\.path))
    }
    if given.plugins.allowsAsserted, plugins.symbols.isEmpty {
      throw CommandErrors.usage("'--allow-asserted' has no effect without '--wrap-symbol'")
    }
    if model.hasSuffix(".xylem") {
      try given.checkNothingToTrace(configuration: nil)
      try checkNothingToTrace(configuration: configuration?.file)
    }
    var loaded = try loadModel(plugins: configuration?.plugins ?? [], seed: seed, evalArchive: evalArchive)
    loaded.expectations = configuration?.expectations ?? []
    for shape in shapes { loaded.shapes.merge(try shape.shapes(dtype)) { _, new in new } }
    return loaded
  }

  /// Merges the configuration into the options; the command line takes precedence.
  private mutating func merge(_ configuration: Configuration) {
    leaves = configuration.leaves + leaves
    wrapped = configuration.wrapped + wrapped
    noDefaultLeaves = noDefaultLeaves || configuration.noDefaultLeaves == true
    autoLeaf = autoLeaf || configuration.autoLeaf == true
    naming = naming ?? configuration.naming
    let given = (concrete: concrete.map(\.name), symbolic: symbolic)
    concrete = Configuration.overriding(configuration.concrete, with: concrete)
      .filter { !given.symbolic.contains($0.name) }
    shapes = configuration.shapes.filter { other in !shapes.contains { $0.name == other.name } } + shapes
    symbolic = configuration.symbolic.filter { !given.concrete.contains($0) } + symbolic
    weights = weights ?? configuration.weights
    plugins.symbols = configuration.wrapSymbols + plugins.symbols
    plugins.allowsAsserted = plugins.allowsAsserted || configuration.allowAsserted == true
  }

  /// Refuses tracing options for a saved extractor, which is already traced.
  ///
  /// - Parameter configuration: the file that the options may come from.
  private func checkNothingToTrace(configuration: String?) throws(XylemError) {
    let given: [(String, Bool)] = [
      ("--leaf", !leaves.isEmpty), ("--wrap", !wrapped.isEmpty), ("--no-default-leaves", noDefaultLeaves),
      ("--auto-leaf", autoLeaf), ("--concrete", !concrete.isEmpty), ("--shape", !shapes.isEmpty),
      ("--symbolic", !symbolic.isEmpty), ("--naming", naming != nil),
    ]
    guard let option = given.first(where: \.1)?.0 else { return }
    throw CommandErrors.tracedAlready(
      configuration == nil ? option : String(option.dropFirst(2)), configuration: configuration)
  }

  /// Checks, before any work is done, that the output can be written and does not overwrite an input.
  ///
  /// - Throws: `file.unwritable`, `usage`.
  func checkOutput(reading inputs: [String] = []) throws(XylemError) {
    guard let output else { return }
    try OutputFile.check(output)
    for path in files + inputs where OutputFile.areSame(path, output) {
      throw CommandErrors.replacesInput(path, by: "the output", option: "-o")
    }
  }

  /// Whether `--dtype` applies to inputs only. With weights, which the configuration may name, it applies to the model
  /// too.
  var castsInputsAlone: Bool { dtype != nil && weights == nil && config == nil }

  /// The input files that the options name.
  var files: [String] { [model] + [config, weights].compactMap(\.self) + plugins.plugins + shapes.compactMap(\.file) }

  /// Writes a result to the chosen destination, in the style of that destination.
  func emit(_ text: (OutputStyle) throws -> String) throws {
    try emit(try text(output == nil ? Terminal.current.outputStyle : .plain))
  }

  /// Writes a result to the chosen destination: the file or standard output.
  func emit(_ text: String) throws {
    guard let output else { return try Terminal.output(text) }
    try OutputFile.write(text.hasSuffix("\n") ? text : text + "\n", to: output)
  }
}

/// The value of `--concrete NAME=VALUE`.
struct ConcreteValue: ExpressibleByArgument, Equatable {
  let name: String
  let value: Literal

  init(_ name: String, string: String) {
    self.name = name
    value = .string(string)
  }

  var isString: Bool { if case .string = value { true } else { false } }

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, let value = Self.literal(parts[1]) else { return nil }
    name = parts[0]
    self.value = value
  }

  static var allValueStrings: [String] { ["NAME=VALUE, where VALUE is a finite number, true, false, null or a string"] }
  static var defaultCompletionKind: CompletionKind { .default }

  /// A string, if the value is nothing else. A value in double quotes is always a string.
  private static func literal(_ text: String) -> Literal? {
    switch text {
    case "true", "True": return .bool(true)
    case "false", "False": return .bool(false)
    case "null", "None": return Literal.none
    case _ where text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1:
      return .string(String(text.dropFirst().dropLast()))
    default:
      if text.isEmpty { return nil }
      if let number = Int(text) { return .int(number) }
      guard let number = Double(text) else { return .string(text) }
      return number.isFinite ? .float(number) : nil
    }
  }
}

extension Naming: ExpressibleByArgument {}
extension Mode: ExpressibleByArgument {}
extension Engine: ExpressibleByArgument {}
extension Device: ExpressibleByArgument {
  /// Reads `cpu`, `cuda` or `cuda:1`.
  init?(argument: String) { self.init(argument) }
}

/// The output formats of most commands.
enum TextOrJSON: String, ExpressibleByArgument, CaseIterable { case text, json }
