/// The cause of an error, in words: a message of another library, or what is allowed.
public struct Reason: Error, CustomStringConvertible, Sendable {
  /// The message.
  public let description: String

  /// Creates a cause from a message.
  public init(_ description: String) { self.description = description }
}
