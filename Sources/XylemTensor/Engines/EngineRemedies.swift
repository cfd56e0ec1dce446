internal import Foundation
internal import XylemErrors

/// Remedies for an engine that is missing or can't be used. Each works unchanged, wherever the program is installed.
enum EngineRemedies {
  /// The remedies if no engine was found.
  ///
  /// - Parameter named: the file that `XYLEM_ENGINE` names, which is looked for alone. Nil if it is not set.
  /// - Parameter usual: the places where an engine is looked for otherwise.
  static func missing(named: String?, usual: [String]) -> [String] {
    guard named != nil else { return [install, withoutEngine] }
    let found = usual.first { FileManager.default.fileExists(atPath: $0) }
    return [found.map { "unset XYLEM_ENGINE  # finds \($0)" } ?? "unset XYLEM_ENGINE && \(install)", withoutEngine]
  }

  /// The remedies for a file that was found but can't be used.
  static func unusable(_ path: String, named: String?, usual: [String]) -> [String] {
    if named != nil { return missing(named: named, usual: usual) }
    // The folder of a build: PACKAGE/.build/TRIPLE/CONFIGURATION.
    if let build = path.range(of: "/.build/") {
      let configuration = path.contains("/release/") ? " -c release" : ""
      let package = shellWord(String(path[..<build.lowerBound]))
      return [
        "swift build --package-path \(package)\(configuration) --product xylem-openvino  # builds a matching engine",
        withoutEngine,
      ]
    }
    return ["mv \(shellWord(path)) \(shellWord(path + ".old")) && \(install)", withoutEngine]
  }

  private static var install: String {
    Audience.remedies(program: ["swift run xylem doctor --install"], commandLine: ["xylem doctor --install"])[0]
      + "  # installs OpenVINO and the engine into the user's cache"
  }

  private static var withoutEngine: String {
    Audience.remedies(
      program: ["extractor.engineOptions.engine = .torch  // computes everything in libtorch"],
      commandLine: ["--engine torch  # computes everything in libtorch"])[0]
  }
}
