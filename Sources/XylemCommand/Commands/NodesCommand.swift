internal import ArgumentParser
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemReport
internal import XylemTrace

/// `xylem nodes`: the names that features are asked for by.
struct NodesCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "Lists the names of a model's nodes in execution order.",
    discussion: """
      xylem nodes model.pt --auto-leaf --mode both

      Prints one name a line, or for both modes two columns, aligned as 'xylem diff' does it, with '-' before nodes that only train mode has, \
      '+' before those of eval mode alone, and '~' before those that have another name there. What differs without a known cause is warned of. Leaves and regions that were made automatically are listed on standard error.

      In JSON, only the modes asked for are traced; the list of another one is empty.

      --long ends with what the model and its parts have in all. With --input-shape too, the model runs once on random numbers of that \
      shape, and the stages are listed: the last feature map before each smaller one, with its channels and its stride. Multiply-adds are counted for \
      convolutions, linear layers and matrix products, from the shapes of their weights and results, without biases; \
      everything else counts as none.
      """)

  /// Which modes are listed.
  enum Modes: String, ExpressibleByArgument, CaseIterable {
    case train, eval, both

    var modes: [Mode] {
      switch self {
      case .train: [.train]
      case .eval: [.eval]
      case .both: [.train, .eval]
      }
    }
  }

  @OptionGroup var options: ModelOptions
  @OptionGroup var differences: DiffWarningOptions
  @Option(help: "The modes that are traced.") var mode: Modes = .eval
  @Flag(help: "Add each node's operation, the rule that made it a leaf, and its source line, and totals.")
  var long = false
  @Option(
    help: ArgumentHelp(
      "With --long: run the model on an input of this shape, as in 1,3,224,224, and add shape, dtype, bytes and multiply-adds.",
      valueName: "sizes"))
  var inputShape: InputShape?
  @Option(help: "The output's format.") var format: TextOrJSON = .text

  func validate() throws {
    if inputShape != nil, !long { throw ValidationError("'--input-shape' needs '--long'", remedies: ["--long"]) }
    if differences.suppressed, mode != .both {
      throw ValidationError(
        "'--suppress-diff-warning' has no effect without '--mode both': the modes are not compared",
        remedies: ["--mode both"])
    }
    if options.castsInputsAlone, inputShape == nil {
      throw ValidationError("'--dtype' has no effect without '--input-shape': the model does not run")
    }
  }

  mutating func run() throws {
    try options.checkOutput()
    let model = try options.load()
    var listings: [NodeListing] = []
    for mode in mode.modes {
      let trace = try Progress.during("tracing in \(mode.rawValue) mode") {
        try model.trace(options.traceOptions(mode))
      }
      let details = long ? try NodeDetails.all(of: trace, model: model, inputShape: inputShape, options: options) : []
      listings.append(
        NodeListing(
          trace: trace, details: details,
          totals: long ? ModelTotals(of: trace, tensors: model.model.tensors, details: details) : nil))
    }
    let notes = MergedNotes(listings.map(\.trace))
    for line in notes.lines(options.notes ? .all : .grouped) { Terminal.error(line) }
    let diff = listings.count == 2 ? compare(listings[0].trace, listings[1].trace, model) : nil
    DiffWarnings(findings: diff?.warnings ?? [], model: options.model).emit()
    let report = NodesReport(
      model: options.model, naming: listings.first?.trace.naming ?? options.naming ?? .exact, listings: listings,
      rows: diff?.rows ?? [],
      notes: notes,
      showsDetails: long,
      showsShapes: inputShape != nil)
    try options.emit { format == .json ? report.json.text : report.text($0) }
  }

  private func compare(_ train: Trace, _ eval: Trace, _ model: LoadedModel) -> TraceDiff {
    TraceDiffer.diff(
      DiffSide(train, of: model.model), DiffSide(eval, of: model.model), model: options.model,
      options: DiffOptions(suppressing: differences.suppression(model)), today: TraceDiffer.today)
  }
}
