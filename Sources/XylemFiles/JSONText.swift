internal import Foundation

/// Strings and documents in JSON syntax.
package enum JSONText {
  /// Returns a document on one line with sorted keys. Equal values give equal bytes.
  ///
  /// - Throws: the encoder's errors.
  package static func sorted(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The encoder escapes every other control character.
    return String(decoding: try encoder.encode(document), as: UTF8.self).replacing("\u{7F}", with: "\\u007f")
  }

  /// A string in quotation marks, with exactly the escapes that `serde_json` uses.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{08}": result += "\\b"
      case "\u{0C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
