internal import ArgumentParser
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemReport
internal import XylemTrace

/// `xylem nodes`: lists the node names that features are requested by.
struct NodesCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodes", abstract: "List the names of a model's nodes in execution order.",
    discussion: """
      xylem nodes model.pt --auto-leaf --mode both

      Prints one name per line, or two columns for both modes, aligned as in 'xylem diff', with '-' before nodes that only train mode has, \
      '+' before nodes that only eval mode has, and '~' before nodes with different names. Differences without a known cause give a warning. Automatic leaves and regions are listed on standard error.

      In JSON, only the requested modes are traced; the list of the other mode is empty.

      --long ends with totals for the model and its parts. With --input-shape, the model also runs once on random numbers of that \
      shape, and the stages are listed: the last feature map before each downsampling, with its channels and stride. Multiply-adds are \
      those of convolutions, matrix products, attention and recurrent layers, counted while the model runs, also within leaves, \
      without biases; other operations count as zero. A warning names the nodes with code that can't be counted: that of plugins, \
      and operators of other libraries or with packed weights.
      """)

  /// The modes to list.
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
  @Option(help: "The modes to trace.") var mode: Modes = .eval
  @Flag(help: "Add each node's operation, the rule that made it a leaf, and its source line, and totals.")
  var long = false
  @Option(
    help: ArgumentHelp(
      "With --long: run the model on an input of this shape, as in 1,3,224,224, and add shape, dtype, bytes and multiply-adds.",
      valueName: "sizes"))
  var inputShape: InputShape?
  @Option(help: "The output format.") var format: TextOrJSON = .text

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
    var warnings: [String] = []
    for warning in listings.compactMap({ NodeDetails.warning(on: $0.details) }) where !warnings.contains(warning) {
      warnings.append(warning)
    }
    let notes = MergedNotes(listings.map(\.trace))
    for line in notes.lines(options.notes ? .all : .grouped) { Terminal.error(line) }
    warnings.forEach(Terminal.warn)
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
