internal import ArgumentParser
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemTrace

/// Whether a command that is not about differences between the modes tells of them.
struct DiffWarningOptions: ParsableArguments {
  @Flag(
    name: .customLong("suppress-diff-warning"),
    help: "Don't warn of differences between the modes. Single ones are accepted in the file of --config.")
  var suppressed = false

  /// What nobody is to be told of.
  func suppression(_ model: LoadedModel) -> DiffSuppression {
    suppressed ? .all : .expectations(model.expectations)
  }
}

/// What a command that is not about differences between the modes says of them, on the error stream.
struct DiffWarnings {
  /// How many are told whole.
  private static let most = 3

  let findings: [Finding]
  let model: String

  /// One line each for the first ones, and a last one with where to read on.
  var lines: [String] {
    guard !findings.isEmpty else { return [] }
    var lines = findings.prefix(Self.most).map { finding in
      if finding.rule.isAboutExpectations { return "\(finding.message) [\(finding.rule.rawValue)]" }
      let place = finding.node ?? (finding.module.isEmpty ? "the root module" : finding.module)
      let location = finding.location.map { " (\($0))" } ?? ""
      return "the modes may differ at \(place): \(finding.message)\(location) [\(finding.rule.rawValue)]"
    }
    let rest = findings.count - lines.count
    lines.append(
      (rest > 0 ? "\(rest) more such \(rest == 1 ? "difference" : "differences"); " : "")
        + "'xylem diff \(model)' explains, and shows how to accept what is intended")
    return lines
  }

  /// Prints them.
  func emit() { for line in lines { Terminal.warn(line) } }
}

extension DiffWarnings {
  /// What of an extractor's nodes differs between the modes. The mode that it was not made for is traced; where that fails, a note says so.
  init(
    of extractor: FeatureExtractor, _ model: LoadedModel, options: ModelOptions,
    suppressing suppression: DiffSuppression
  ) {
    self.model = options.model
    guard suppression != .all else {
      findings = []
      return
    }
    var traces = extractor.traces
    for mode in Mode.allCases where traces[mode] == nil && model.saved == nil {
      do { traces[mode] = try model.trace(options.traceOptions(mode)) } catch {
        let reason = (error as? XylemError)?.message ?? "\(error)"
        Terminal.error("note: the modes were not compared: in \(mode.rawValue) mode, \(reason)")
      }
    }
    guard let train = traces[.train], let eval = traces[.eval] else {
      findings = []
      return
    }
    let diff = TraceDiffer.diff(
      DiffSide(train, of: model.model), DiffSide(eval, of: model.model), model: options.model,
      options: DiffOptions(suppressing: suppression),
      today: TraceDiffer.today)
    func nodes(_ mode: Mode) -> Set<NodeID> { Set(extractor.plans[mode]?.graph.nodes.map(\.id) ?? []) }
    findings = diff.warnings(concerning: nodes(.train), nodes(.eval))
  }
}
