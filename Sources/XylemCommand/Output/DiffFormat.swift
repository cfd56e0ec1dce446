public import ArgumentParser
internal import XylemDiff
public import XylemReport

extension DiffSARIFReport.Profile: ExpressibleByArgument {}

/// The formats of `xylem diff`.
enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, html, sarif, junit, markdown

  /// The report in this format.
  ///
  /// - Parameters:
  ///   - profile: the target of a SARIF report.
  ///   - failing: the lowest level of findings that fails a test in the JUnit report.
  func report(_ profile: DiffSARIFReport.Profile, failing: Finding.Level?) -> any DiffReport {
    switch self {
    case .text: DiffTextReport()
    case .json: DiffJSONReport()
    case .markdown: DiffMarkdownReport()
    case .junit: DiffJUnitReport(failing: failing ?? .error)
    case .sarif: DiffSARIFReport(profile)
    case .html: DiffHTMLReport()
    }
  }
}
