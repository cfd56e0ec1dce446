import Foundation
import Testing

@testable import XylemPlugins

/// Where the tests find what was built.
enum Places {
  /// The folder of the products: that of the bundle of tests.
  static let products: URL = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    return bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
  }()

  /// A plugin of `Plugins/Misbehaving`.
  static func misbehaving(_ name: String) -> String {
    products.appendingPathComponent("libmisbehaving-\(name).so").path
  }
}

/// Calls `body` with a fresh folder, and removes that afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-plugins-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// The policy of a test: nothing is read from or written to the user's cache.
func policy(cache: String? = nil, timeLimit: Duration = .seconds(20)) -> PluginPolicy {
  var policy = PluginPolicy()
  policy.cacheFolder = cache
  policy.timeLimit = timeLimit
  return policy
}
