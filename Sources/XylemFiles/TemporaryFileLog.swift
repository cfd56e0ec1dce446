internal import Synchronization

/// Reports this process's temporary files to one observer, which can then remove what a crash leaves behind.
package enum TemporaryFileLog {
  /// An event of a temporary file.
  package enum Event: Sendable, Hashable {
    /// It is about to be created.
    case made(String)
    /// It was renamed or removed.
    case gone(String)
  }

  private static let observer = Mutex<(@Sendable (Event) -> Void)?>(nil)

  /// Sets `body` as the observer, replacing any other.
  package static func observe(_ body: (@Sendable (Event) -> Void)?) { observer.withLock { $0 = body } }

  static func note(_ event: Event) { observer.withLock { $0 }?(event) }
}
