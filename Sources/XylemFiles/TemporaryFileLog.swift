internal import Synchronization

/// Tells one observer of the temporary files that this process makes, so that somebody else can remove what a crash leaves.
package enum TemporaryFileLog {
  /// What happens to a temporary file.
  package enum Event: Sendable, Hashable {
    /// It is about to be made.
    case made(String)
    /// It is gone: renamed or removed.
    case gone(String)
  }

  private static let observer = Mutex<(@Sendable (Event) -> Void)?>(nil)

  /// Makes `body` the observer, in the place of any other.
  package static func observe(_ body: (@Sendable (Event) -> Void)?) { observer.withLock { $0 = body } }

  static func note(_ event: Event) { observer.withLock { $0 }?(event) }
}
