/// A foreign library's own words, as the cause of an error.
public struct Reason: Error, CustomStringConvertible, Sendable {
  /// The words.
  public let description: String

  /// A cause in words.
  public init(_ description: String) { self.description = description }
}
