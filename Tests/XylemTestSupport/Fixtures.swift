package import Foundation

/// The checkout's `Fixtures` folder, and what was built beside the tests.
package enum Fixtures {
  /// The checkout.
  package static let package: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  package static let folder = package.appendingPathComponent("Fixtures")

  /// The path of a fixture, which need not exist.
  package static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// The bytes of a fixture.
  package static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The contents of a JSON file.
  package static func json(_ name: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The contents of a JSON file that holds an object.
  package static func object(_ name: String) throws -> [String: Any] {
    guard let object = try json(name) as? [String: Any] else { throw CocoaError(.propertyListReadCorrupt) }
    return object
  }

  /// The files of a folder with an ending, sorted. A test that goes over them can't pass without them.
  package static func names(in folder: String, ending: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path(folder)).filter { $0.hasSuffix(ending) }
    guard let names, !names.isEmpty else { fatalError("no \(ending) in \(path(folder))") }
    return names.sorted()
  }

  /// The folder of the products: that of the bundle of tests.
  package static let products: URL = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    return bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
  }()

  /// The executable beside the tests, if it was built.
  package static let executable = program("xylem")

  /// A program beside the tests, if it was built.
  package static func program(_ name: String) -> String? {
    let path = products.appendingPathComponent(name).path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }
}
