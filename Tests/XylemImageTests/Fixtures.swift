import Foundation
import Testing
import XylemTestSupport

extension Fixtures {
  static func decoded<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static let codecs = Result { try decoded("transforms/codecs.json", as: CodecGoldens.self).files }
  static let transforms = Result { try decoded("transforms/transforms.json", as: TransformGoldens.self).cases }
  static let photographs = Result { try decoded("transforms/photographs.json", as: PhotographGoldens.self).cases }
}

/// What Pillow decodes from a tiny file.
struct CodecGolden: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let width: Int
  let height: Int
  let rgb: Data
  var testDescription: String { file }
}

/// What torchvision's Resize and CenterCrop make of a tiny file.
struct TransformGolden: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let resize: Int?
  let crop: Int?
  let width: Int
  let height: Int
  let rgb: Data
  var testDescription: String { "\(file) resize \(resize ?? 0) crop \(crop ?? 0)" }
}

/// What torchvision's evaluation transform makes of a photograph: hashes, and the middle 8 x 8 values.
struct PhotographGolden: Decodable, Sendable, CustomTestStringConvertible {
  let file: String
  let width: Int
  let height: Int
  let resize: Int
  let crop: Int
  let decodedHash: String
  let pixelsHash: String
  let valuesHash: String
  let middle: Data
  var testDescription: String { "\(file) resize \(resize) crop \(crop)" }

  /// `[3, 8, 8]` values.
  var middleValues: [Float] {
    let bytes = [UInt8](middle)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: bits)
    }
  }
}

struct CodecGoldens: Decodable { let files: [CodecGolden] }
struct TransformGoldens: Decodable { let cases: [TransformGolden] }
struct PhotographGoldens: Decodable { let cases: [PhotographGolden] }
