internal import ArgumentParser
internal import XylemDiff
internal import XylemExtract
internal import XylemReport
internal import XylemTensor
internal import XylemTrace
internal import XylemWitness

/// `xylem diff`: compares train mode with eval mode.
struct DiffCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compare a model's train and eval traces and explain each difference.",
    discussion: """
      xylem diff model.pt --auto-leaf
      xylem diff train.pt2 eval.pt2

      Each cause is one finding; its consequences are listed under it. Intended differences can be accepted in the --config file, under \
      'expectations': each finding ends with the lines to paste there, and --accept writes them.

      The exit code is 1 if a finding at or above the --fail-on level is not accepted.
      """)

  /// The lowest level of findings that ends the run with exit code 1.
  enum FailLevel: String, ExpressibleByArgument, CaseIterable {
    case error, warning, info, never

    var level: Finding.Level? { Finding.Level(rawValue: rawValue) }
  }

  @OptionGroup var options: ModelOptions
  @Argument(
    help: ArgumentHelp(
      "The archive of torch.export that has the same model in eval mode, if the first one has it in train mode only.",
      valueName: "eval-archive"), completion: .file(extensions: ["pt2"]))
  var evalArchive: String?
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Report whether each mode has these nodes, which an extractor will return, and what to request if a mode lacks one.",
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
  @OptionGroup(title: "A run") var witness: WitnessOptions
  @OptionGroup(title: "Expectations") var edit: ExpectationEditOptions
  @Option(
    help: ArgumentHelp(
      "Compare with the findings of another model or of a JSON report, and list what is added, changed and gone. Only added findings fail.",
      valueName: "other"), completion: .file(extensions: ["pt", "json"]))
  var base: String?
  @Option(help: "The lowest level of findings that ends the run with exit code 1.") var failOn: FailLevel = .warning
  @Option(help: "The output format.") var format: DiffFormat = .text
  @Option(
    help:
      "With --format sarif: the target of the report. GitHub ignores suppressions, so 'github' leaves out accepted findings. (default: full)"
  )
  var sarifProfile: DiffSARIFReport.Profile?

  func validate() throws {
    if !witness.isWanted, options.castsInputsAlone {
      throw ValidationError("'--dtype' has no effect without '--witness': the model does not run")
    }
    try ModelOptions.check(requests: requests + trainReturn + evalReturn)
    if sarifProfile != nil, format != .sarif { throw ValidationError("'--sarif-profile' needs '--format sarif'") }
    if edit.isWanted, options.config == nil {
      throw ValidationError(
        "'--accept' and '--prune' need '--config <file>', where expectations are kept",
        remedies: ["--config xylem.yaml"])
    }
  }

  mutating func run() throws {
    let report = format.report(sarifProfile ?? .full, failing: failOn.level)
    if !requests.isEmpty, !trainReturn.isEmpty, !evalReturn.isEmpty {
      Terminal.error("note: '--return' has no effect: '--train-return' and '--eval-return' replace it")
    }
    try options.checkOutput(reading: witness.inputs + [base, evalArchive].compactMap(\.self))
    if edit.isWanted, let file = options.config { try OutputFile.check(file) }
    let other = try base.map { try readBase($0) }
    let model = try options.load(
      makesConfiguration: edit.isWanted, seed: witness.weightSeed, evalArchive: evalArchive)
    try options.keepInputs(witness.inputs, of: model)
    let options = options
    let (train, eval) = try Progress.during("tracing") {
      (try model.trace(options.traceOptions(.train)), try model.trace(options.traceOptions(.eval)))
    }
    if options.notes { for line in MergedNotes([train, eval]).lines(.all) { Terminal.error(line) } }
    var asked = DiffOptions(
      requests: Self.requests(requests, train: trainReturn, eval: evalReturn), expectations: model.expectations)
    var diff = try compare(train, eval, of: model, options: asked)
    if edit.isWanted, let file = options.config {
      asked.expectations = try ExpectationEdit(options: edit, file: file).apply(diff)
      diff = try compare(train, eval, of: model, options: asked)
    }
    if let failure = diff.run?.failure { Terminal.warn("the run did not finish: \(failure)") }
    if let run = diff.run, !run.unexplained.isEmpty {
      Terminal.warn(
        "the modes gave different values at \(run.unexplained.count == 1 ? "a node" : "\(run.unexplained.count) nodes") that no finding covers: "
          + run.unexplained.prefix(5).joined(separator: ", "))
    }
    if let other { diff = diff.compared(to: other) }
    let text = report.render(diff)
    try options.emit { format == .text ? ReportLayout(style: $0).apply(to: text) : text }
    if let level = failOn.level, !diff.failing(atLeast: level).isEmpty { throw FindingsFound() }
  }

  /// The findings of another model, traced with the same options, or of a report.
  private func readBase(_ path: String) throws -> TraceDiff.Base {
    if try SavedReport.isReport(path) {
      let base = try SavedReport(path: path).base
      if base.model != options.model {
        Terminal.error("note: the report '\(path)' is about the model '\(base.model)', not '\(options.model)'")
      }
      return base
    }
    var options = options
    options.model = path
    options.output = nil
    let model = try options.load(makesConfiguration: edit.isWanted, seed: witness.weightSeed)
    // The other model may lack an argument named in --symbolic.
    if model.saved == nil {
      let names = try model.model.forwardArguments().map(\.name)
      options.symbolic = options.symbolic.filter(names.contains)
    }
    let (train, eval) = try Progress.during("tracing \(path)") {
      (try model.trace(options.traceOptions(.train)), try model.trace(options.traceOptions(.eval)))
    }
    return TraceDiff.Base(
      try TraceDiffer.diff(
        train, eval, of: model.model, name: path, options: DiffOptions(expectations: model.expectations),
        today: TraceDiffer.today))
  }

  private func compare(
    _ train: Trace, _ eval: Trace, of model: LoadedModel, options: DiffOptions
  ) throws -> TraceDiff {
    guard let input = try witness.input(for: eval, of: model, as: self.options.dtype) else {
      return try TraceDiffer.diff(
        train, eval, of: model.model, name: self.options.model, options: options, today: TraceDiffer.today)
    }
    if model.hasRandomWeights {
      Terminal.warn("\(self.options.model) has random weights: '--weights FILE' loads trained weights")
    }
    try model.weights?.check(nil)
    // As in 'extract': with more threads the last bits of a value may differ between runs.
    let threadsBefore = try TensorRuntime.load().threads
    try TensorRuntime.setThreads(1)
    defer { try? TensorRuntime.setThreads(threadsBefore) }
    return try Progress.during("running both graphs") {
      try TraceDiffer.diff(
        train, eval, of: model.model, on: input, name: self.options.model, options: options, today: TraceDiffer.today)
    }
  }

  private static func requests(_ both: [String], train: [String], eval: [String]) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for (label, own) in [("train", train), ("eval", eval)] {
      let chosen = own.isEmpty ? both : own
      if !chosen.isEmpty { found[label] = chosen }
    }
    return found
  }
}
