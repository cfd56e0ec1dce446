public import XylemErrors

/// An error in a form that can be stored and read back: by the process of a scan, and in the stored verdicts.
public struct ErrorRecord: Sendable, Hashable, Codable {
  /// The error's stable id.
  public var id: String
  /// The message, one sentence.
  public var message: String
  /// The file that the error is about.
  public var file: String?
  /// The underlying cause, in words.
  public var cause: String?
  /// The remedies.
  public var remedies: [String]

  /// Creates a record of an error.
  public init(_ error: XylemError) {
    id = error.id.rawValue
    message = error.message
    file = error.place.file
    cause = error.cause.map { String(describing: $0) }
    remedies = error.remedies
  }

  /// The error again; nil if the id belongs to another release.
  public var error: XylemError? {
    ErrorID(rawValue: id).map {
      XylemError($0, message, at: .init(file: file), cause: cause.map { Reason($0) }, remedies: remedies)
    }
  }
}
