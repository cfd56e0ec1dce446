/// Why a leaf could not do what it was asked; the host shows the message to its user.
///
/// Errors of other types may be thrown as well: their description is shown.
public struct LeafError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, without a full stop.
  public let message: String

  /// An error that says what is wrong and, where it helps, what would be right.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

extension LeafError {
  static func expired() -> LeafError { LeafError("a tensor was used after the call that it was lent for") }

  static func dataType(_ found: LeafDataType, expected: LeafDataType) -> LeafError {
    LeafError("the tensor's elements are \(found); \(expected) is expected")
  }

  static func shape(_ shape: [Int], elements: Int) -> LeafError {
    LeafError("\(elements) elements don't fill a tensor of shape \(shape)")
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
