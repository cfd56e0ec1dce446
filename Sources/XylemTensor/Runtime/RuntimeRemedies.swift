internal import Foundation
internal import XylemErrors

/// What to do about a tensor runtime that is missing or does not fit. Each remedy works as it is, wherever the program came from.
enum RuntimeRemedies {
  /// For a runtime that is in none of the places.
  static func missing() -> [String] {
    guard isNamed("XYLEM_RUNTIME") else { return ["\(install)  # \(purpose)"] }
    let usual = RuntimeLibrary.usualPlaces().first { FileManager.default.fileExists(atPath: $0) }
    return [usual.map { "unset XYLEM_RUNTIME  # finds \($0)" } ?? "unset XYLEM_RUNTIME && \(install)  # \(purpose)"]
  }

  /// For a file that was found and can't be used.
  ///
  /// - Parameter lacksLibtorch: whether the cause is that libtorch is not where the runtime looks for it.
  static func unusable(_ path: String, lacksLibtorch: Bool = false) -> [String] {
    if isNamed("XYLEM_LIBTORCH") {
      return ["unset XYLEM_LIBTORCH  # takes the libtorch that the runtime was built with"]
    }
    if isNamed("XYLEM_RUNTIME") { return missing() }
    if lacksLibtorch { return missing() }
    if path == UserCache.runtime { return ["rm \(shellWord(path)) && \(install)  # \(purpose)"] }
    // The folder of a build: PACKAGE/.build/TRIPLE/CONFIGURATION.
    if let build = path.range(of: "/.build/") {
      let configuration = path.contains("/release/") ? " -c release" : ""
      let package = shellWord(String(path[..<build.lowerBound]))
      return ["swift build --package-path \(package)\(configuration) --product xylem-torch  # builds one that fits"]
    }
    return ["mv \(shellWord(path)) \(shellWord(path + ".old")) && \(install)  # \(purpose)"]
  }

  private static let purpose = "fetches libtorch, and puts the runtime into the user's cache"

  /// A package that depends on Xylem has the program too.
  private static var install: String {
    Audience.remedies(program: ["swift run xylem doctor --install"], commandLine: ["xylem doctor --install"])[0]
  }

  private static func isNamed(_ variable: String) -> Bool {
    ProcessInfo.processInfo.environment[variable].map { !$0.isEmpty } ?? false
  }
}
