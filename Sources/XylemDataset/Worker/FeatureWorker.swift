internal import Synchronization
internal import XylemErrors
public import XylemExtract
public import XylemFiles

/// Computes features for another program: reads Arrow record batches, and writes one for each, with the same rows in the
/// same order.
///
/// The column of the inputs is replaced by the features, followed by `error` and `message`; all other columns are passed
/// on as they are. A row whose input fails has nulls and its error. The stages are those of ``DatasetRun``: the same image
/// at the same position of a batch has the same bits.
public final class FeatureWorker: Sendable {
  private enum Request: Sendable {
    case begin(ArrowRecordBatch)
    case row(Int, ArrowRecordBatch)
    case end
    case failed(any Error)
  }

  private enum Prepared: Sendable {
    case begin(ArrowRecordBatch)
    case row(PreparedRow)
    case end
    case failed(any Error)
  }

  private let computer: FeatureComputer
  private let preparation: any InputPreparation
  private let options: WorkerOptions

  /// Prepares a worker.
  ///
  /// - Parameters:
  ///   - extractor: computes the features, in its mode, with its engine. Others must not use it meanwhile.
  ///   - preparation: turns an encoded image into what the model takes.
  /// - Throws: `dataset.input` for options below their minimum; `dataset.feature` for a model that takes no image, and
  ///   for a reduction of a feature that does not exist.
  public init(
    of extractor: FeatureExtractor, preparing preparation: any InputPreparation, options: WorkerOptions
  ) throws {
    for (name, number) in [("batchSize", options.batchSize), ("workers", options.workers)] where number < 1 {
      throw DatasetErrors.option("\(name) is \(number); it must be at least 1")
    }
    try FeatureComputer.check(options.reductions, of: extractor)
    computer = try FeatureComputer(
      extractor, batchSize: options.batchSize, reductions: options.reductions, dtype: options.dtype,
      autocasts: options.autocasts)
    (self.preparation, self.options) = (preparation, options)
  }

  /// Works until the input ends. The model runs on the calling thread.
  ///
  /// The schema is written once that of the input was read, and each record batch once all its rows were computed. After
  /// an error everything before it was written.
  ///
  /// - Parameters:
  ///   - input: a stream in Arrow's IPC format.
  ///   - sink: takes the bytes of each message of the output.
  /// - Throws: `file.malformed`, `file.unsupported` and `file.unreadable` for the input; `dataset.input` for columns that
  ///   can't be used; `dataset.feature`; the errors of the model and of the sink.
  package func run(_ input: consuming InputFile, to sink: @escaping ArrowStreamWriter.Sink) throws -> WorkerSummary {
    let source = WorkerSource(try ArrowStreamReader(input))
    let column = try WorkerInput(options.column, in: source.schema, preparing: preparation)
    let probe = FeatureProbe(computer: computer, shape: column.shape)
    let columns = try WorkerColumns(source.schema, without: column.index, probe.fields())
    _ = try probe.compile(nil)
    let stage = OrderedStage<Request, Prepared>(
      workers: options.workers, capacity: 2 * max(options.batchSize, options.workers) + 2
    ) { request in
      switch request {
      case .begin(let batch): .begin(batch)
      case .row(let row, let batch): .row(column.prepare(row, of: batch))
      case .end: .end
      case .failed(let error): .failed(error)
      }
    }
    // Not joined after an error: it may wait for input, which the other program need not send.
    _ = WorkerThread("xylem.feed") { Self.feed(source, stage) }
    defer { stage.stop() }
    return try compute(stage, columns, ArrowStreamWriter(columns.schema, to: sink))
  }

  /// Works until an open pipe or file ends, blocking the calling thread, on which the model runs. The descriptor stays open.
  ///
  /// - Throws: `file.malformed`, `file.unsupported` and `file.unreadable` for the input; `dataset.input` for columns that
  ///   can't be used; `dataset.feature`; the errors of the model and of the sink.
  public func run(reading descriptor: CInt, to sink: @escaping ArrowStreamWriter.Sink) throws -> WorkerSummary {
    try run(InputFile(sharing: descriptor, path: descriptor == 0 ? "standard input" : "the input"), to: sink)
  }

  /// Reads record batches, and asks for their rows.
  private static func feed(_ source: WorkerSource, _ stage: OrderedStage<Request, Prepared>) {
    do {
      while let batch = try source.next() {
        guard stage.submit(.begin(batch)) else { return }
        for row in 0..<batch.count { guard stage.submit(.row(row, batch)) else { return } }
        stage.submit(.end)
      }
    } catch {
      stage.submit(.failed(error))
    }
    stage.close()
  }

  private func compute(
    _ stage: OrderedStage<Request, Prepared>, _ columns: WorkerColumns, _ writer: ArrowStreamWriter
  ) throws -> WorkerSummary {
    var summary = WorkerSummary()
    var assembler = BatchAssembler(computer, columns.fields)
    var current: (batch: ArrowRecordBatch, rows: FeatureRows)?
    while let next = stage.next() {
      switch next {
      case .begin(let batch): current = (batch, FeatureRows(labels: [], columns: columns.fields.map { _ in [] }))
      case .row(let row): for computed in try assembler.add(row) { current?.rows.append(computed.rows) }
      case .end:
        for computed in try assembler.finish() { current?.rows.append(computed.rows) }
        guard let (batch, rows) = current else { continue }
        try writer.write(columns.output(batch, rows))
        summary.batches += 1
        summary.rows += batch.count
        summary.failed += rows.labels.count { $0.failure != nil }
        current = nil
      case .failed(let error): throw error
      }
    }
    try writer.finish()
    return summary
  }
}

/// The stream that a worker reads, on one thread at a time.
private final class WorkerSource: Sendable {
  let schema: ArrowSchema
  private let reader: Mutex<ArrowStreamReader>

  init(_ reader: consuming sending ArrowStreamReader) {
    schema = reader.schema
    self.reader = Mutex(reader)
  }

  func next() throws -> ArrowRecordBatch? { try reader.withLock { try $0.next() } }
}

/// The columns that a worker writes.
private struct WorkerColumns {
  let fields: [FeatureField]
  let schema: ArrowSchema
  /// The positions of the columns that are passed on.
  private let passed: [Int]

  /// - Throws: `dataset.feature` for features that columns can't hold, or whose names others have; `dataset.input` for
  ///   columns with the names of the errors.
  init(_ input: ArrowSchema, without column: Int, _ fields: [FeatureField]) throws {
    passed = input.fields.indices.filter { $0 != column }
    let names = passed.map { input.fields[$0].name }
    for name in [FeatureColumns.error, FeatureColumns.message] where names.contains(name) {
      throw DatasetErrors.columnTaken(name)
    }
    let features = FeatureColumns(fields: fields)
    try features.check(taken: names + [FeatureColumns.error, FeatureColumns.message])
    self.fields = fields
    schema = ArrowSchema(
      passed.map { input.fields[$0] } + features.schema + FeatureColumns.errorSchema, metadata: input.metadata)
  }

  func output(_ batch: ArrowRecordBatch, _ rows: FeatureRows) throws -> ArrowRecordBatch {
    try ArrowRecordBatch(
      schema,
      passed.map { batch.columns[$0] } + FeatureColumns(fields: fields).columns(of: rows)
        + FeatureColumns.errorColumns(of: rows.labels), count: batch.count)
  }
}
