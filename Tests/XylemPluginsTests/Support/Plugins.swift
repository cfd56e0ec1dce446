import Foundation
import Testing
import XylemTestSupport

@testable import XylemPlugins

extension Fixtures {
  /// A plugin of `Plugins/Misbehaving`.
  static func misbehaving(_ name: String) -> String {
    products.appendingPathComponent("libmisbehaving-\(name).so").path
  }
}

/// The policy of a test: nothing is read from or written to the user's cache.
func policy(cache: String? = nil, timeLimit: Duration = .seconds(20)) -> PluginPolicy {
  var policy = PluginPolicy()
  policy.cacheFolder = cache
  policy.timeLimit = timeLimit
  return policy
}
