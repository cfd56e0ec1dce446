package import XylemErrors

/// Writes operations down instead of running them: the tracer of models that are written in Swift.
///
/// While one is in place (``Recording/current``), every tensor operation of the task goes to it.
package protocol OperationRecorder: AnyObject, Sendable {
  /// Writes down a call of an operator and gives stand-ins for its results.
  func record(
    _ op: OperatorReference, _ arguments: [Value], at site: CallSite?
  ) throws(XylemError) -> [Value]

  /// Writes down `container[index]`, where the index of a tensor is a list of steps: see the graph's `getItem`.
  func recordItem(
    of container: Value, _ index: Value, type: String, at site: CallSite?
  ) throws(XylemError) -> StandIn

  /// Writes down that the model goes on only where a condition is true.
  func recordCheck(_ condition: StandIn, message: String, at site: CallSite?) throws(XylemError)

  /// Writes down a change of what later operations run under, such as whether gradients are recorded.
  func recordContext(_ op: OperatorReference, _ arguments: [Value])

  /// The error of code that needs a value which depends on the input.
  func concreteValueNeeded(_ what: String, _ value: StandIn, at site: CallSite?) -> XylemError

  /// The error of a branch on a condition that depends on the input.
  func controlFlow(_ condition: StandIn, at site: CallSite?) -> XylemError

  /// The name of the node whose value a stand-in stands for.
  func name(of standIn: StandIn) -> String

  /// Makes the module that is running fail when it returns.
  func poison(_ error: XylemError)
}

/// Where the user's code called an operation.
package struct CallSite: Sendable, Hashable {
  /// The file, as `#fileID` gives it.
  package var file: String
  /// The line, from 1.
  package var line: Int

  /// A line of a file.
  package init(_ file: String, _ line: Int) {
    self.file = file
    self.line = line
  }
}

/// Whether the task's tensor operations are written down or run.
package enum Recording {
  /// The recorder of the model that the task is tracing; nil outside of traces.
  @TaskLocal package static var current: (any OperationRecorder)?

  /// Runs `body` with operations run and not written down, also within a trace.
  package static func paused<Result>(_ body: () throws(XylemError) -> Result) throws(XylemError) -> Result {
    guard current != nil else { return try body() }
    let result: Swift.Result<Result, XylemError> = $current.withValue(nil) {
      do throws(XylemError) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
