public import XylemErrors
internal import XylemGraph

/// A condition: a known Boolean, or one that depends on the input while a model is traced.
///
/// A symbolic condition can be checked (``require(_:_:file:line:)``), which adds a check to the graph, but it can't
/// decide an `if`: a comparison of sizes as a `Bool` then throws `trace.control-flow`.
public struct Condition: Sendable {
  package enum Storage: Sendable {
    case known(Bool)
    case standIn(StandIn)
  }

  package let storage: Storage

  /// A condition that is known.
  public init(_ value: Bool) { storage = .known(value) }

  init(_ value: Value?) throws(XylemError) {
    switch value {
    case .literal(.bool(let flag)): storage = .known(flag)
    case .standIn(let standIn): storage = .standIn(standIn)
    default:
      throw RuntimeErrors.failed(.runtimeOperator, "sizes can't be compared", reason: "the result is not a Boolean")
    }
  }

  /// The Boolean, to branch on.
  ///
  /// - Throws: `trace.control-flow` if it depends on the input of a model that is being traced.
  func decided() throws(XylemError) -> Bool {
    switch storage {
    case .known(let flag): return flag
    case .standIn(let standIn):
      if case .bool(let flag)? = try standIn.recorder.decided(standIn, at: nil) { return flag }
      throw standIn.recorder.controlFlow(standIn, at: nil)
    }
  }
}

/// Requires a condition. In a trace this becomes a check that runs with the graph.
///
///     try require(x.shape[2] == 224, "the image is not 224 pixels high")
///
/// - Throws: `model.requirement` if it does not hold.
public func require(
  _ condition: Condition, _ message: @autoclosure () throws(XylemError) -> String, file: String = #fileID,
  line: Int = #line
) throws(XylemError) {
  switch condition.storage {
  case .known(true): return
  case .known(false):
    throw XylemError(.modelRequirement, try message(), at: .init(source: "\(file):\(line)"))
  case .standIn(let standIn):
    try standIn.recorder.recordCheck(standIn, message: try message(), at: CallSite(file, line))
  }
}
