internal import ArgumentParser
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemTrace

/// Whether a command that is not about differences between the modes reports them.
struct DiffWarningOptions: ParsableArguments {
  @Flag(
    name: .customLong("suppress-diff-warning"),
    help: "Don't warn about differences between the modes. Single differences can be accepted in the --config file.")
  var suppressed = false

  /// Suppressed differences.
  func suppression(_ model: LoadedModel) -> DiffSuppression {
    suppressed ? .all : .expectations(model.expectations)
  }
}

/// The warnings about differences between the modes, for commands that are not about them.
struct DiffWarnings {
  /// The number of differences that are printed in full.
  private static let most = 3

  let findings: [Finding]
  let model: String

  /// One line each for the first differences, and a last line about the rest.
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
      (rest > 0 ? "\(rest) more \(rest == 1 ? "difference" : "differences"); " : "")
        + "'xylem diff \(model)' explains them and shows how to accept intended differences")
    return lines
  }

  /// Prints the warnings.
  func emit() { for line in lines { Terminal.warn(line) } }
}

extension DiffWarnings {
  /// The differences between the modes at an extractor's nodes. Traces the other mode; if that fails, a note says so.
  init(
    of extractor: FeatureExtractor, _ model: LoadedModel, options: ModelOptions,
    suppressing suppression: DiffSuppression
  ) {
    self.model = options.model
    guard suppression != .all else {
      findings = []
      return
    }
    // What '--from' and '--set' change is not a difference of the model.
    var traces = model.saved?.traces ?? extractor.traces.filter { $0.value.edits == nil }
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
