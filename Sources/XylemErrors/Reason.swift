/// A message from another library, as the cause of an error.
public struct Reason: Error, CustomStringConvertible, Sendable {
  /// The message.
  public let description: String

  /// Creates a cause from a message.
  public init(_ description: String) { self.description = description }
}
