internal import Foundation
internal import Synchronization

/// What an engine does that can crash the process: load its library, compile, and run for the first time.
///
/// A process that watches this one learns of it, and can start it again without the engine.
package enum EngineActivity {
  private static let observer = Mutex<(@Sendable (Bool) -> Void)?>(nil)

  /// Calls `body` with whether an engine is at work, at each change.
  package static func observe(_ body: @escaping @Sendable (_ isActive: Bool) -> Void) {
    observer.withLock { $0 = body }
  }

  /// Runs `body`, in which an engine may crash.
  package static func during<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let observer = observer.withLock { $0 }
    observer?(true)
    defer { observer?(false) }
    return try body()
  }

  /// The variable that says how an engine ended an earlier process with the same work. Nothing is compiled then.
  package static let crashVariable = "XYLEM_ENGINE_CRASH"

  /// How an engine ended an earlier process. Nil if none did.
  package static var earlierCrash: String? {
    ProcessInfo.processInfo.environment[crashVariable].flatMap { $0.isEmpty ? nil : $0 }
  }
}
