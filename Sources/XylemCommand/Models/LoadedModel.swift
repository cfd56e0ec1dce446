internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemPlugins
internal import XylemTrace

/// What a command works on: an archive or a model by name, which is traced, or an extractor that was saved, which has been.
struct LoadedModel {
  let model: any TracedModel
  /// The saved extractor, where the file is one.
  let saved: FeatureExtractor?
  /// Whether nobody gave the model its weights.
  var hasRandomWeights = false
  /// What became of the weights of a model by name.
  var weights: LoadedWeights?
  /// What plugins bring; their rules come before those of the options.
  var leaves: [PluginLeaf] = []

  /// Differences between the modes that a configuration accepts.
  var expectations: [DiffExpectation] = []

  /// What is known of the structure of inputs, where the model can't be traced without.
  var structures: [String: InputStructure] = [:]

  /// Options with the rules of the plugins, and with what is known of inputs.
  func withPlugins(_ options: TraceOptions) -> TraceOptions {
    var options = options
    options.structures = structures
    options.policy = options.policy.preceded(by: leaves)
    return options
  }

  /// The trace in one mode.
  ///
  /// - Throws: as ``ScriptModel/trace(_:)``; `extract.input` for a mode that was not saved.
  func trace(_ options: TraceOptions) throws -> Trace {
    guard let saved else { return try model.trace(withPlugins(options)) }
    guard let trace = saved.traces[options.mode] else { throw CommandErrors.unsavedMode(options.mode, saved) }
    return trace
  }

  /// An extractor of one mode.
  ///
  /// - Parameter requests: empty for those of the saved extractor.
  /// - Throws: as ``trace(_:)`` and ``FeatureExtractor``'s initialisers.
  func extractor(
    returning requests: [ReturnRequest], options: TraceOptions, modes: [Mode]
  ) throws -> FeatureExtractor {
    guard let saved else {
      return try FeatureExtractor(of: model, returning: requests, options: withPlugins(options), modes: modes)
    }
    if requests.isEmpty {
      guard saved.plans[options.mode] != nil else { throw CommandErrors.unsavedMode(options.mode, saved) }
      if saved.mode != options.mode { try options.mode == .train ? saved.train() : saved.eval() }
      return saved
    }
    var traces: [Mode: Trace] = [:]
    for mode in modes {
      guard let trace = saved.traces[mode] else { throw CommandErrors.unsavedMode(mode, saved) }
      traces[mode] = trace
    }
    return try FeatureExtractor(of: model, traces: traces, returning: requests, mode: options.mode)
  }
}
