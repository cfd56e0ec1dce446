internal import CXylemGuard
internal import XylemTensor

/// The conditions for loading a plugin, and how it is tried first.
public struct PluginPolicy: Sendable, Hashable {
  /// The required SHA-256 of plugins, by the path given to `load` or by id.
  public var pins: [String: String] = [:]
  /// Whether a plugin without a pin is refused.
  public var requiresPin = false
  /// Whether another process loads the plugin first, so that a crash or a hang only affects that process.
  public var scans = true
  /// The time limit of the other process.
  public var timeLimit: Duration = .seconds(10)
  /// The folder where verdicts of scans are stored; nil stores none.
  public var cacheFolder: String? = Self.defaultCacheFolder

  /// Creates the default policy: no pins, a scan of at most ten seconds, verdicts stored in the user's cache.
  public init() {}

  /// `xylem/verdicts` in the user's cache folder: `XDG_CACHE_HOME`, otherwise `.cache` in the home folder. Nil if
  /// neither is known, or if the process runs with more rights than its user.
  public static var defaultCacheFolder: String? { UserCache.folder.map { $0 + "/verdicts" } }

  /// The program that loads plugins before this process does; nil if it is not found.
  public static var scannerPath: String? { Scanner.found }

  /// An environment variable; nil if it is empty, or if the process runs with more rights than its user.
  static func environment(_ name: String) -> String? {
    guard let value = unsafe xylem_environment(name), unsafe value.pointee != 0 else { return nil }
    return unsafe String(cString: value)
  }

  /// Returns the pin of a plugin, if there is one. A path takes precedence over an id.
  func pin(path: String, id: String) -> String? { pins[path] ?? pins[id] }
}
