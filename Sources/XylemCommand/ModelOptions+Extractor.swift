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
  /// - Throws: as ``FeatureExtractor``'s initialiser; an unknown name that the other mode has comes with that remedy.
  func extractor(
    of model: LoadedModel, returning requests: [ReturnRequest], mode: Mode
  ) throws -> FeatureExtractor {
    do {
      let extractor = try Progress.during("tracing") {
        try model.extractor(returning: requests, options: traceOptions(mode), modes: [mode])
      }
      try model.weights?.check(extractor.state.map(\.key))
      warn(of: extractor)
      return extractor
    } catch let error as XylemError where error.id == .extractUnknownNode {
      throw withOtherMode(error, model, requests, mode)
    }
  }

  /// An extractor of the modes for which something is asked, starting in one of them.
  ///
  /// - Throws: as ``extractor(of:returning:mode:)``; an unknown name comes with the option to ask for another there.
  func extractor(
    of model: LoadedModel, returning requests: [Mode: [ReturnRequest]], mode: Mode
  ) throws -> FeatureExtractor {
    if model.saved != nil, requests.isEmpty { return try extractor(of: model, returning: [], mode: mode) }
    var traces: [Mode: Trace] = [:]
    do {
      let extractor = try Progress.during("tracing") {
        for mode in requests.keys { traces[mode] = try model.trace(traceOptions(mode)) }
        return try FeatureExtractor(
          of: model.model, traces: traces, inTrain: requests[.train], inEval: requests[.eval], mode: mode)
      }
      try model.weights?.check(extractor.state.map(\.key))
      warn(of: extractor)
      return extractor
    } catch var error as XylemError where error.id == .extractUnknownNode {
      error.remedies = Array((separateRequests(requests, traces) + error.remedies).prefix(3))
      throw error
    }
  }

  /// Options that ask for other nodes in the mode that lacks one; empty where both have it, or neither.
  private func separateRequests(_ requests: [Mode: [ReturnRequest]], _ traces: [Mode: Trace]) -> [String] {
    for (mode, other) in [(Mode.train, Mode.eval), (.eval, .train)] {
      guard let trace = traces[mode], let otherTrace = traces[other] else { continue }
      for request in requests[mode] ?? []
      where NamingComparison.meaning(of: request.node, in: trace) == nil
        && NamingComparison.meaning(of: request.node, in: otherTrace) != nil
      {
        return nearMisses(of: request.node, among: trace.nodeNames, limit: 2).map {
          "--\(mode.rawValue)-return \(shellWord($0)) --\(other.rawValue)-return \(shellWord(request.node))"
        }
      }
    }
    return []
  }

  private func warn(of extractor: FeatureExtractor) {
    let traces = extractor.traces.sorted { $0.key.rawValue > $1.key.rawValue }.map(\.value)
    for line in MergedNotes(traces).lines(notes ? .all : .brief) { Terminal.error(line) }
    for note in extractor.plan.notes { Terminal.warn(note) }
  }

  private func withOtherMode(
    _ error: XylemError, _ model: LoadedModel, _ requests: [ReturnRequest], _ mode: Mode
  ) -> XylemError {
    let other: Mode = mode == .train ? .eval : .train
    // The other mode is only looked into: where it can't be traced there is nothing to offer.
    guard let here = try? model.trace(traceOptions(mode, recordsLocations: false)),
      let there = try? model.trace(traceOptions(other, recordsLocations: false)),
      requests.contains(where: {
        NamingComparison.meaning(of: $0.node, in: here) == nil
          && NamingComparison.meaning(of: $0.node, in: there) != nil
      })
    else { return error }
    var error = error
    error.remedies = ["--mode \(other.rawValue)  # has it"] + error.remedies.prefix(2)
    return error
  }
}
