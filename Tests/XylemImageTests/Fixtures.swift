import Foundation
import Testing

/// The golden data in `Fixtures/` at the package's root.
enum Fixtures {
  /// The folder, found by going up from this source file to the manifest.
  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) { break }
      folder.deleteLastPathComponent()
    }
    return folder.appendingPathComponent("Fixtures")
  }()

  static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(name)))
  }

  static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: root.appendingPathComponent(name)))
  }

  static let codecs = Result { try json("transforms/codecs.json", as: CodecGoldens.self).files }
  static let transforms = Result { try json("transforms/transforms.json", as: TransformGoldens.self).cases }
  static let photographs = Result { try json("transforms/photographs.json", as: PhotographGoldens.self).cases }
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
