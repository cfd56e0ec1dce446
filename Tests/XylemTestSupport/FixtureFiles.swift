package import Foundation

/// The checkout's Fixtures folder.
package enum FixtureFiles {
  package static let folder: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder.appendingPathComponent("Fixtures")
  }()

  package static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// The contents of a JSON file.
  package static func json(_ name: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(name)))
  }
}
