internal import ArgumentParser
internal import Foundation
internal import XylemDataset
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemReport
internal import XylemTensor
internal import XylemTrace

/// `xylem run`: the features of many images, in the files of a folder.
struct RunCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compute features of many images into the files of a folder, and resume what was interrupted.",
    usage: "xylem run <model> <input> ... -o <folder> [--return <node[=key]> ...] [<options>]",
    discussion: """
      xylem run resnet50 photos --weights resnet50.safetensors --return layer4=embedding --reduce embedding=gap -o features

      An INPUT is a folder, an image, a pattern such as 'photos/**/*.jpg', or a tar file in WebDataset's form. Folders are \
      walked in the order of their paths' bytes. Each input is one row, in order; its identifier is its path, or its key in \
      a tar file. An input that fails is a row without features, with its error.

      The folder has a shard of files for every --rows inputs, 'manifest.jsonl' with their checksums, and 'run.json' with \
      everything that decides their bytes. The same command on the same folder goes on where it was interrupted, and adds \
      nothing where it is complete. Several processes may work on one folder at once. The files are the same in each case.

      Prints a table to a terminal, and one JSON object elsewhere.
      """)

  @OptionGroup var options: ModelOptions
  @Argument(
    help: "Folders, images, patterns or tar files.", completion: .file())
  var inputs: [String] = []
  @OptionGroup var images: ImageOptions
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Read the paths of images from this file: one on each line, or a JSON object with 'path' and 'id'. Repeatable.",
      valueName: "file"), completion: .file())
  var list: [String] = []
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp("A node to return. Repeatable.", valueName: "node[=key]"))
  var requests: [String] = []
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Reduce a feature before it is stored: 'gap', the mean over all positions of [N,C,H,W]; 'tokens', the mean over all tokens of [N,L,C]; 'cls', the first token; 'flatten'; 'none'. Without a key, every feature. Repeatable.",
      valueName: "[key=]reduction"))
  var reduce: [ReductionOption] = []
  @Option(help: "The form of the files.") var format: RunFormat = .arrow
  @Option(help: ArgumentHelp("The number of rows of a shard.", valueName: "n")) var rows: WholeNumber<1, 100_000_000> =
    10_000
  @Option(help: ArgumentHelp("The number of images that are computed at once.", valueName: "n")) var batchSize:
    WholeNumber<1, 65_536> = 32
  @Option(
    help: ArgumentHelp(
      "The number of threads that read and decode images. (default: the number of processors)", valueName: "n"))
  var workers: WholeNumber<1, 1024>?
  @Flag(help: "Compute the rows without features again, and write the shards that have some.") var retryErrors = false
  @Option(
    help: ArgumentHelp(
      "Stop once more inputs than this number, or than this part of all as in 5%, have failed. (default: no limit)",
      valueName: "n|p%"))
  var maxErrors: ErrorLimit?
  @Flag(help: "Add the SHA-256 of each input's bytes to its row.") var sha256 = false
  @OptionGroup var engines: EngineChoice
  @Option(
    help: ArgumentHelp(
      "The number of threads that operators use; the last bits of features may depend on it. (default: that of the interrupted run, or the number of processors)",
      valueName: "n"))
  var threads: WholeNumber<1, 1024>?
  @Option(help: ArgumentHelp("Seed the random weights of a built-in model.", valueName: "n")) var seed: Seed?

  func validate() throws {
    guard options.output != nil else {
      throw ValidationError("the option '-o <folder>' is missing", remedies: ["-o features"])
    }
    guard !inputs.isEmpty || !list.isEmpty else {
      throw ValidationError("there is no input: give folders, images, patterns or tar files, or '--list'")
    }
    try ModelOptions.check(requests: requests)
    if requests.isEmpty, !options.model.hasSuffix(".xylem") {
      throw ValidationError(
        "the option '--return <node[=key]> ...' is missing",
        remedies: ["xylem nodes \(shellWord(options.model))  # lists the nodes"])
    }
    if options.dtype == .f64 {
      throw ValidationError("'--dtype' of stored features is f32, f16 or bf16", remedies: ["--dtype f32"])
    }
    try images.check(inputs: ["image"])
    try ReductionOption.check(reduce)
    _ = try format.shards()
  }

  mutating func run() throws {
    guard let folder = options.output else { return }
    let found = try Progress.during("looking for images") { try DatasetInputs(inputs, lists: list) }
    for note in found.notes { Terminal.error("note: \(note)") }
    // It is the type of what is stored.
    var modelOptions = options
    modelOptions.dtype = nil
    let threadsBefore = try TensorRuntime.load().threads
    let processors = ProcessInfo.processInfo.activeProcessorCount
    try TensorRuntime.setThreads(
      threads?.value ?? RunRecord(in: folder)?.computation.threads ?? processors)
    defer { try? TensorRuntime.setThreads(threadsBefore) }
    let model = try modelOptions.load(seed: seed?.value)
    if model.hasRandomWeights, seed == nil { throw CommandErrors.randomWeights(options.model) }
    let preparation = try images.preparation(of: ["image"], for: model)
    guard let preparation else { throw CommandErrors.input("the model does not take images") }
    let extractor = try modelOptions.extractor(
      of: model, returning: requests.map { ReturnRequest(parsing: $0) }, mode: .eval, remedies: .none)
    try engines.apply(to: extractor, default: .auto)
    var runOptions = RunOptions(
      format: try format.shards(), rows: rows.value, batchSize: batchSize.value, workers: workers?.value ?? processors,
      reductions: ReductionOption.reductions(reduce, keys: extractor.plan.keys), dtype: options.dtype?.dtype,
      autocasts: engines.usesAutocast(extractor), addsDigests: sha256, retriesErrors: retryErrors,
      maximumErrors: maxErrors?.count(of: found.source.count), modelName: options.model)
    runOptions.patience = Lease.patience
    let run = try DatasetRun(
      of: extractor, from: found.source,
      preparing: ImageDecoding(preparation.transform, appliesOrientation: preparation.exif == .apply), into: folder,
      options: runOptions)
    let summary = try Progress.showing("running the model on images") { show in
      try run.run { show(RunReport.line($0)) }
    }
    let report = RunReport(summary, engine: extractor.engineReport.map { EngineText(report: $0) })
    for warning in report.warnings(ignoresOrientation: preparation.exif == .ignore) { Terminal.warn(warning) }
    let style = Terminal.current.outputStyle
    try Terminal.output(style.columns == nil ? report.json.text : report.text(style))
  }
}

/// The value of `--format` of `run`.
enum RunFormat: String, ExpressibleByArgument, CaseIterable {
  case arrow, npy, safetensors, parquet

  /// The form of the files.
  ///
  /// - Throws: a validation error for a form that can't be written yet.
  func shards() throws -> any ShardFormat {
    switch self {
    case .arrow: ArrowFormat()
    case .npy: NpyFormat()
    case .safetensors: SafetensorsFormat()
    case .parquet:
      throw ValidationError(
        "'--format parquet' can't be written yet", remedies: ["--format arrow", "--format npy"])
    }
  }
}

/// The value of `--reduce`: a reduction, for one feature or for all.
struct ReductionOption: ExpressibleByArgument {
  let key: String?
  let reduction: Reduction

  init?(argument: String) {
    let equals = argument.lastIndex(of: "=")
    guard
      let reduction = Reduction(
        rawValue: String(equals.map { argument[argument.index(after: $0)...] } ?? argument[...]))
    else { return nil }
    let key = equals.map { String(argument[..<$0]) }
    guard key != "" else { return nil }
    (self.key, self.reduction) = (key, reduction)
  }

  static var allValueStrings: [String] {
    ["KEY=REDUCTION, where REDUCTION is \(Reduction.allCases.map(\.rawValue).joined(separator: ", "))"]
  }
  static var defaultCompletionKind: CompletionKind { .default }

  /// Checks that no feature has two reductions.
  static func check(_ options: [ReductionOption]) throws {
    var reduced: Set<String> = []
    for option in options where !reduced.insert(option.key ?? "").inserted {
      throw ValidationError(
        option.key.map { "'--reduce' is given twice for '\($0)'" } ?? "'--reduce' is given twice without a key")
    }
  }

  /// The reductions by key.
  static func reductions(_ options: [ReductionOption], keys: [String]) -> [String: Reduction] {
    var found: [String: Reduction] = [:]
    if let all = options.first(where: { $0.key == nil }) { for key in keys { found[key] = all.reduction } }
    for option in options { if let key = option.key { found[key] = option.reduction } }
    return found
  }
}

/// The value of `--max-errors`: a number of inputs, or a part of all.
enum ErrorLimit: ExpressibleByArgument {
  case number(Int)
  case percent(Double)

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), (0...100).contains(percent) else { return nil }
      self = .percent(percent)
    } else {
      guard let number = Int(argument), number >= 0 else { return nil }
      self = .number(number)
    }
  }

  static var allValueStrings: [String] { ["a number from 0, or a part as in 5%"] }
  static var defaultCompletionKind: CompletionKind { .default }

  /// The number of inputs that may fail.
  func count(of inputs: Int) -> Int {
    switch self {
    case .number(let number): number
    case .percent(let percent): Int((Double(inputs) * percent / 100).rounded(.down))
    }
  }
}
