internal import ArgumentParser
internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemReport
internal import XylemTensor
internal import XylemTrace

/// `xylem bench`: measures how long extraction takes.
struct BenchCommand: ModelCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the time of feature extraction, in eval mode on random input.",
    discussion: """
      xylem bench model.pt --return layer4 --input-shape 1,3,224,224 --runs 20

      Prints a table to a terminal and one JSON object elsewhere: the milliseconds of each run, where the clock covers only the \
      extractor's call; the bytes of the required parameters, of the peak memory of one call and of an engine's own memory; the number of \
      instructions; the number of features that are copied because the model overwrites them; and what computed which part \
      of the model.
      """)

  @OptionGroup var options: ModelOptions
  @Option(
    name: .customLong("return"), parsing: .upToNextOption,
    help: ArgumentHelp("A node to return. Repeatable.", valueName: "node[=key]"))
  var requests: [String] = []
  @Option(help: ArgumentHelp("The shape of the input, as in 1,3,224,224.", valueName: "sizes")) var inputShape:
    InputShape
  @Option(help: "The number of timed runs.") var runs: WholeNumber<1, 1_000_000> = 20
  @Option(help: "The number of runs before timing starts.") var warmup: WholeNumber<0, 1_000_000> = 5
  @Option(help: "The number of threads that operators use. The default is the runtime's own.") var threads:
    WholeNumber<1, 1024>?
  @OptionGroup var engines: EngineChoice
  @Option(help: "The output format. The default is text on a terminal and json elsewhere.") var format: TextOrJSON?

  func validate() throws {
    try ModelOptions.check(requests: requests)
    if requests.isEmpty, !options.model.hasSuffix(".xylem") {
      throw ValidationError(
        "the option '--return <node[=key]> ...' is missing",
        remedies: ["xylem nodes \(shellWord(options.model))  # lists the nodes"])
    }
  }

  mutating func run() throws {
    try options.checkOutput()
    let model = try options.load()
    let threadsBefore = try TensorRuntime.load().threads
    if let threads { try TensorRuntime.setThreads(threads.value) }
    defer { if threads != nil { try? TensorRuntime.setThreads(threadsBefore) } }
    let extractor = try options.extractor(
      of: model, returning: requests.map { ReturnRequest(parsing: $0) }, mode: .eval, remedies: .none)
    let named = try inputShape.makeArguments(for: extractor.traces[.eval]?.arguments ?? [])
      .mapValues { try $0.cast(to: options.dtype) }
    try engines.apply(to: extractor, default: .auto)
    let call: () throws -> Features = { try extractor(named: named) }
    let report = try TensorRuntime.withGradients(false) {
      guard engines.usesAutocast(extractor) else { return try measure(call, extractor) }
      return try TensorRuntime.withAutocast(to: .bfloat16, on: engines.device.kind) { try measure(call, extractor) }
    }
    let isText = format.map { $0 == .text } ?? (options.output == nil && Terminal.current.outputStyle.columns != nil)
    try options.emit { isText ? report.text($0) : report.json.text }
  }

  private func measure(
    _ call: () throws -> Features, _ extractor: FeatureExtractor
  ) throws -> BenchReport {
    let engineMemory = extractor.engineOptions.engine == .torch ? nil : try compile(call, extractor)
    let (first, peak) = try TensorRuntime.countingMemory(call)
    _ = try FeatureEntry.all(of: first, nodes: extractor.plan.nodes)
    let copies = first.copiedKeys.count
    try Progress.each("warming up", count: warmup.value) { _ in _ = try call() }
    let clock = ContinuousClock()
    var milliseconds: [Double] = []
    try Progress.each("running", count: runs.value) { _ in
      let start = clock.now
      let features = try call()
      if extractor.device != .cpu { try wait(for: features) }
      let duration = clock.now - start
      withExtendedLifetime(features) {}
      let (seconds, attoseconds) = duration.components
      milliseconds.append(Double(seconds) * 1e3 + Double(attoseconds) / 1e15)
    }
    return BenchReport(
      milliseconds: milliseconds, peakMemoryBytes: extractor.neededBytes + peak + (engineMemory ?? 0),
      instructions: extractor.plan.instructionCount, copies: copies, warmup: warmup.value,
      threads: try TensorRuntime.load().threads, precision: (engines.precision ?? .f32).rawValue,
      engine: extractor.engineReport.map { EngineText(report: $0, memoryBytes: engineMemory) })
  }

  /// Waits until a device has computed features: a call only asks for them.
  private func wait(for features: Features) throws {
    guard let tensor = try features.tensors().last?.tensor, try tensor.count > 0 else { return }
    _ = try tensor.reshape([-1]).narrow(dim: 0, start: 0, length: 1).to(device: "cpu")
  }

  /// Has an engine compile, which it does on the first call.
  ///
  /// - Returns: the bytes by which the process's memory grew. Nil if they can't be counted.
  private func compile(_ call: () throws -> Features, _ extractor: FeatureExtractor) throws -> Int? {
    // What libtorch itself allocates on a first call is not the engine's.
    let options = extractor.engineOptions
    extractor.engineOptions = EngineOptions(.torch)
    _ = try call()
    extractor.engineOptions = options
    let before = ResidentMemory.bytes
    _ = try Progress.during("compiling") { try call() }
    guard let before, let after = ResidentMemory.bytes else { return nil }
    return extractor.engineReport.map { EngineText(report: $0).usesEngine ? max(0, after - before) : 0 }
  }
}
