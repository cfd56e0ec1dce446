internal import Synchronization

/// Which plugin something comes from.
public struct PluginIdentity: Sendable, Hashable, Codable {
  /// The plugin's own id, as in `org.xylem.same-padding`; for a wrapped symbol its library.
  public var id: String
  /// SHA-256 of the file, in hexadecimal digits.
  public var digest: String

  /// A plugin by id and digest.
  public init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }
}

/// A lock around calls of code that must not run twice at once.
package final class CallLock: Sendable {
  private let mutex = Mutex<Void>(())

  /// A lock that nobody holds.
  package init() {}

  /// Runs `body` while nobody else holds the lock.
  package func callAsFunction<Result>(_ body: () throws -> Result) throws -> Result {
    try mutex.withLock { _ in Outcome(try body()) }.value
  }

  /// Values of a call stay on the thread that called.
  private struct Outcome<Result>: @unchecked Sendable {
    let value: Result
    init(_ value: Result) { self.value = value }
  }
}
