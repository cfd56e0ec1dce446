internal import Synchronization
internal import XylemErrors

/// Counts the rows of a process, and stops a run in which too many fail. Any thread may use it.
final class RunTally: Sendable {
  private struct State {
    var computed = 0
    var failed = 0
    var failures: [String: Int] = [:]
    var first: (input: String, failure: RowFailure)?
    var losses: [ImageLoss: (count: Int, example: String)] = [:]
  }

  private let state = Mutex(State())
  private let count: Int
  private let before: (rows: Int, failed: Int)
  private let maximum: Int?
  private let isRetrying: Bool
  private let start = ContinuousClock.now

  /// Creates a tally.
  ///
  /// - Parameters:
  ///   - count: the number of inputs.
  ///   - before: the rows that were complete when the process began, and those of them that failed for good.
  ///   - maximum: the number of inputs that may fail.
  init(count: Int, before: (rows: Int, failed: Int), maximum: Int?, isRetrying: Bool) {
    (self.count, self.before, self.maximum, self.isRetrying) = (count, before, maximum, isRetrying)
  }

  /// Counts a row of an image.
  ///
  /// - Throws: `dataset.too-many-errors`.
  func add(_ label: RowLabel, _ losses: ImageLoss) throws(XylemError) {
    let excess = state.withLock { (state) -> (Int, (input: String, failure: RowFailure)?)? in
      state.computed += 1
      for loss in ImageLoss.all where losses.contains(loss) {
        state.losses[loss, default: (0, label.id)].count += 1
      }
      guard let failure = label.failure else { return nil }
      state.failed += 1
      state.failures[failure.id, default: 0] += 1
      if state.first == nil { state.first = (label.id, failure) }
      let failed = before.failed + state.failed
      return maximum.map { failed > $0 } == true ? (failed, state.first) : nil
    }
    if let (failed, first) = excess {
      throw DatasetErrors.tooManyErrors(failed, of: count, first?.failure, id: first?.input)
    }
  }

  /// Where the run is.
  func progress(_ waiting: (decoding: Duration, model: Duration, writing: Duration), workers: Int) -> RunProgress {
    let elapsed = ContinuousClock.now - start
    func part(_ duration: Duration, of threads: Int) -> Double {
      min(max(duration.seconds / max(elapsed.seconds, 1e-9) / Double(threads), 0), 1)
    }
    return state.withLock { state in
      RunProgress(
        count: count, rows: min(before.rows + (isRetrying ? 0 : state.computed), count),
        failed: before.failed + state.failed, computed: state.computed, elapsed: elapsed,
        waiting: .init(
          decoding: part(waiting.decoding, of: workers), model: part(waiting.model, of: 1),
          writing: part(waiting.writing, of: 1)))
    }
  }

  /// The failures and losses so far.
  var found:
    (
      failures: [String: Int], first: (input: String, failure: RowFailure)?,
      losses: [(loss: ImageLoss, count: Int, example: String)]
    )
  {
    state.withLock { state in
      (
        state.failures, state.first,
        ImageLoss.all.compactMap { loss in state.losses[loss].map { (loss, $0.count, $0.example) } }
      )
    }
  }
}
