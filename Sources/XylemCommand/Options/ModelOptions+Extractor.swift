internal import XylemErrors
internal import XylemExtract
internal import XylemTrace

extension ModelOptions {
  /// Keeps the arguments that files give as inputs: they don't use their defaults.
  ///
  /// - Throws: the errors of reading the files' names.
  mutating func keepInputs(_ paths: [String], of model: LoadedModel) throws {
    guard model.saved == nil, !paths.isEmpty else { return }
    let arguments = try model.model.forwardArguments()
    let given = try InputReader(arguments: arguments, images: nil).names(in: paths)
    let fixed = concrete.map(\.name)
    symbolic += arguments.filter { $0.defaultValue != nil && given.contains($0.name) }.map(\.name)
      .filter { !symbolic.contains($0) && !fixed.contains($0) }
  }

  /// An extractor for one mode. Notes about its trace and warnings about its plan are printed to standard error.
  ///
  /// - Parameters:
  ///   - isForBoth: whether the requests apply to the other mode too.
  ///   - isSilent: whether notes and warnings were printed before.
  ///   - edits: what it starts from and replaces.
  ///   - remedies: the command's options for requesting nodes of the other mode.
  /// - Throws: as ``FeatureExtractor``'s initialiser; the error for an unknown name that the other mode has offers
  ///   those options.
  func extractor(
    of model: LoadedModel, returning requests: [ReturnRequest], mode: Mode, isForBoth: Bool = true,
    isSilent: Bool = false, edits: ExtractorEdits = ExtractorEdits(), remedies: ModeRemedies.Options
  ) throws -> FeatureExtractor {
    do {
      let extractor = try Progress.during("tracing") {
        try model.extractor(returning: requests, options: traceOptions(mode), modes: [mode], edits: edits)
      }
      try model.weights?.check(extractor.state.map(\.key))
      if !isSilent { warn(of: extractor) }
      return extractor
    } catch let error as XylemError where error.id == .extractUnknownNode {
      let modes = ModeRemedies(traces: traces(of: model))
      guard modes.isSplit(requests, in: mode) else { throw error }
      var error = error
      if remedies == .none {
        error.cause = Reason("\(mode.other.rawValue) mode has it, but this command runs in \(mode.rawValue) mode")
      }
      let options = modes.run(requests, in: mode, isForBoth: isForBoth, remedies)
      error.remedies = Array((options + error.remedies).prefix(3))
      throw error
    }
  }

  /// An extractor for the modes that have requests, starting in one of them.
  ///
  /// - Throws: as ``extractor(of:returning:mode:isForBoth:isSilent:edits:remedies:)``; the error for an unknown name offers
  ///   the options to request another one.
  func extractor(
    of model: LoadedModel, returning requests: [Mode: [ReturnRequest]], mode: Mode,
    edits: ExtractorEdits = ExtractorEdits()
  ) throws -> FeatureExtractor {
    if model.saved != nil, requests.isEmpty {
      return try extractor(of: model, returning: [], mode: mode, edits: edits, remedies: .returns)
    }
    do {
      let extractor = try Progress.during("tracing") {
        var traces: [Mode: Trace] = [:]
        for mode in requests.keys { traces[mode] = try model.trace(traceOptions(mode)) }
        return try edits.applied(
          to: FeatureExtractor(
            of: model.model, traces: traces, from: edits.starts, inTrain: requests[.train], inEval: requests[.eval],
            mode: mode))
      }
      try model.weights?.check(extractor.state.map(\.key))
      warn(of: extractor)
      return extractor
    } catch var error as XylemError where error.id == .extractUnknownNode {
      error.remedies = Array((ModeRemedies(traces: traces(of: model)).both(requests) + error.remedies).prefix(3))
      throw error
    }
  }

  /// The traces to search for nodes. A mode that can't be traced is left out.
  private func traces(of model: LoadedModel) -> [Mode: Trace] {
    var traces: [Mode: Trace] = [:]
    for mode in Mode.allCases { traces[mode] = try? model.trace(traceOptions(mode)) }
    return traces
  }

  private func warn(of extractor: FeatureExtractor) {
    let traces = extractor.traces.sorted { $0.key.rawValue > $1.key.rawValue }.map(\.value)
    for line in MergedNotes(traces).lines(notes ? .all : .brief) { Terminal.error(line) }
    for note in extractor.plan.notes { Terminal.warn(note) }
  }
}
