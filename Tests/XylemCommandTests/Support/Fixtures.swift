import Foundation
import Testing
import XylemTensor

/// The checkout's Fixtures folder.
enum Fixtures {
  static let package: URL = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  static func path(_ name: String) -> String { package.appendingPathComponent("Fixtures/\(name)").path }

  /// The files of a folder with an ending, sorted.
  static func names(in folder: String, ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted()
  }

  /// Whether the tensor runtime was built; tests that need it say so otherwise.
  static let hasRuntime: Bool = (try? TensorRuntime.load()) != nil

  /// The executable beside the tests, where it was built.
  static let executable = program("xylem")

  /// A program beside the tests, where it was built.
  static func program(_ name: String) -> String? {
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let folders = bundles.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } + [Bundle.main.bundleURL]
    return folders.map { $0.appendingPathComponent(name).path }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where libxylem-torch.so was not built.
  static var needsRuntime: Self { .enabled(if: Fixtures.hasRuntime, "the tensor runtime is not built: make runtime") }

  /// Skips a test where the executable was not built.
  static var needsExecutable: Self {
    .enabled(if: Fixtures.executable != nil, "the executable is not built: swift build --product xylem")
  }
}

/// Calls `body` with a fresh folder, and removes that afterwards.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

/// What lies in a folder, sorted.
func contents(of folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
