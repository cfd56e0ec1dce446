/// The memory and time that a trace may use before it stops.
///
/// Models compute strings, lists and numbers while they are traced. A model that doubles a string in a loop would
/// otherwise take all memory. See ``TraceOptions/statementLimit`` for the number of statements.
public struct TraceLimits: Sendable, Hashable, Codable {
  /// Bytes of the strings, containers and nodes that a trace creates, including those that it discards.
  public var bytes: Int
  /// Seconds of the thread's processor time.
  public var seconds: Double

  /// Creates limits. The defaults are far above the needs of known models.
  public init(bytes: Int = 1 << 30, seconds: Double = 5) {
    self.bytes = bytes
    self.seconds = seconds
  }
}
