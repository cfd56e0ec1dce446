internal import ArgumentParser
internal import XylemDiff
internal import XylemErrors
internal import XylemReport

/// The formats of `xylem diff`.
enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, html, sarif, junit, markdown

  /// The report in this format.
  ///
  /// - Throws: `command.unavailable` for formats that belong to a later version.
  func report() throws(XylemError) -> any DiffReport {
    switch self {
    case .text: DiffTextReport()
    case .json: DiffJSONReport()
    case .markdown: DiffMarkdownReport()
    case .html, .sarif, .junit:
      throw CommandErrors.unavailable(
        "--format \(rawValue)", remedies: ["--format text", "--format json", "--format markdown"])
    }
  }
}
