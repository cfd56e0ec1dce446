package import XylemErrors
package import XylemGraph

/// Records operations instead of running them: the tracer of models written in Swift.
///
/// While one is current (``Recording/current``), it receives every tensor operation of the task.
package protocol OperationRecorder: AnyObject, Sendable {
  /// Records a call of an operator and returns stand-ins for its results.
  func record(
    _ op: OperatorReference, _ arguments: [Value], at site: CallSite?
  ) throws(XylemError) -> [Value]

  /// Records `container[index]`. The index of a tensor is a list of steps: see the graph's `getItem`.
  func recordItem(
    of container: Value, _ index: Value, type: String, at site: CallSite?
  ) throws(XylemError) -> StandIn

  /// Records that the model continues only if a condition is true.
  func recordCheck(_ condition: StandIn, message: String, at site: CallSite?) throws(XylemError)

  /// Records a change of a mode that later operations run in, such as whether gradients are recorded.
  func recordContext(_ op: OperatorReference, _ arguments: [Value])

  /// The number or Boolean that the known shapes of the inputs decide, which becomes an assumption of the trace. Nil if
  /// they don't decide it.
  func decided(_ value: StandIn, at site: CallSite?) throws(XylemError) -> Literal?

  /// The integers of a list that the known shapes of the inputs decide, as ``decided(_:at:)``.
  func decidedIntegers(_ value: StandIn, at site: CallSite?) throws(XylemError) -> [Int]?

  /// A tensor with the shape, type and device that the known shapes of the inputs decide. Nothing is assumed yet.
  func example(of value: StandIn) throws(XylemError) -> Tensor?

  /// The error for code that needs a value that depends on the input.
  func concreteValueNeeded(_ what: String, _ value: StandIn, at site: CallSite?) -> XylemError

  /// The error for a branch on a condition that depends on the input.
  func controlFlow(_ condition: StandIn, at site: CallSite?) -> XylemError

  /// The name of the node of a stand-in.
  func name(of standIn: StandIn) -> String

  /// Makes the running module fail when it returns.
  func poison(_ error: XylemError)
}

/// The position of an operation in the user's code.
package struct CallSite: Sendable, Hashable {
  /// The file, as `#fileID` writes it.
  package var file: String
  /// The line, from 1.
  package var line: Int

  /// Creates a position from a file and a line.
  package init(_ file: String, _ line: Int) {
    self.file = file
    self.line = line
  }
}

/// Whether the task's tensor operations are recorded or run.
package enum Recording {
  /// The recorder of the model that the task is tracing. Nil outside of traces.
  @TaskLocal package static var current: (any OperationRecorder)?

  /// Runs `body` with operations run and not recorded, even within a trace.
  package static func paused<Result>(_ body: () throws(XylemError) -> Result) throws(XylemError) -> Result {
    guard current != nil else { return try body() }
    let result: Swift.Result<Result, XylemError> = $current.withValue(nil) {
      do throws(XylemError) { return .success(try body()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
