internal import CXylemGuard
internal import XylemTensor

/// Under which conditions a plugin may be loaded, and how it is tried first.
public struct PluginPolicy: Sendable, Hashable {
  /// The SHA-256 that a plugin must have, by its path as it is given to `load`, or by its id.
  public var pins: [String: String] = [:]
  /// Whether a plugin without a pin is refused.
  public var requiresPin = false
  /// Whether another process loads the plugin first, so that a crash or a hang is that one's.
  public var scans = true
  /// How long the other process may take.
  public var timeLimit: Duration = .seconds(10)
  /// Where verdicts of scans are kept; nil keeps none.
  public var cacheFolder: String? = Self.defaultCacheFolder

  /// The defaults: no pins, a scan of ten seconds at most, verdicts kept in the user's cache.
  public init() {}

  /// `xylem/verdicts` in the user's cache folder: `XDG_CACHE_HOME`, else `.cache` in the home folder. Nil where neither is known, or where
  /// the process runs with more rights than its user has.
  public static var defaultCacheFolder: String? { UserCache.folder.map { $0 + "/verdicts" } }

  /// The program that loads plugins before this process does; nil where it is not found.
  public static var scannerPath: String? { Scanner.found }

  /// A variable of the environment; nil where it is empty, or the process runs with more rights than its user has.
  static func environment(_ name: String) -> String? {
    guard let value = unsafe xylem_environment(name), unsafe value.pointee != 0 else { return nil }
    return unsafe String(cString: value)
  }

  /// The pin for a plugin, if there is one; a path counts before an id.
  func pin(path: String, id: String) -> String? { pins[path] ?? pins[id] }
}
