internal import XylemErrors
internal import XylemExtract
internal import XylemTrace

extension ModelOptions {
  /// An extractor of one mode; what its trace hides and its plan warns of goes to the error stream.
  ///
  /// - Throws: as ``FeatureExtractor``'s initialiser; an unknown name that the other mode has comes with that remedy.
  func extractor(
    of model: ScriptModel, returning requests: [ReturnRequest], mode: Mode
  ) throws -> FeatureExtractor {
    do {
      let extractor = try Progress.during("tracing") {
        try FeatureExtractor(of: model, returning: requests, options: traceOptions(mode), modes: [mode])
      }
      for line in MergedNotes(Array(extractor.traces.values)).briefLines { Terminal.error(line) }
      for note in extractor.plan.notes { Terminal.warn(note) }
      return extractor
    } catch let error as XylemError where error.id == .extractUnknownNode {
      throw withOtherMode(error, model, requests, mode)
    }
  }

  private func withOtherMode(
    _ error: XylemError, _ model: ScriptModel, _ requests: [ReturnRequest], _ mode: Mode
  ) -> XylemError {
    let other: Mode = mode == .train ? .eval : .train
    guard let request = requests.first(where: { error.message.contains("'\($0.node)'") }),
      let trace = try? model.trace(traceOptions(other, recordsLocations: false)),
      NamingComparison.meaning(of: request.node, in: trace) != nil
    else { return error }
    var error = error
    error.remedies = ["--mode \(other.rawValue)  # has it"] + error.remedies.prefix(2)
    return error
  }
}
