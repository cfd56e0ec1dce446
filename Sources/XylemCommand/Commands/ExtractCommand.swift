internal import ArgumentParser
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemImage
internal import XylemReport
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// `xylem extract`: the values of some nodes for an input.
struct ExtractCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Run a model as far as needed and write the values of selected nodes.",
    usage: "xylem extract <model> --return <node[=key]> ... --input <file> ... [-o <file>] [<options>]",
    discussion: """
      xylem extract model.pt --return fc=logits --input cat.jpg -o out.safetensors

      A NODE is a node's name, a module's path (what that module returned), another prefix of names (the last node below \
      it), or a pattern. Parts of a structured value are written as KEY.0 or KEY.name.

      In a pattern '*' matches any characters of one name component, '**' any number of components, '?' one \
      character, '[12]' one of a set, '{a,b}' one of several: 'layer*', '**.conv1', 'layer[34].*', '{layer4,fc}'. A \
      backslash removes the special meaning of the next character. Quote patterns so that the shell does not expand them.

      The model comes first: --return and --input take every word up to the next option. Several images form one batch. A \
      .safetensors or .npz file holds arguments by name (NAME.0, NAME.1 … for a list), or a single tensor. The output is \
      .safetensors, .npz, .npy (one feature) or .json (the summary only); '-o -' writes safetensors to standard output, \
      '-o -.npy' and so on write another format, and the table goes to standard error. Without -o only the table is printed. Minimum, mean \
      and maximum ignore NaN values.
      """)

  @OptionGroup var options: ModelOptions
  @OptionGroup var images: ImageOptions
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var differences: DiffWarningOptions
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp("A node to return. Repeatable.", valueName: "node[=key]"))
  var requests: [String] = []
  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("A node to return in train mode instead.", valueName: "node[=key]"))
  var trainReturn: [String] = []
  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("A node to return in eval mode instead.", valueName: "node[=key]"))
  var evalReturn: [String] = []
  @Option(
    name: .customLong("input"), parsing: .upToNextOption,
    help: ArgumentHelp("PNG or JPEG images, or one .safetensors, .npz or .npy file.", valueName: "file"),
    completion: .file())
  var inputs: [String] = []
  @OptionGroup var changes: EditOptions
  @Option(help: "The mode that the model runs in.") var mode: Mode = .eval
  @Option(help: ArgumentHelp("Seed the random numbers that the model draws.", valueName: "n")) var seed: Seed?
  @OptionGroup var engines: EngineChoice
  @Option(
    help: ArgumentHelp(
      "The number of threads that operators use; the last bits of a feature may depend on it. (default: 1)",
      valueName: "n"))
  var threads: WholeNumber<1, 1024>?
  @Option(
    help: ArgumentHelp(
      "A JSON list of class names: prints the five most likely classes of each feature with that many values.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var labels: String?
  @Option(
    help: ArgumentHelp(
      "Save the extractor: for both modes as a .xylem file, which every command accepts as MODEL, or as a .pt file, which PyTorch loads; for the mode of --mode as an .onnx file, which other engines run.",
      valueName: "file"), completion: .file(extensions: ["xylem", "pt", "onnx"]))
  var save: String?
  @Flag(
    name: .customLong("onnx-custom-leaves"),
    help:
      "In an .onnx file, write leaves that can't be taken apart into operators as operators of the domain xylem.leaf.")
  var writesCustomLeaves = false
  @Option(
    help: "Where a saved .xylem file keeps its weights: inside, or in the model's original file. (default: inside)"
  )
  var saveWeights: SaveWeights?
  @Flag(help: "Report for each feature what ran, what was pruned, and what was copied and why.") var explain = false
  @Option(help: "The format of the printed summary.") var format: TextOrJSON = .text

  /// Where a saved extractor keeps its weights.
  enum SaveWeights: String, ExpressibleByArgument, CaseIterable { case inside, reference }

  func validate() throws {
    if let save, ![".xylem", ".pt", ".onnx"].contains(where: save.hasSuffix) {
      throw ValidationError(
        "'--save' needs a file that ends in .xylem, .pt or .onnx", remedies: ["--save features.xylem"])
    }
    if writesCustomLeaves, save?.hasSuffix(".onnx") != true {
      throw ValidationError(
        "'--onnx-custom-leaves' needs '--save' with an .onnx file", remedies: ["--save features.onnx"])
    }
    if let saveWeights, save == nil || saveWeights == .reference && save?.hasSuffix(".xylem") != true {
      throw ValidationError(
        "'--save-weights \(saveWeights.rawValue)' needs '--save' with a .xylem file",
        remedies: ["--save features.xylem"])
    }
    let onlySaves = save != nil && !runs
    if chosenRequests.isEmpty, !options.model.hasSuffix(".xylem"), !onlySaves || savedRequests.isEmpty {
      throw ValidationError(
        "no node is requested in \(mode.rawValue) mode: '--return <node>' is missing",
        remedies: ["xylem nodes \(shellWord(options.model))  # lists the nodes"])
    }
    try ModelOptions.check(requests: requests + trainReturn + evalReturn)
    if inputs.isEmpty, changes.starts.isEmpty, save == nil {
      throw ValidationError("the option '--input <file> ...' is missing")
    }
    if inputs.contains("") { throw ValidationError("'--input' needs the name of a file") }
    try changes.check(inputs: inputs, saves: save != nil)
    try images.check(inputs: inputs + changes.images)
    try checkRunOptions()
    try pictures.check()
    if let output = options.output {
      guard FeatureFile.Kind(path: output) != nil else {
        throw ValidationError(
          "'\(output)' does not end in .safetensors, .npz, .npy or .json", remedies: ["-o features.safetensors"])
      }
      if pictures.folder == output { throw ValidationError("'-o' and '--images' name the same place") }
    }
  }

  /// Whether the model runs.
  private var runs: Bool { !inputs.isEmpty || changes.hasValues }

  /// Refuses options that need a run if the model does not run.
  private func checkRunOptions() throws {
    guard !runs else { return }
    let ofRuns = [
      ("--output", options.output != nil), ("--images", pictures.folder != nil),
      ("--contact-sheet", pictures.contactSheet != nil), ("--labels", labels != nil),
      ("--explain", explain), ("--seed", seed != nil && !savesRandomWeights), ("--threads", threads != nil),
      ("--dtype", options.castsInputsAlone), ("--engine", engines.engine != nil && !savesEngine),
      ("--precision", engines.precision != nil && !savesEngine), ("--device", engines.device != .cpu),
    ]
    if let option = ofRuns.first(where: \.1)?.0 {
      throw ValidationError("'\(option)' has no effect without '--input': the model does not run")
    }
  }

  /// Whether a file is written that keeps what the extractor computes with.
  private var savesEngine: Bool { save?.hasSuffix(".xylem") == true }

  /// Whether a file is written with weights that are random.
  private var savesRandomWeights: Bool {
    save != nil && options.weights == nil && ModelCatalog.current[options.model] != nil
  }

  private var chosenRequests: [String] {
    let ofMode = mode == .train ? trainReturn : evalReturn
    return ofMode.isEmpty ? requests : ofMode
  }

  /// The requests for each mode. Empty if a saved extractor's own requests apply.
  private var savedRequests: [Mode: [ReturnRequest]] {
    var all: [Mode: [ReturnRequest]] = [:]
    for (mode, own) in [(Mode.train, trainReturn), (Mode.eval, evalReturn)] {
      let chosen = own.isEmpty ? requests : own
      if !chosen.isEmpty { all[mode] = chosen.map { ReturnRequest(parsing: $0) } }
    }
    return all
  }

  private func write(_ extractor: FeatureExtractor, to path: String) throws {
    if path.hasSuffix(".pt") { return try extractor.saveTorchScript(to: path) }
    if path.hasSuffix(".onnx") { return try writeONNX(extractor, to: path) }
    try extractor.save(to: path, weights: saveWeights == .reference ? .reference : .inside)
  }

  private func writeONNX(_ extractor: FeatureExtractor, to path: String) throws {
    if extractor.mode != mode { if mode == .train { try extractor.train() } else { try extractor.eval() } }
    let unchecked = try extractor.saveONNX(to: path, options: ONNXOptions(customLeaves: writesCustomLeaves))
    guard let first = unchecked.first else { return }
    let count = unchecked.count == 1 ? "a check" : "\(unchecked.count) checks"
    Terminal.error("note: \(path) leaves out \(count) that the model makes of its inputs: \(first)")
  }

  mutating func run() throws {
    try checkOutputs()
    let own = mode == .train ? trainReturn : evalReturn
    if !requests.isEmpty, save == nil ? !own.isEmpty : !trainReturn.isEmpty && !evalReturn.isEmpty {
      Terminal.error(
        "note: '--return' has no effect: "
          + (save == nil
            ? "'--\(mode.rawValue)-return' replaces it" : "'--train-return' and '--eval-return' replace it"))
    }
    let names = try labels.map { try ClassLabels(path: $0) }
    let threadsBefore = try TensorRuntime.load().threads
    try TensorRuntime.setThreads(threads?.value ?? 1)
    defer { try? TensorRuntime.setThreads(threadsBefore) }
    var model = try options.load(seed: seed?.value)
    if model.hasRandomWeights {
      Terminal.warn("\(options.model) has random weights: '--weights FILE' loads trained weights")
    }
    let requests = chosenRequests.map { ReturnRequest(parsing: $0) }
    let images = try images.preparation(of: inputs + changes.images, for: model)
    try options.keepInputs(inputs, of: model)
    model.comparesNamings = true
    let edits = try changes.edits(of: model)
    let extractor: FeatureExtractor
    do { extractor = try makeExtractor(model, requests, edits) } catch let error as XylemError {
      // The model is traced as `nodes` traces it, without an input, unless that fails or the trace lacks a requested
      // node.
      guard error.isAboutTracing || error.id == .extractUnknownNode, let structures = try structures(of: model, images)
      else {
        throw error
      }
      model.structures = structures
      guard let specific = try? makeExtractor(model, requests, edits) else { throw error }
      extractor = specific
    }
    try engines.apply(to: extractor, default: .torch)
    if let output = options.output { try FeatureFile.check(output, count: extractor.plan.keys.count) }
    if model.saved == nil {
      let trace = try model.trace(options.traceOptions(mode))
      for warning in NamingComparison(trace).warnings(for: requests) { Terminal.warn(warning) }
    }
    DiffWarnings(of: extractor, model, options: options, suppressing: differences.suppression(model)).emit()
    // What an engine computed is saved with the extractor: then the model runs first.
    let savesLater = runs && savesEngine && extractor.engineOptions.engine != .torch
    if let save, !savesLater {
      try Progress.during("saving \(save)") { try write(extractor, to: save) }
      guard runs else {
        let report = JSONValue.object(["schema": .int(1), "saved": .string(save)])
        return try Terminal.output(format == .json ? report.text : "saved \(save)")
      }
    }
    let arguments = try values(for: extractor.traces[mode]?.arguments ?? [], of: model, images)
      .mapValues { try $0.cast(to: options.dtype) }
    if let seed { try TensorRuntime.setSeed(seed.value) }
    let features = try run(extractor, arguments, images)
    if let note = extractor.engineReport?.note { Terminal.error("note: computed by libtorch: \(note)") }
    if let save, savesLater { try Progress.during("saving \(save)") { try write(extractor, to: save) } }
    let entries = try FeatureEntry.all(of: features, nodes: extractor.plan.nodes)
    for case let conversion? in entries.map(\.conversion) { Terminal.error("note: \(conversion)") }
    let explanation =
      try explain
      ? ExplainReport(
        explanations: extractor.explanations(), copiedKeys: Set(features.copiedKeys),
        engine: extractor.engineReport.map { EngineText(report: $0) }) : nil
    let provenance = Provenance(
      model: options.model, weights: options.weights, mode: mode, naming: options.naming ?? .exact,
      nodes: zip(extractor.plan.keys, extractor.plan.nodes).map { ($0, $1) },
      transform: images?.transform, type: options.dtype, changes: changes)
    let drawable =
      pictures.isUsed
      ? try FeaturePicture.drawable(
        entries, input: FeaturePicture.imageSize(of: arguments, extractor), options: pictures) : []
    for key in extractor.replacedKeys { Terminal.error("note: '\(key)' is a replaced value") }
    try write(
      entries, drawable, plan: extractor.plan, replaced: extractor.replacedKeys, names: names, explanation: explanation,
      provenance)
  }

  /// Runs the model. If it fails on float64 input, NumPy's default, the error says so.
  private func run(
    _ extractor: FeatureExtractor, _ arguments: [String: Value], _ images: ImagePreparation?
  ) throws -> Features {
    do {
      return try Progress.running("running the model") {
        try TensorRuntime.withGradients(false) {
          guard engines.usesAutocast(extractor) else { return try extractor(named: arguments) }
          return try TensorRuntime.withAutocast(to: .bfloat16, on: engines.device.kind) {
            try extractor(named: arguments)
          }
        }
      }
    } catch let error as XylemError where error.id == .extractExecution {
      let doubles = arguments.filter { $0.value.holdsFloat64() }.map(\.key).sorted()
      if images?.isColored == true { throw CommandErrors.afterColor(error) }
      throw doubles.isEmpty ? error : CommandErrors.afterFloat64(error, doubles)
    }
  }

  /// The arguments of the extractor: the inputs, or the values to start from.
  private func values(
    for arguments: [ForwardArgument], of model: LoadedModel, _ images: ImagePreparation?
  ) throws -> [String: Value] {
    guard changes.starts.isEmpty else {
      let own = try model.model.forwardArguments().map(\.name)
      return try changes.values(arguments, inputs: own, images)
    }
    return try InputReader(arguments: arguments, images: images).arguments(from: inputs)
  }

  private func makeExtractor(
    _ model: LoadedModel, _ requests: [ReturnRequest], _ edits: ExtractorEdits
  ) throws -> FeatureExtractor {
    save == nil
      ? try options.extractor(
        of: model, returning: requests, mode: mode, isForBoth: (mode == .train ? trainReturn : evalReturn).isEmpty,
        edits: edits, remedies: .returns)
      : try options.extractor(of: model, returning: savedRequests, mode: mode, edits: edits)
  }

  /// The structures of the inputs that have one. Nil if no structure is known.
  private func structures(of model: LoadedModel, _ images: ImagePreparation?) throws -> [String: InputStructure]? {
    guard model.saved == nil, !inputs.isEmpty else { return nil }
    let declared = try model.model.forwardArguments()
    let given = try InputReader(arguments: declared, images: images).arguments(from: inputs)
    var structures: [String: InputStructure] = [:]
    for argument in declared {
      guard let value = given[argument.name] else { continue }
      let structure = try InputStructure(of: value)
      if structure != .value || argument.type.allowsNone { structures[argument.name] = structure }
    }
    return structures.isEmpty ? nil : structures
  }

  private func checkOutputs() throws(XylemError) {
    try options.checkOutput(reading: inputs + changes.files + (labels.map { [$0] } ?? []))
    if let folder = pictures.folder { try OutputFile.checkFolder(folder) }
    if let sheet = pictures.contactSheet {
      try OutputFile.check(sheet)
      for path in options.files + inputs + changes.files where OutputFile.areSame(path, sheet) {
        throw CommandErrors.replacesInput(path, by: "the contact sheet", option: "--contact-sheet")
      }
    }
    guard let save else { return }
    try OutputFile.check(save)
    for path in options.files + inputs + changes.files + (labels.map { [$0] } ?? [])
    where OutputFile.areSame(path, save) {
      throw CommandErrors.replacesInput(path, by: "the saved extractor", option: "--save")
    }
  }

  /// Prepares all outputs first, then writes them.
  private func write(
    _ entries: [FeatureEntry], _ drawable: [FeatureSheet.Feature], plan: Plan, replaced: [String],
    names: ClassLabels?, explanation: ExplainReport?, _ provenance: Provenance
  ) throws {
    let classes = try names.map { try $0.likeliest(in: entries) }
    if classes?.isEmpty == true, let names, let labels {
      throw CommandErrors.labelsFitNothing(names.names.count, file: labels)
    }
    let drawn = pictures.folder == nil ? [] : try FeaturePicture.all(of: drawable, options: pictures)
    let summary = ExtractReport(
      mode: mode, entries: entries, plan: plan, classes: classes, explanation: explanation, changes: changes,
      replacedKeys: replaced, pictures: drawn)
    if let folder = pictures.folder { try checkPictures(drawn, in: folder) }
    for picture in drawn where picture.isPartial { Terminal.error("note: \(picture.text)") }
    let sheet = try pictures.contactSheet.map { path in
      (path, try FeaturePicture.contactSheet(of: drawable, options: pictures))
    }
    var written: [String] = []
    if let output = options.output {
      let metadata = FeatureFile.Kind(path: output) == .safetensors ? try provenance.metadata() : [:]
      try FeatureFile(path: output, entries: entries, summary: summary.json.text, metadata: metadata).write()
      written.append(output)
    }
    if let folder = pictures.folder { try OutputFile.makeFolder(folder, after: written) }
    let files = drawn.map { (picturePath($0), $0.bytes) } + (sheet.map { [$0] } ?? [])
    for (path, bytes) in files {
      do throws(XylemError) {
        try AtomicFile.write(bytes, to: path)
      } catch {
        throw CommandErrors.partlyWritten(error, written: written)
      }
      written.append(path)
    }
    let isOutputTaken = options.output.map(OutputFile.isStandardOutput) == true
    let style = isOutputTaken ? .plain : Terminal.current.outputStyle
    let text = format == .json ? summary.json.text : summary.text(style)
    if isOutputTaken { return Terminal.error(text) }
    try Terminal.output(text)
  }

  private func picturePath(_ picture: FeaturePicture) -> String {
    let folder = pictures.folder ?? ""
    return folder + (folder.hasSuffix("/") ? "" : "/") + picture.fileName
  }

  /// Refuses to draw over an input file.
  private func checkPictures(_ pictures: [FeaturePicture], in folder: String) throws(XylemError) {
    for picture in pictures {
      let path = picturePath(picture)
      for read in options.files + inputs + changes.files where OutputFile.areSame(read, path) {
        throw CommandErrors.pictureReplacesInput(path, folder: folder)
      }
    }
  }
}
