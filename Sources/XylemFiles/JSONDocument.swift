package import XylemErrors

/// A JSON document in memory. The members of objects are in the document's order.
///
/// For documents whose form is decided by their contents. Files that hold one known form are decoded as they are read.
package indirect enum JSONDocument: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number without a fraction that fits in 64 bits.
  case int(Int)
  /// Any other finite number.
  case float(Double)
  case string(String)
  case array([JSONDocument])
  case object([Member])

  /// A member of an object.
  package struct Member: Sendable, Hashable {
    package let key: String
    package let value: JSONDocument
  }

  /// Parses a document.
  ///
  /// - Parameters:
  ///   - path: the file that errors name.
  ///   - part: the part of the file that the bytes are, as in `models/model.json`.
  /// - Throws: `file.malformed` for invalid syntax, duplicate keys, deep nesting and numbers of more than 64 bits.
  package init(parsing bytes: [UInt8], path: String, part: String) throws(XylemError) {
    var reader = JSONReader(bytes, path: path, origin: 0, part: part)
    self = try reader.value()
    try reader.end()
  }

  /// The kind of value, in words.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .int, .float: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
