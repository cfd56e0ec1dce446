internal import ArgumentParser
internal import XylemDiff
internal import XylemExtract
internal import XylemTrace
internal import XylemWitness

/// The options of a witness run, which checks which findings show.
struct WitnessOptions: ParsableArguments {
  @Flag(
    name: .customLong("witness"),
    help: "Run both graphs on an input and report for each finding whether it shows. Needs --input or --input-shape.")
  var isWanted = false
  @Option(
    name: .customLong("input"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --witness: PNG or JPEG images, or one .safetensors, .npz or .npy file.", valueName: "file"),
    completion: .file())
  var inputs: [String] = []
  @Option(
    help: ArgumentHelp("With --witness: random numbers of this shape, as in 2,3,224,224.", valueName: "sizes"))
  var inputShape: InputShape?
  @Option(
    help: ArgumentHelp("With --witness: seed the random numbers that the model draws. (default: 0)", valueName: "n"))
  var seed: Seed?
  @OptionGroup(title: "Images") var images: ImageOptions

  /// The seed of random weights. Nil if the model does not run.
  var weightSeed: UInt64? { isWanted ? seed?.value ?? 0 : nil }

  func validate() throws {
    if !isWanted, !inputs.isEmpty || inputShape != nil {
      throw ValidationError("'--input' and '--input-shape' need '--witness'")
    }
    if !isWanted, seed != nil { throw ValidationError("'--seed' needs '--witness'") }
    if isWanted, inputs.isEmpty, inputShape == nil {
      throw ValidationError("'--witness' needs an input: use '--input <file> ...' or '--input-shape <sizes>'")
    }
    if !inputs.isEmpty, inputShape != nil { throw ValidationError("'--input' and '--input-shape' can't be combined") }
    try images.check(inputs: inputs)
    if inputs.contains("") { throw ValidationError("'--input' needs the name of a file") }
  }

  /// The input for a trace. Nil if no run is requested.
  ///
  /// - Throws: the errors of reading the files.
  func input(for trace: Trace, of model: LoadedModel, as type: ElementType?) throws -> TraceDiffer.WitnessInput? {
    guard isWanted else { return nil }
    let seed = seed?.value ?? 0
    let images = try images.preparation(of: inputs, for: model)
    let arguments =
      try inputShape?.makeArguments(for: trace.arguments, seed: seed)
      ?? InputReader(arguments: trace.arguments, images: images).arguments(from: inputs)
    return TraceDiffer.WitnessInput(try arguments.mapValues { try $0.cast(to: type) }, seed: seed)
  }
}
