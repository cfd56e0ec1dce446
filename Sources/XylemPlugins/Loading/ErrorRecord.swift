public import XylemErrors

/// An error in a form that can be written down and read back: from the process of a scan, and from the verdicts that are kept.
public struct ErrorRecord: Sendable, Hashable, Codable {
  /// The error's stable identifier.
  public var id: String
  /// One sentence.
  public var message: String
  /// The file that it is about.
  public var file: String?
  /// What lies under it, in words.
  public var cause: String?
  /// What to do.
  public var remedies: [String]

  /// The record of an error.
  public init(_ error: XylemError) {
    id = error.id.rawValue
    message = error.message
    file = error.place.file
    cause = error.cause.map { String(describing: $0) }
    remedies = error.remedies
  }

  /// The error again; nil where the identifier is of another release.
  public var error: XylemError? {
    ErrorID(rawValue: id).map {
      XylemError($0, message, at: .init(file: file), cause: cause.map { Reason($0) }, remedies: remedies)
    }
  }
}
