/// How much a trace may use of memory and time before it gives up.
///
/// Models compute strings, lists and numbers while they are traced; one that doubles a string in a loop would take all memory
/// there is. See ``TraceOptions/statementLimit`` for the number of statements.
public struct TraceLimits: Sendable, Hashable, Codable {
  /// Bytes of the strings, containers and nodes that a trace makes, those that it drops again included.
  public var bytes: Int
  /// Seconds of the thread's processor time.
  public var seconds: Double

  /// Limits that no known model comes near.
  public init(bytes: Int = 1 << 30, seconds: Double = 5) {
    self.bytes = bytes
    self.seconds = seconds
  }
}
