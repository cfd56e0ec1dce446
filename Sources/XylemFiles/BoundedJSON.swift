internal import Foundation

/// JSON from untrusted sources, for Foundation's decoder.
///
/// That decoder recurses for each bracket, and crashes at the 513th while it creates its error.
package enum BoundedJSON {
  /// The maximum nesting of brackets.
  package static let deepest = 500

  /// The reason why a document was not passed to the decoder.
  package struct TooDeep: Error, CustomStringConvertible {
    package var description: String { "it is nested deeper than \(BoundedJSON.deepest) brackets" }
  }

  /// Decodes a document.
  ///
  /// - Throws: ``TooDeep``, and the decoder's errors.
  package static func decode<Document: Decodable>(
    _ type: Document.Type, from bytes: some Sequence<UInt8>
  ) throws -> Document {
    let bytes = Data(bytes)
    guard depth(of: bytes) <= deepest else { throw TooDeep() }
    return try JSONDecoder().decode(type, from: bytes)
  }

  /// The maximum nesting of brackets, ignoring those in strings. Takes time linear in the size.
  static func depth(of bytes: some Sequence<UInt8>) -> Int {
    var (depth, most) = (0, 0)
    var (isInString, isEscaped) = (false, false)
    for byte in bytes {
      if isEscaped {
        isEscaped = false
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"): isEscaped = isInString
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if !isInString {
          depth += 1
          most = max(most, depth)
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isInString { depth -= 1 }
      default: break
      }
    }
    return most
  }
}
