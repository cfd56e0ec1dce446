internal import XylemErrors

extension ExtractorFile.SavedEngine {
  /// What an extractor computes with. Nil for libtorch alone.
  init?(_ options: EngineOptions, _ report: EngineReport?) {
    guard options.engine != .torch else { return nil }
    self.init(
      engine: options.engine.rawValue, reducesPrecision: options.reducesPrecision, keptShapes: options.keptShapes,
      parts: report?.parts.map {
        Part(
          first: $0.nodes.first, last: $0.nodes.last, instructions: $0.instructionCount, engine: $0.engine,
          reason: $0.reason)
      }, note: report?.note)
  }

  /// The options.
  ///
  /// - Throws: `extract.unreadable` for an engine that this version does not know.
  func options(path: String) throws(XylemError) -> EngineOptions {
    guard let engine = Engine(rawValue: engine) else {
      throw ExtractErrors.unreadable(path, "it was saved with the engine '\(self.engine)', which is not known")
    }
    return EngineOptions(engine, reducesPrecision: reducesPrecision, keptShapes: keptShapes)
  }

  /// What computed which part when the extractor was saved. Nil if it was never called.
  var report: EngineReport? {
    parts.map { parts in
      EngineReport(
        parts: parts.map {
          .init(
            nodes: ($0.first, $0.last), instructionCount: $0.instructions, engine: $0.engine, reason: $0.reason)
        }, compileMilliseconds: 0, note: note)
    }
  }
}
