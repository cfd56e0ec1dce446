internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemNN
internal import XylemPlugins
internal import XylemTrace

/// The model that a command works on: an archive or a built-in model, which is traced, or a saved extractor, which
/// already is.
struct LoadedModel {
  let model: any TracedModel
  /// The saved extractor, if the file is one.
  let saved: FeatureExtractor?
  /// The built-in model that it is, or of which a saved extractor was made.
  var definition: ModelDefinition?
  /// Whether the model has random weights.
  var hasRandomWeights = false
  /// The result of loading weights into a built-in model.
  var weights: LoadedWeights?
  /// The leaves that plugins provide. Their rules precede the rules of the options.
  var leaves: [PluginLeaf] = []

  /// Differences between the modes that a configuration accepts.
  var expectations: [DiffExpectation] = []

  /// The known structure of inputs, for a model that can't be traced without it.
  var structures: [String: InputStructure] = [:]

  /// The known shapes of inputs.
  var shapes: [String: KnownShape] = [:]

  /// Whether traces have the names of both namings.
  var comparesNamings = false

  /// The traces so far: each mode is traced once.
  let traces = TraceCache()

  /// The options with the plugins' rules, the known structure of inputs and the namings.
  func withPlugins(_ options: TraceOptions) -> TraceOptions {
    var options = options
    options.structures = structures
    options.shapes = shapes
    options.comparesNamings = comparesNamings
    options.policy = options.policy.preceded(by: leaves)
    return options
  }

  /// The trace in one mode.
  ///
  /// - Throws: as ``ScriptModel/trace(_:)``; `extract.input` for a mode that was not saved.
  func trace(_ options: TraceOptions) throws -> Trace {
    guard let saved else { return try traces.trace(of: model, withPlugins(options)) }
    guard let trace = saved.traces[options.mode] else { throw CommandErrors.unsavedMode(options.mode, saved) }
    return trace
  }

  /// An extractor for one mode.
  ///
  /// - Parameters:
  ///   - requests: the requested nodes; empty for those of the saved extractor.
  ///   - edits: what it starts from and replaces.
  /// - Throws: as ``trace(_:)`` and ``FeatureExtractor``'s initialisers.
  func extractor(
    returning requests: [ReturnRequest], options: TraceOptions, modes: [Mode], edits: ExtractorEdits = ExtractorEdits()
  ) throws -> FeatureExtractor {
    var requests = requests
    if let saved, requests.isEmpty {
      guard let plan = saved.plans[options.mode] else { throw CommandErrors.unsavedMode(options.mode, saved) }
      if saved.mode != options.mode { try options.mode == .train ? saved.train() : saved.eval() }
      if edits.starts.isEmpty { return try edits.applied(to: saved) }
      requests = plan.requests
    }
    var traces: [Mode: Trace] = [:]
    for mode in modes {
      var options = options
      options.mode = mode
      traces[mode] = try trace(options)
    }
    return try edits.applied(
      to: FeatureExtractor(
        of: model, traces: traces, from: edits.starts, returning: requests, mode: options.mode))
  }
}

/// The traces of one model that a command has made.
final class TraceCache {
  private var traces: [TraceOptions: Trace] = [:]

  /// The trace with these options, made if there is none yet.
  ///
  /// - Throws: as ``TracedModel/trace(_:)``; a failed trace is tried again.
  func trace(of model: any TracedModel, _ options: TraceOptions) throws -> Trace {
    if let known = traces[options] { return known }
    let trace = try model.trace(options)
    traces[options] = trace
    return trace
  }
}
