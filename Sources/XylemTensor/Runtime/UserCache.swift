internal import CXylemGuard

/// The folder for the files that all programs of a user share: libtorch, the tensor runtime, verdicts on plugins.
package enum UserCache {
  /// The version of Xylem, as `xylem --version` prints it.
  package static let version = "0.1.0"

  /// `xylem` in the user's cache folder: `XDG_CACHE_HOME`, otherwise `.cache` in the home folder. Nil if neither is known, or if the process
  /// runs with more rights than its user.
  package static var folder: String? {
    if let cache = environment("XDG_CACHE_HOME") { return cache + "/xylem" }
    return environment("HOME").map { $0 + "/.cache/xylem" }
  }

  /// The file of the tensor runtime for programs of this version; `xylem doctor --install` puts it there.
  package static var runtime: String? { library("libxylem-torch.so") }

  /// The file of a library of this package for programs of this version.
  package static func library(_ name: String) -> String? { folder.map { $0 + "/runtime-\(version)/\(name)" } }

  /// A variable with an absolute path.
  private static func environment(_ name: String) -> String? {
    guard let value = unsafe xylem_environment(name) else { return nil }
    let path = unsafe String(cString: value)
    return path.hasPrefix("/") ? path : nil
  }
}
