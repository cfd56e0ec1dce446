internal import Synchronization

/// The traces that a task makes, for tests of how often a model is traced.
package final class TraceLog: Sendable {
  /// The log of the current task. Nil if nothing reads it.
  @TaskLocal package static var current: TraceLog?

  private let traced = Mutex<[TraceOptions]>([])

  /// An empty log.
  package init() {}

  /// The options of the traces, in order.
  package var options: [TraceOptions] { traced.withLock { $0 } }

  /// Adds a trace.
  package func add(_ options: TraceOptions) { traced.withLock { $0.append(options) } }
}
