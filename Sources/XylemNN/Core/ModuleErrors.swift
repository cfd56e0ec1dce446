internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// The messages of this module's errors.
enum ModuleErrors {
  static func cycle(_ path: String, type: String, first: String) -> XylemError {
    XylemError(
      .modelCycle, "the module contains itself", at: .init(modulePath: path, moduleType: type),
      cause: Reason("it is also \(first.isEmpty ? "the root" : "'\(first)'"), which is above it"),
      remedies: [
        "override class var keys: [String: String?] { [\"\(lastPart(path))\": nil] }  // leaves the property out of the model"
      ])
  }

  static func unregistered(_ property: String, _ what: String, path: String, type: String) -> XylemError {
    XylemError(
      .modelUnregistered, "the property '\(property)' holds \(what) that is not part of the model",
      at: .init(modulePath: path, moduleType: type),
      remedies: [
        "let \(property): Parameter  // if training changes it", "let \(property): Buffer  // if it does not",
        "override class var keys: [String: String?] { [\"\(property)\": nil] }  // if it does not belong to the model",
      ])
  }

  static func duplicateKey(_ key: String, _ first: String, _ second: String, path: String, type: String) -> XylemError {
    XylemError(
      .modelDuplicateKey, "two properties have the name '\(key)' in the model: '\(first)' and '\(second)'",
      at: .init(modulePath: path, moduleType: type),
      remedies: ["override class var keys: [String: String?] { [\"\(second)\": \"other_name\"] }"])
  }

  static func badKey(_ key: String, _ property: String, path: String, type: String) -> XylemError {
    XylemError(
      .modelDuplicateKey, "'\(key)' is not a valid name for the property '\(property)'",
      at: .init(modulePath: path, moduleType: type), cause: Reason("a name must not be empty or contain a dot"))
  }

  static func unknownPath(_ path: String, known: [String]) -> XylemError {
    XylemError(
      .modelUnknownPath, "the model has nothing at '\(path)'",
      remedies: nearMisses(of: path, among: known.filter { !$0.isEmpty }))
  }

  static func faultyTensor(_ fault: XylemError, _ key: String, in entry: ModuleTree.Entry) -> XylemError {
    XylemError(
      .modelArgument, "'\(key)' can't be created: \(fault.message)",
      at: .init(modulePath: entry.path, moduleType: entry.type), cause: fault.cause)
  }

  static func foreignModule(_ type: String, at place: XylemError.Place) -> XylemError {
    XylemError(
      .modelUnregistered, "a module is called that is not part of the model: \(type)", at: place,
      remedies: [
        "let layer = \(type.split(separator: ".").last ?? "Layer")(…)  // a stored property of a module of the model"
      ])
  }

  static func foreignParameter(at place: XylemError.Place) -> XylemError {
    XylemError(
      .modelUnregistered, "a parameter is used that is not part of the model", at: place,
      remedies: ["make it a stored property of a module of the model"])
  }

  static func noEntry(_ type: String) -> XylemError {
    XylemError(
      .traceNoForward, "\(type) does not declare how it is run",
      at: .init(modulePath: "", moduleType: type),
      remedies: [
        "class \(type.split(separator: ".").last ?? "Model"): Module, Layer  // for forward(_ x: Tensor)",
        "override var entry",
      ])
  }

  static func listOfUnknownCount(_ argument: String, of type: String) -> XylemError {
    XylemError(
      .traceConcreteValue, "the number of elements of the list '\(argument)' is not declared",
      at: .init(modulePath: "", moduleType: type),
      cause: Reason("a trace has a node for each element of a list argument"),
      remedies: ["ModuleEntry(\"\(argument)\", counts: [\"\(argument)\": 2])  // in 'entry' of the module"])
  }

  static func noPart(_ key: String, of value: Value) -> XylemError {
    XylemError(.modelArgument, "a value has no part '\(key)'", cause: Reason("it is \(describe(value))"))
  }

  static func wrongType(_ value: Value, wanted: String) -> XylemError {
    XylemError(.modelArgument, "a value of type \(wanted) was expected", cause: Reason("it is \(describe(value))"))
  }

  static func notKnown(_ value: Value, wanted: String) -> XylemError {
    guard case .standIn(let standIn) = value else { return wrongType(value, wanted: wanted) }
    return unknownWhileTracing(standIn, wanted)
  }

  static func unknownWhileTracing(_ standIn: StandIn, _ type: String) -> XylemError {
    standIn.recorder.concreteValueNeeded("a value of type \(type) must be known while tracing:", standIn, at: nil)
  }

  static func argumentCount(_ given: Int, wanted: [String]) -> XylemError {
    XylemError(
      .modelArgument, "\(given) arguments were given",
      cause: Reason("the arguments are \(wanted.joined(separator: ", "))"))
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
  }

  private static func describe(_ value: Value) -> String {
    switch value {
    case .literal(let literal): literal.kindDescription
    case .tensor: "a tensor"
    case .list(let elements): "a list of \(elements.count)"
    case .tuple(let elements, _): "a tuple of \(elements.count)"
    case .dictionary: "a dictionary"
    case .object(let object): object.summary
    case .standIn(let standIn): "a value of type \(standIn.type)"
    }
  }
}
