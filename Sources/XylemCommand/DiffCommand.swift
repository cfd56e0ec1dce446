internal import ArgumentParser
internal import Foundation
internal import XylemDiff
internal import XylemExtract
internal import XylemReport
internal import XylemTrace

/// `xylem diff`: train against eval.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compares the train and the eval trace of a model, and explains each difference.",
    discussion: """
      xylem diff model.pt --auto-leaf

      One cause is one finding, with what follows from it folded under it. What is so by design can be accepted in the file of --config,
      under 'expectations'; each finding ends with what to paste there.

      Ends with exit code 1 where a finding of the level of --fail-on or above is not accepted.
      """)

  /// From which level on findings end the run with exit code 1.
  enum FailLevel: String, ExpressibleByArgument, CaseIterable {
    case error, warning, info, never

    var level: Finding.Level? { Finding.Level(rawValue: rawValue) }
  }

  @OptionGroup var options: ModelOptions
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Nodes that an extractor is to return: whether each mode has them, and what to ask for where one has not.",
      valueName: "node"))
  var requests: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The same for train mode, in place of --return.", valueName: "node"))
  var trainReturn: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The same for eval mode, in place of --return.", valueName: "node"))
  var evalReturn: [String] = []
  @Option(help: "The level from which on findings end the run with exit code 1.") var failOn: FailLevel = .warning
  @Option(help: "The output's format.") var format: DiffFormat = .text
  @Option(help: "Whom a report in SARIF is for: GitHub ignores suppressions, so there what is accepted is left out.")
  var sarifProfile: DiffSARIFReport.Profile = .full

  mutating func run() throws {
    let report = format.report(sarifProfile, failing: failOn.level)
    try options.checkOutput()
    let model = try options.load()
    let options = options
    let (train, eval) = try Progress.during("tracing") {
      (try model.trace(options.traceOptions(.train)), try model.trace(options.traceOptions(.eval)))
    }
    let asked = DiffOptions(
      requests: Self.requests(requests, train: trainReturn, eval: evalReturn), expectations: model.expectations)
    let diff = TraceDiffer.diff(
      DiffSide(train), DiffSide(eval), model: options.model, options: asked, today: Self.today)
    try options.emit(report.render(diff))
    if let level = failOn.level, !diff.unexpected(atLeast: level).isEmpty { throw FindingsFound() }
  }

  private static func requests(_ both: [String], train: [String], eval: [String]) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for (label, own) in [("train", train), ("eval", eval)] {
      let chosen = (own.isEmpty ? both : own).map { ReturnRequest(parsing: $0).node }
      if !chosen.isEmpty { found[label] = chosen }
    }
    return found
  }

  /// The day, as the whole world has it.
  private static var today: (year: Int, month: Int, day: Int) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date())
    return (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}
