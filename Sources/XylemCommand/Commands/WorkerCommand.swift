internal import ArgumentParser
internal import Foundation
internal import XylemDataset
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemTensor
internal import XylemTrace

/// `xylem worker`: features for another program, through pipes.
struct WorkerCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Compute features for another program: Arrow streams in and out.",
    usage: "xylem worker <model> [--return <node[=key]> ...] [<options>] < in.arrows > out.arrows",
    discussion: """
      xylem worker features.xylem --reduce gap < images.arrows > features.arrows

      Reads a stream in Arrow's IPC format from standard input, and writes one to standard output: a record batch for each, \
      with the same rows in the same order, as soon as it is computed. It ends with its input.

      The column of --column has encoded images, or tensors as lists of floating-point numbers with their shape among the \
      column's notes ('shape': '[3,224,224]'). Features take its place, as lists. Other columns are passed on as they are. A \
      row that fails has nulls, and its error in 'error' and 'message'.
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var images: ImageOptions
  @Option(help: ArgumentHelp("The column that has the images or tensors.", valueName: "name")) var column = "bytes"
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp("A node to return. Repeatable.", valueName: "node[=key]"))
  var requests: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Reduce a feature: 'gap', the mean over all positions of [N,C,H,W]; 'tokens', the mean over all tokens of [N,L,C]; 'cls', the first token; 'flatten'; 'none'. Without a key, every feature. Repeatable.",
      valueName: "[key=]reduction"))
  var reduce: [ReductionOption] = []
  @Option(help: ArgumentHelp("The number of images that are computed at once.", valueName: "n")) var batchSize:
    WholeNumber<1, 65_536> = 32
  @Option(
    help: ArgumentHelp("The number of threads that decode images. (default: the number of processors)", valueName: "n"))
  var workers: WholeNumber<1, 1024>?
  @OptionGroup var engines: EngineChoice
  @Option(
    help: ArgumentHelp(
      "The number of threads that operators use; the last bits of features may depend on it. (default: the number of processors)",
      valueName: "n"))
  var threads: WholeNumber<1, 1024>?
  @Option(help: ArgumentHelp("Seed the random weights of a built-in model.", valueName: "n")) var seed: Seed?

  func validate() throws {
    if options.output != nil {
      throw ValidationError("'xylem worker' writes to standard output", remedies: ["xylem worker … > features.arrows"])
    }
    try ModelOptions.check(requests: requests)
    if requests.isEmpty, !options.model.hasSuffix(".xylem") {
      throw ValidationError(
        "the option '--return <node[=key]> ...' is missing",
        remedies: ["xylem nodes \(shellWord(options.model))  # lists the nodes"])
    }
    if options.dtype == .f64 || options.dtype == .bf16 {
      throw ValidationError("'--dtype' of a worker's features is f32 or f16", remedies: ["--dtype f32"])
    }
    try images.check(inputs: ["image"])
    try ReductionOption.check(reduce)
  }

  mutating func run() throws {
    // What else is printed by libraries must not get into the stream.
    let output = try DescriptorOutput(sharing: 1, path: "standard output")
    try output.redirect(1, to: 2)
    let worker = try makeWorker()
    let summary = try worker.run(reading: 0) { try output.write($0) }
    Terminal.error(
      "worker: \(summary.rows) rows in \(summary.batches) record batches, \(summary.failed) without features")
  }

  private func makeWorker() throws -> FeatureWorker {
    // It is the type of the features.
    var modelOptions = options
    modelOptions.dtype = nil
    let processors = ProcessInfo.processInfo.activeProcessorCount
    try TensorRuntime.setThreads(threads?.value ?? processors)
    let model = try modelOptions.load(seed: seed?.value)
    if model.hasRandomWeights, seed == nil { throw CommandErrors.randomWeights(options.model) }
    guard let preparation = try images.preparation(of: ["image"], for: model) else {
      throw CommandErrors.input("the model does not take images")
    }
    let extractor = try modelOptions.extractor(
      of: model, returning: requests.map { ReturnRequest(parsing: $0) }, mode: .eval, remedies: .none)
    try engines.apply(to: extractor, default: .torch)
    return try FeatureWorker(
      of: extractor,
      preparing: ImageDecoding(preparation.transform, appliesOrientation: preparation.exif == .apply),
      options: WorkerOptions(
        column: column, batchSize: batchSize.value, workers: workers?.value ?? processors,
        reductions: ReductionOption.reductions(reduce, keys: extractor.plan.keys), dtype: options.dtype?.dtype,
        autocasts: engines.usesAutocast(extractor)))
  }
}
