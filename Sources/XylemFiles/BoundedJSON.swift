internal import Foundation

/// JSON that may come from anybody, for Foundation's decoder.
///
/// That decoder recurs for each bracket, and ends the process at the 513th while it makes its error.
package enum BoundedJSON {
  /// How many brackets may stand within one another.
  package static let deepest = 500

  /// Why a document was not handed to the decoder.
  package struct TooDeep: Error, CustomStringConvertible {
    package var description: String { "it nests deeper than \(BoundedJSON.deepest) brackets" }
  }

  /// Decodes a document.
  ///
  /// - Throws: ``TooDeep``, and what the decoder throws.
  package static func decode<Document: Decodable>(
    _ type: Document.Type, from bytes: some Sequence<UInt8>
  ) throws -> Document {
    let bytes = Data(bytes)
    guard depth(of: bytes) <= deepest else { throw TooDeep() }
    return try JSONDecoder().decode(type, from: bytes)
  }

  /// The most brackets that stand within one another, those in strings left out. Takes time linear in the size.
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
