internal import Foundation
internal import Synchronization
internal import XylemErrors
public import XylemExtract
internal import XylemFiles
internal import XylemGraph
public import XylemImage
internal import XylemTensor
internal import XylemTrace

/// Computes the features of many images, and writes them to the files of a folder, a row for each input in the inputs'
/// order.
///
/// ```swift
/// let extractor = try FeatureExtractor(of: model, returning: ["layer4": "embedding"], modes: [.eval])
/// let run = try DatasetRun(
///   of: extractor, from: DatasetInputs(["photos"]).source, into: "features",
///   options: RunOptions(reductions: ["embedding": .gap]))
/// let task = run.start()
/// for await progress in task.progress { print(progress.rows, "of", progress.count) }
/// let summary = try await task.summary
/// ```
///
/// An input that fails is a row without features, with its error. A run that was interrupted goes on where it was, and its
/// files have the same bytes as those of a run that was not; so do those of several processes that work on one folder at
/// once. Memory does not grow with the number of inputs, except for some bytes for each path.
///
/// The extractor must not be used by others, and its model not change, while a run goes on.
public final class DatasetRun: Sendable {
  private let extractor: FeatureExtractor
  private let source: any InputSource
  private let preparation: any InputPreparation
  private let folder: String
  private let options: RunOptions
  private let pipeline = Mutex<RunPipeline?>(nil)
  private let isCancelled = Mutex(false)

  /// Prepares a run. Nothing is computed or written yet.
  ///
  /// - Parameters:
  ///   - extractor: computes the features, in its mode, with its engine.
  ///   - source: the inputs.
  ///   - preparation: turns an input into what the model takes.
  ///   - folder: the folder of the run. It is created if its parent exists.
  /// - Throws: `dataset.input` without inputs and for options below their minimum; `dataset.feature` for a reduction of
  ///   a feature that does not exist.
  public init(
    of extractor: FeatureExtractor, from source: any InputSource, preparing preparation: any InputPreparation,
    into folder: String, options: RunOptions = RunOptions()
  ) throws {
    guard source.count > 0 else { throw DatasetErrors.noInputs([], passedOver: 0) }
    for (name, number) in [("rows", options.rows), ("batchSize", options.batchSize), ("workers", options.workers)]
    where number < 1 {
      throw DatasetErrors.option("\(name) is \(number); it must be at least 1")
    }
    try FeatureComputer.check(options.reductions, of: extractor)
    (self.extractor, self.source, self.preparation) = (extractor, source, preparation)
    self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    self.options = options
  }

  /// Prepares a run on images.
  ///
  /// - Throws: as ``init(of:from:preparing:into:options:)``.
  public convenience init(
    of extractor: FeatureExtractor, from source: any InputSource, transform: ImageTransform? = nil,
    into folder: String, options: RunOptions = RunOptions()
  ) throws {
    try self.init(
      of: extractor, from: source, preparing: ImageDecoding(transform ?? ImageTransform()), into: folder,
      options: options)
  }

  /// Runs until every row is in its file, blocking the calling thread, on which the model runs.
  ///
  /// - Parameter onProgress: called some ten times a second, from another thread.
  /// - Throws: `dataset.other-run` for a folder with another run or other files; `dataset.feature` for a feature that has
  ///   no row for each image; `dataset.too-many-errors`; `dataset.damaged`; `file.unwritable`; the errors of the model;
  ///   `CancellationError`. Complete shards stay, and the next run goes on behind them.
  public func run(onProgress: @escaping @Sendable (RunProgress) -> Void = { _ in }) throws -> RunSummary {
    // Images of different sizes don't fit into one batch.
    let computer = try FeatureComputer(
      extractor, batchSize: preparation.shape == nil ? 1 : options.batchSize, reductions: options.reductions,
      dtype: options.dtype, autocasts: options.autocasts)
    let record = try RunOpening(
      folder: folder, source: source, preparation: preparation, computer: computer, options: options
    ).open()
    let plan = ShardPlan(
      inputCount: source.count, rows: options.rows, format: options.format, fields: record.features,
      addsDigests: options.addsDigests)
    let queue = try ShardQueue(
      plan, in: folder, retriesErrors: options.retriesErrors, patience: options.patience)
    let before = queue.finished
    let tally = RunTally(
      count: source.count, before: before, maximum: options.maximumErrors, isRetrying: before.rows == source.count)
    let pipeline = RunPipeline(
      queue, plan,
      RowReader(
        source: source, preparation: RowPreparation(preparation: preparation, addsDigests: options.addsDigests)),
      computer, options, tally, onProgress: onProgress)
    self.pipeline.withLock { $0 = pipeline }
    defer { self.pipeline.withLock { $0 = nil } }
    if isCancelled.withLock({ $0 }) { throw CancellationError() }
    try pipeline.run()
    guard try queue.finish() else { throw DatasetErrors.incomplete(folder) }
    return try summary(record, plan, pipeline, queue)
  }

  private func summary(
    _ record: RunRecord, _ plan: ShardPlan, _ pipeline: RunPipeline, _ queue: ShardQueue
  ) throws -> RunSummary {
    var progress = pipeline.progress
    let manifest = try Manifest(in: folder)
    progress.rows = source.count
    progress.failed = manifest.lines.values.reduce(0) { $0 + $1.bad }
    let found = pipeline.tally.found
    guard progress.failed < source.count else {
      throw DatasetErrors.nothingSucceeded(source.count, found.first?.failure, id: found.first?.input)
    }
    return RunSummary(
      folder: folder, record: record, shards: plan.count, progress: progress, failures: found.failures,
      firstFailure: found.first, losses: found.losses)
  }

  /// Ends the run as soon as possible: it then throws `CancellationError`.
  public func cancel() {
    isCancelled.withLock { $0 = true }
    pipeline.withLock { $0 }?.stop(CancellationError())
  }

  /// Starts the run on a thread of its own.
  public func start() -> DatasetTask { DatasetTask(self) }
}

/// A run that goes on in the background.
public final class DatasetTask: Sendable {
  /// How far the run is: a value some ten times a second, the newest if several were missed. Ends with the run. For one
  /// reader.
  public let progress: AsyncStream<RunProgress>
  private let run: DatasetRun
  private let result: Task<RunSummary, any Error>

  init(_ run: DatasetRun) {
    self.run = run
    let (stream, continuation) = AsyncStream.makeStream(of: RunProgress.self, bufferingPolicy: .bufferingNewest(1))
    progress = stream
    result = Task {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<RunSummary, any Error>) in
          _ = WorkerThread("xylem.run") {
            let result = Result { try run.run { continuation.yield($0) } }
            continuation.finish()
            waiting.resume(with: result)
          }
        }
      } onCancel: {
        run.cancel()
      }
    }
  }

  /// The result; waits for the end of the run.
  ///
  /// - Throws: as ``DatasetRun/run(onProgress:)``.
  public var summary: RunSummary { get async throws { try await result.value } }

  /// Ends the run as soon as possible: ``summary`` then throws `CancellationError`.
  public func cancel() { result.cancel() }
}
