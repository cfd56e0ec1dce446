internal import Foundation
internal import XylemDiff
internal import XylemErrors
internal import struct XylemGraph.SourceLocation
internal import Yams

/// The messages of configuration errors.
enum ConfigurationErrors {
  /// One mebibyte.
  static let mostBytes = 1 << 20

  static func tooLarge(_ path: String) -> XylemError {
    XylemError(.configMalformed, "the configuration is larger than \(mostBytes) bytes", at: .init(file: path))
  }

  static func encoding(_ path: String) -> XylemError {
    XylemError(.configMalformed, "the configuration is not UTF-8", at: .init(file: path))
  }

  static func malformed(
    _ message: String, at mark: Mark?, of path: String, remedies: [String] = []
  ) -> XylemError {
    XylemError(.configMalformed, message, at: place(mark, path), remedies: remedies)
  }

  static func unknownKey(_ key: String, among keys: [String], at mark: Mark?, of path: String) -> XylemError {
    // A short key has few near misses: keys with the same first letter are offered too.
    let close = nearMisses(of: key, among: keys)
    let near = close.isEmpty ? keys.filter { $0.prefix(3) == key.prefix(3) } : close
    return XylemError(
      .configUnknownKey, "there is no key '\(key)' here", at: place(mark, path),
      remedies: near.isEmpty ? ["the keys: \(keys.joined(separator: ", "))"] : near.map { "\($0):" })
  }

  static func noDigest(of plugin: String, at mark: Mark?, of path: String) -> XylemError {
    malformed(
      "the plugin '\(plugin)' has no 'sha256': a configuration pins the content of what it loads", at: mark, of: path,
      remedies: ["sha256sum '\(plugin)'  # and 'sha256: DIGEST' under the path"])
  }

  static func notEditable(_ path: String) -> XylemError {
    XylemError(
      .configMalformed, "the list of expectations is in a form that can't be edited without losing content",
      at: .init(file: path),
      remedies: ["write 'expectations:' at the beginning of a line, and each expectation below it after a dash"])
  }

  static func commentsInside(_ expectation: DiffExpectation, _ path: String) -> XylemError {
    XylemError(
      .configMalformed,
      "the expectation '\(expectation.rule)' at '\(expectation.place)' has comments between its lines, which rewriting it would lose",
      at: .init(file: expectation.location.map { "\($0.file):\($0.line)" } ?? path),
      remedies: ["move them above it, or edit the expectation by hand"])
  }

  static func editFailed(_ path: String, cause: (any Error)?) -> XylemError {
    XylemError(
      .configMalformed, "the expectations could not be written so that they read back correctly; the file is unchanged",
      at: .init(file: path), cause: cause)
  }

  /// The YAML parser's message, as one sentence.
  static func yaml(_ error: any Error, of path: String, text: String) -> XylemError {
    guard let error = error as? YamlError else {
      return XylemError(.configMalformed, "the configuration is not YAML", at: .init(file: path), cause: error)
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
      let hasTab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
      // The parser's message continues a sentence about its context, which is not printed.
      return malformed(
        "the configuration is not YAML: \(problem.trimmingPrefix("but "))", at: mark, of: path,
        remedies: hasTab ? ["indent with spaces: YAML does not allow tabs there"] : [])
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "'\($0)'" }.sorted().joined(separator: ", ")
      return malformed("given twice in the mapping that begins here: \(keys)", at: context.mark, of: path)
    default:
      return XylemError(
        .configMalformed, "the configuration is not YAML", at: .init(file: path), cause: Reason("\(error)"))
    }
  }

  /// `FILE:LINE:COLUMN`, as compilers write it.
  private static func place(_ mark: Mark?, _ path: String) -> XylemError.Place {
    .init(file: path + (mark.map { ":\($0.line):\($0.column)" } ?? ""))
  }
}
