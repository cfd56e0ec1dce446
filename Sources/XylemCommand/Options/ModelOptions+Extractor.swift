internal import XylemErrors
internal import XylemExtract
internal import XylemTrace

extension ModelOptions {
  /// Makes inputs of the arguments that files give: such an argument does not keep its default.
  ///
  /// - Throws: as reading the files' names does.
  mutating func keepInputs(_ paths: [String], of model: LoadedModel, images: ImageOptions) throws {
    guard model.saved == nil, !paths.isEmpty else { return }
    let arguments = try model.model.forwardArguments()
    let given = try InputReader(arguments: arguments, images: images).names(in: paths)
    let fixed = concrete.map(\.name)
    symbolic += arguments.filter { $0.defaultValue != nil && given.contains($0.name) }.map(\.name)
      .filter { !symbolic.contains($0) && !fixed.contains($0) }
  }

  /// An extractor of one mode; what its trace hides and its plan warns of goes to the error stream.
  ///
  /// - Parameters:
  ///   - isForBoth: whether the requests would count in the other mode too.
  ///   - isSilent: whether notes and warnings were said before.
  ///   - remedies: the options that the command has to ask for nodes of the other mode with.
  /// - Throws: as ``FeatureExtractor``'s initialiser; an unknown name that the other mode has comes with those options.
  func extractor(
    of model: LoadedModel, returning requests: [ReturnRequest], mode: Mode, isForBoth: Bool = true,
    isSilent: Bool = false, remedies: ModeRemedies.Options
  ) throws -> FeatureExtractor {
    do {
      let extractor = try Progress.during("tracing") {
        try model.extractor(returning: requests, options: traceOptions(mode), modes: [mode])
      }
      try model.weights?.check(extractor.state.map(\.key))
      if !isSilent { warn(of: extractor) }
      return extractor
    } catch let error as XylemError where error.id == .extractUnknownNode {
      let modes = ModeRemedies(traces: traces(of: model))
      guard modes.isSplit(requests, in: mode) else { throw error }
      var error = error
      if remedies == .none {
        error.cause = Words("\(mode.other.rawValue) mode has it, and this command runs in \(mode.rawValue) mode")
      }
      let options = modes.run(requests, in: mode, isForBoth: isForBoth, remedies)
      error.remedies = Array((options + error.remedies).prefix(3))
      throw error
    }
  }

  /// An extractor of the modes for which something is asked, starting in one of them.
  ///
  /// - Throws: as ``extractor(of:returning:mode:isForBoth:isSilent:remedies:)``; an unknown name comes with the options to ask for another there.
  func extractor(
    of model: LoadedModel, returning requests: [Mode: [ReturnRequest]], mode: Mode
  ) throws -> FeatureExtractor {
    if model.saved != nil, requests.isEmpty {
      return try extractor(of: model, returning: [], mode: mode, remedies: .returns)
    }
    do {
      let extractor = try Progress.during("tracing") {
        var traces: [Mode: Trace] = [:]
        for mode in requests.keys { traces[mode] = try model.trace(traceOptions(mode)) }
        return try FeatureExtractor(
          of: model.model, traces: traces, inTrain: requests[.train], inEval: requests[.eval], mode: mode)
      }
      try model.weights?.check(extractor.state.map(\.key))
      warn(of: extractor)
      return extractor
    } catch var error as XylemError where error.id == .extractUnknownNode {
      error.remedies = Array((ModeRemedies(traces: traces(of: model)).both(requests) + error.remedies).prefix(3))
      throw error
    }
  }

  /// The traces to look for nodes in; a mode that can't be traced has nothing to offer.
  private func traces(of model: LoadedModel) -> [Mode: Trace] {
    var traces: [Mode: Trace] = [:]
    for mode in Mode.allCases { traces[mode] = try? model.trace(traceOptions(mode, recordsLocations: false)) }
    return traces
  }

  private func warn(of extractor: FeatureExtractor) {
    let traces = extractor.traces.sorted { $0.key.rawValue > $1.key.rawValue }.map(\.value)
    for line in MergedNotes(traces).lines(notes ? .all : .brief) { Terminal.error(line) }
    for note in extractor.plan.notes { Terminal.warn(note) }
  }
}
