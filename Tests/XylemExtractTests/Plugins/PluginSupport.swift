import Foundation
import Testing
import XylemPlugins
import XylemTrace

/// The example plugins, as they were built beside the tests.
enum ExamplePlugins {
  private static let folder: URL = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    return bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
  }()

  static func path(_ name: String) -> String { folder.appendingPathComponent("lib\(name).so").path }

  /// The plugin, loaded, with its operators in place.
  static func load(_ name: String) throws -> LeafPlugin {
    var policy = PluginPolicy()
    policy.cacheFolder = nil
    let plugin = try LeafPlugin.load(path(name), policy: policy)
    try plugin.implementOperators()
    return plugin
  }
}
