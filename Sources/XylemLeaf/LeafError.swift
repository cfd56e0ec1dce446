/// The reason why a leaf failed. The host shows the message to its user.
///
/// Errors of other types may be thrown too; the host shows their description.
public struct LeafError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, without a full stop.
  public let message: String

  /// Creates an error with a message, which says what is wrong and, if it helps, what is expected.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

extension LeafError {
  static func expired() -> LeafError { LeafError("a tensor was used after the call that lent it") }

  static func dataType(_ found: LeafDataType, expected: LeafDataType) -> LeafError {
    LeafError("the tensor's elements are \(found); \(expected) is expected")
  }

  static func shape(_ shape: [Int], elements: Int) -> LeafError {
    LeafError("\(elements) elements don't match a tensor of shape \(shape)")
  }

  static func negativeShape(_ shape: [Int]) -> LeafError {
    LeafError("a tensor can't have the shape \(shape)")
  }

  static func memory(_ shape: [Int]) -> LeafError { LeafError("there is no memory for a tensor of shape \(shape)") }

  static func missing(_ what: String, _ name: String, among names: [String]) -> LeafError {
    let others = names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))"
    return LeafError("the module has no \(what) '\(name)'; \(others)")
  }
}
