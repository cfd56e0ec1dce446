internal import Foundation
internal import XylemErrors

/// Remedies for a tensor runtime that is missing or does not match. Each works unchanged, wherever the program is installed.
enum RuntimeRemedies {
  /// The remedies if no runtime was found.
  static func missing() -> [String] {
    guard isNamed("XYLEM_RUNTIME") else { return ["\(install)  # \(purpose)"] }
    let usual = RuntimeLibrary.usualPlaces().first { FileManager.default.fileExists(atPath: $0) }
    return [usual.map { "unset XYLEM_RUNTIME  # finds \($0)" } ?? "unset XYLEM_RUNTIME && \(install)  # \(purpose)"]
  }

  /// The remedies for a file that was found but can't be used.
  ///
  /// - Parameter lacksLibtorch: whether the runtime did not find libtorch.
  static func unusable(_ path: String, lacksLibtorch: Bool = false) -> [String] {
    if isNamed("XYLEM_LIBTORCH") {
      return ["unset XYLEM_LIBTORCH  # uses the libtorch that the runtime was built with"]
    }
    if isNamed("XYLEM_RUNTIME") { return missing() }
    if lacksLibtorch { return missing() }
    if path == UserCache.runtime { return ["rm \(shellWord(path)) && \(install)  # \(purpose)"] }
    // The folder of a build: PACKAGE/.build/TRIPLE/CONFIGURATION.
    if let build = path.range(of: "/.build/") {
      let configuration = path.contains("/release/") ? " -c release" : ""
      let package = shellWord(String(path[..<build.lowerBound]))
      return [
        "swift build --package-path \(package)\(configuration) --product xylem-torch  # builds a matching runtime"
      ]
    }
    return ["mv \(shellWord(path)) \(shellWord(path + ".old")) && \(install)  # \(purpose)"]
  }

  private static let purpose = "installs libtorch and the runtime into the user's cache"

  /// A package that depends on Xylem can run the program too.
  private static var install: String {
    Audience.remedies(program: ["swift run xylem doctor --install"], commandLine: ["xylem doctor --install"])[0]
  }

  private static func isNamed(_ variable: String) -> Bool {
    ProcessInfo.processInfo.environment[variable].map { !$0.isEmpty } ?? false
  }
}
