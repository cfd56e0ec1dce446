package import XylemErrors

/// A stand-in for a value that is known only when a traced model runs: the result of a node.
public final class StandIn: Sendable {
  /// The recorder of operations on it.
  package let recorder: any OperationRecorder
  /// The node's number in the graph under construction.
  package let node: Int
  /// The value's type, as in `Tensor`, `int` or `List[int]`.
  public let type: String

  /// Creates a stand-in for the value of a node.
  package init(recorder: any OperationRecorder, node: Int, type: String) {
    self.recorder = recorder
    self.node = node
    self.type = type
  }

  /// The error for code that needs the value itself while the model is traced.
  package func needed(_ what: String, at site: CallSite? = nil) -> XylemError {
    recorder.concreteValueNeeded(what, self, at: site)
  }

  /// For properties that can't throw: the trace fails when the running module returns, and until then the property has
  /// a placeholder value.
  func poisoned<Result>(_ what: String, _ placeholder: Result) -> Result {
    recorder.poison(needed(what))
    return placeholder
  }
}
