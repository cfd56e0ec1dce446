package import XylemErrors
package import XylemGraph

/// The messages of this module's errors.
package enum TraceErrors {
  package static func controlFlow(
    _ kind: Region.Kind, condition: String, at place: XylemError.Place, on arguments: [BlockingArgument] = [],
    isOfShapes: Bool = false
  ) -> XylemError {
    let what =
      switch kind {
      case .if: "the condition of this 'if' depends on"
      case .statement: "the effect of this statement depends on"
      case .loop: "the number of iterations of this loop depends on"
      }
    return XylemError(
      .traceControlFlow, "\(what) \(source(arguments))", at: place, cause: Reason("the value is \(condition)"),
      remedies: Array(arguments.compactMap(\.remedy).prefix(1)) + remedies(place, isOfShapes: isOfShapes))
  }

  /// - Parameter isOfShapes: whether the inputs' shapes would decide the value, and are not known.
  package static func concreteValue(
    _ what: String, value: String, at place: XylemError.Place, on arguments: [BlockingArgument] = [],
    isOfShapes: Bool = false
  ) -> XylemError {
    XylemError(
      .traceConcreteValue, "\(what) of a value that depends on \(source(arguments))", at: place,
      cause: Reason("the value is \(value)"),
      remedies: Array(arguments.compactMap(\.remedy).prefix(1)) + remedies(place, isOfShapes: isOfShapes)
    )
  }

  /// The source that a value depends on, in words.
  private static func source(_ arguments: [BlockingArgument]) -> String {
    guard !arguments.isEmpty else { return "the input" }
    let names = arguments.map { "'\($0.argument.name)'" }
    return (names.count == 1 ? "the argument " : "the arguments ") + names.joined(separator: " and ")
  }

  package static func unsupported(_ what: String, at place: XylemError.Place) -> XylemError {
    XylemError(.traceUnsupported, what, at: place, remedies: remedies(place))
  }

  /// The error for a container that a region changed through another container.
  static func lostContainer(_ kind: String, at place: XylemError.Place) -> XylemError {
    unsupported("this code reads a \(kind) that a leaf or region may have changed through another container", at: place)
  }

  /// The error for an operator that accesses files, processes or the network in a model that must not.
  static func fileOperator(_ name: String, at place: XylemError.Place) -> XylemError {
    XylemError(
      .traceFileOperator, "the model's code accesses files, processes or the network", at: place,
      cause: Reason("it calls \(name), which reads or writes files, or uses other processes or the network"),
      remedies: Audience.allowingFileOperators)
  }

  static func raised(_ message: String, at place: XylemError.Place, in mode: Mode) -> XylemError {
    let other = Audience.remedies(program: ["TraceOptions(mode: .eval)"], commandLine: ["--mode eval"])
    return XylemError(
      .traceRaised, "the model's own code raises an error while being traced", at: place, cause: Reason(message),
      remedies: mode.isTraining ? other + wrapRemedy(place) : remedies(place))
  }

  static func limit(_ excess: TraceBudget.Excess, at place: XylemError.Place) -> XylemError {
    let (what, cause) =
      switch excess {
      case .statements(let count): ("\(count) statements", "a loop may never end")
      case .bytes(let count):
        ("\(count >> 20) MiB", "strings, lists or the graph grow too large during tracing")
      case .seconds(let seconds): ("\(seconds) seconds", "a loop may never end, or has too many iterations")
      }
    return XylemError(
      .traceLimit, "the trace was stopped after \(what)", at: place, cause: Reason(cause),
      remedies: leafRemedy(place) + wrapRemedy(place))
  }

  package static func recursion(_ depth: Int, at place: XylemError.Place) -> XylemError {
    XylemError(.traceRecursion, "modules and functions call each other more than \(depth) deep", at: place)
  }

  /// The error for code with too deeply nested blocks.
  static func nesting(_ function: String, deepest: Int) -> XylemError {
    XylemError(
      .traceRecursion,
      "the code of '\(TypeName.readable(function))' has blocks that are nested more than \(deepest) deep")
  }

  static func openType(_ value: String, at place: XylemError.Place) -> XylemError {
    unsupported("\(value) without a known type is passed to code that may change or keep it", at: place)
  }

  static func replacesWriter(_ provider: LeafProvider, at place: XylemError.Place) -> XylemError {
    unsupported(
      "the model's own '\(provider.leaf)' changes a list or dictionary of its caller, which the plugin \(provider.plugin) can't do",
      at: place)
  }

  static func noForward(methods: [String], at place: XylemError.Place) -> XylemError {
    XylemError(
      .traceNoForward, "the model has no method 'forward'", at: place,
      cause: methods.isEmpty ? nil : Reason("its methods are " + methods.joined(separator: ", ")),
      remedies: [
        "def forward(self, x): return self.\(methods.first ?? "method")(x)  # in the model's Python code, then script it again"
      ])
  }

  package static func unknownArgument(
    _ name: String, known: [String], remedy: (String) -> String
  ) -> XylemError {
    XylemError(
      .traceUnknownArgument, "forward has no argument '\(name)'",
      cause: Reason(known.isEmpty ? "it takes none" : "its arguments are " + known.joined(separator: ", ")),
      remedies: nearMisses(of: name, among: known).map(remedy))
  }

  static func fixedAndSymbolic(_ name: String) -> XylemError {
    XylemError(
      .traceArgument, "the argument '\(name)' of forward can't be both a fixed value and an input",
      remedies: Audience.remedies(
        program: ["remove '\(name)' from concrete or from symbolic"],
        commandLine: ["leave out --concrete \(name)=VALUE", "leave out --symbolic \(name)"]))
  }

  static func wrongConcrete(_ argument: ForwardArgument, _ value: NodeInput) -> XylemError {
    let takesTensors = argument.type.unwrapped == .tensor
    func fixing(_ literal: String, _ swift: String) -> [String] {
      Audience.remedies(
        program: ["TraceOptions(concrete: [\"\(argument.name)\": \(swift)])"],
        commandLine: ["--concrete \(argument.name)=\(literal)"])
    }
    var remedies: [String] = []
    if argument.type.allowsNone { remedies += fixing("null", ".none") }
    if argument.type.unwrapped == .bool { remedies += fixing("true", ".bool(true)") }
    remedies.append(
      takesTensors ? "remove it: a tensor is passed as an input" : "keep '\(argument.name)' as an input")
    return XylemError(
      .traceArgument, "the argument '\(argument.name)' of forward can't be fixed to \(value)",
      cause: Reason("its type is \(argument.type)"), remedies: remedies)
  }

  /// The remedy that lets the shapes of the inputs decide.
  static var givingShapes: [String] {
    Audience.remedies(
      program: [
        "TraceOptions(shapes: [\"\": [1, 3, 224, 224]])  // lets the input's shape decide, and checks it in calls"
      ],
      commandLine: ["--shape 1,3,224,224  # lets the input's shape decide, and checks it in calls"])
  }

  /// The remedy that makes the module of the code a leaf. None for the root.
  private static func leafRemedy(_ place: XylemError.Place) -> [String] {
    guard let type = place.moduleType, place.modulePath?.isEmpty == false else { return [] }
    let name = TypeName.unqualified(type)
    return Audience.remedies(
      program: ["TraceOptions(policy: LeafPolicy().leaf(type: \"\(name)\"))"], commandLine: ["--leaf \(name)"])
  }

  /// The remedy that makes the innermost function a leaf. None if the code is in no function.
  private static func wrapRemedy(_ place: XylemError.Place) -> [String] {
    place.function.map { [wrapping($0)] } ?? []
  }

  /// The remedy that makes a function a leaf.
  package static func wrapping(_ function: String) -> String {
    let name = TypeName.unqualified(function)
    return Audience.remedies(
      program: ["TraceOptions(policy: LeafPolicy().wrap(\"\(name)\"))"], commandLine: ["--wrap \(name)"])[0]
  }

  /// Remedies to paste, those that hide least first.
  private static func remedies(_ place: XylemError.Place, isOfShapes: Bool = false) -> [String] {
    (isOfShapes ? givingShapes : []) + leafRemedy(place) + (isOfShapes ? [] : wrapRemedy(place))
      + Audience.remedies(
        program: ["TraceOptions(makesLeaves: true)  // makes such parts leaves or regions, and notes them"],
        commandLine: ["--auto-leaf  # makes such parts leaves or regions, and lists them"])
  }
}

extension XylemError {
  /// Whether running the statement unchanged at run time would avoid the error.
  var canBeKeptWhole: Bool { id == .traceUnsupported || id == .traceConcreteValue }

  /// Whether a leaf or a region in place of the code would have avoided the error.
  package var isAboutTracing: Bool {
    switch id {
    case .traceControlFlow, .traceConcreteValue, .traceUnsupported, .traceRaised, .traceLimit, .runtimeOperator,
      .runtimeMissingKernel:
      true
    default: false
    }
  }
}
