public import ArgumentParser
internal import XylemDiff
internal import XylemErrors
public import XylemReport

extension DiffSARIFReport.Profile: ExpressibleByArgument {}

/// The formats of `xylem diff`.
enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, html, sarif, junit, markdown

  /// The report in this format.
  ///
  /// - Parameters:
  ///   - profile: whom a report in SARIF is for.
  ///   - failing: the level from which on a finding fails a test in JUnit's report.
  /// - Throws: `command.unavailable` for formats that belong to a later version.
  func report(_ profile: DiffSARIFReport.Profile, failing: Level?) throws(XylemError) -> any DiffReport {
    switch self {
    case .text: DiffTextReport()
    case .json: DiffJSONReport()
    case .markdown: DiffMarkdownReport()
    case .junit: DiffJUnitReport(failing: failing ?? .error)
    case .sarif: DiffSARIFReport(profile)
    case .html:
      throw CommandErrors.unavailable("--format html", remedies: ["--format markdown", "--format sarif"])
    }
  }
}
