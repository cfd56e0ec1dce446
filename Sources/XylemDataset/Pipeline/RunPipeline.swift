internal import Synchronization
internal import XylemErrors
internal import XylemTensor

/// The stages of one process: read and decode, compute, write. Each has threads of its own, and a few things wait
/// between them, so that memory does not grow with the number of inputs.
///
/// Shards come from the queue. Their rows go through the decode pool to the model and the reduction, in batches, and from
/// there to the files; complete shards go back to the queue.
final class RunPipeline: Sendable {
  /// What comes out of the decode pool, in order.
  private enum Prepared: Sendable {
    case begin(ShardJob)
    case row(PreparedRow)
    case end
  }

  private enum Request: Sendable {
    case begin(ShardJob)
    case row(Int, Shard)
    case end
  }

  private enum Written: Sendable {
    case begin(ShardJob)
    case rows(ComputedRows)
    case end
  }

  private let queue: ShardQueue
  private let plan: ShardPlan
  private let options: RunOptions
  private let computer: FeatureComputer
  let tally: RunTally
  private let stage: OrderedStage<Request, Prepared>
  private let results = StageQueue<Written>(capacity: 4)
  private let failure = Mutex<(any Error)?>(nil)
  private let onProgress: @Sendable (RunProgress) -> Void

  init(
    _ queue: ShardQueue, _ plan: ShardPlan, _ reader: RowReader, _ computer: FeatureComputer, _ options: RunOptions,
    _ tally: RunTally, onProgress: @escaping @Sendable (RunProgress) -> Void
  ) {
    (self.queue, self.plan, self.options, self.computer) = (queue, plan, options, computer)
    (self.tally, self.onProgress) = (tally, onProgress)
    stage = OrderedStage(workers: options.workers, capacity: 2 * max(computer.batchSize, options.workers) + 2) {
      request in
      switch request {
      case .begin(let job): .begin(job)
      case .row(let row, let shard): .row(reader.prepare(row, of: shard))
      case .end: .end
      }
    }
  }

  /// Runs until no shard is left. The model runs on the calling thread.
  ///
  /// - Throws: the first error of a stage, once all threads have ended.
  func run() throws {
    let feeder = WorkerThread("xylem.feed") { [self] in attempt { try feed() } }
    let writer = WorkerThread("xylem.write") { [self] in attempt { try write() } }
    let renewer = queue.startRenewing()
    attempt { try compute() }
    feeder.join()
    stage.join()
    writer.join()
    queue.end()
    renewer.join()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Ends the run as soon as possible.
  func stop(_ error: any Error) {
    failure.withLock { $0 = $0 ?? error }
    stage.stop()
    results.stop()
  }

  private var isStopped: Bool { failure.withLock { $0 != nil } }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { stop(error) }
  }

  /// Takes shards, and asks for their rows.
  private func feed() throws {
    while let job = try queue.next(isStopped: { isStopped }) {
      stage.submit(.begin(job))
      if let rows = job.rows {
        for row in rows { guard stage.submit(.row(row, job.shard)) else { return } }
      } else {
        for row in 0..<job.shard.rowCount { guard stage.submit(.row(row, job.shard)) else { return } }
      }
      stage.submit(.end)
    }
    stage.close()
  }

  /// Computes batches.
  private func compute() throws {
    var batch = BatchAssembler(computer, plan.fields)
    while let next = stage.next() {
      switch next {
      case .begin(let job): results.push(.begin(job))
      case .row(let row): for rows in try batch.add(row) { results.push(.rows(rows)) }
      case .end:
        for rows in try batch.finish() { results.push(.rows(rows)) }
        results.push(.end)
      }
    }
    results.close()
  }

  /// Writes shards, and reports progress.
  private func write() throws {
    var shard: ShardAssembler?
    var reported = ContinuousClock.now
    while let next = results.pop() {
      switch next {
      case .begin(let job): shard = try ShardAssembler(job, plan, in: queue.folder)
      case .rows(let rows):
        for (label, losses) in zip(rows.rows.labels, rows.losses) { try tally.add(label, losses) }
        try shard?.append(rows)
        if .now - reported > .milliseconds(100) {
          reported = .now
          onProgress(progress)
        }
      case .end:
        guard var complete = shard else { continue }
        let files = try complete.finish()
        try options.beforeCommit?(complete.job.shard.index)
        try queue.commit(complete.job, files, failed: complete.failed)
        shard = nil
      }
    }
  }

  /// Where the run is.
  var progress: RunProgress {
    let (working, taking) = stage.waiting
    return tally.progress((working, taking, results.waiting.pushing), workers: options.workers)
  }
}
