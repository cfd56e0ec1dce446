internal import XylemErrors
internal import XylemFiles

/// An Arrow file for each shard, `00000.arrow`, with everything about its rows: `id`, a column of lists for each feature,
/// and for a row without features nulls, with `error` and `message`.
///
/// The files are in Arrow's IPC format V5, uncompressed, so that other programs map them into memory. The shape of a row
/// is among the notes of the feature's field.
public struct ArrowFormat: ShardFormat {
  /// The data of a record batch is about this large, in bytes, and it has not more rows than that.
  static let (batchByteCount, batchRows) = (32 << 20, 1 << 16)

  /// Creates the format.
  public init() {}

  /// The name of the format.
  public var name: String { "arrow" }

  /// Checks the types, and the keys as names of columns.
  ///
  /// - Throws: `dataset.feature`.
  public func check(_ fields: [FeatureField]) throws {
    try FeatureColumns(fields: fields).check(
      taken: [FeatureColumns.id, FeatureColumns.error, FeatureColumns.message, FeatureColumns.sha256])
  }

  static func fileName(_ shard: Shard) -> String { shard.name + ".arrow" }

  static func schema(_ shard: Shard, _ fields: [FeatureField]) -> ArrowSchema {
    ArrowSchema(
      [ArrowField(FeatureColumns.id, .utf8, isNullable: false)] + FeatureColumns(fields: fields).schema
        + FeatureColumns.errorSchema + (shard.hasDigests ? [ArrowField(FeatureColumns.sha256, .utf8)] : []))
  }

  /// Begins to write a shard.
  ///
  /// - Throws: `file.unwritable`.
  public func makeWriter(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardWriter {
    try ArrowShardWriter(shard, fields, ShardFile(Self.fileName(shard), in: folder))
  }

  /// Opens a shard that was written before.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `dataset.damaged` for a file with other columns.
  public func makeReader(for shard: Shard, fields: [FeatureField], in folder: String) throws -> any ShardReader {
    try ArrowShardReader(shard, fields, path: folder + "/" + Self.fileName(shard))
  }
}

/// Writes rows in record batches whose sizes depend on the features alone.
private final class ArrowShardWriter: ShardWriter {
  private let shard: Shard
  private let fields: [FeatureField]
  private let file: ShardFile
  private let batchCount: Int
  private var writer: ArrowFileWriter
  private var waiting: FeatureRows

  init(_ shard: Shard, _ fields: [FeatureField], _ file: ShardFile) throws {
    (self.shard, self.fields, self.file) = (shard, fields, file)
    let rowByteCount = fields.reduce(1) { $0 + $1.rowByteCount }
    batchCount = max(1, min(ArrowFormat.batchRows, ArrowFormat.batchByteCount / rowByteCount))
    waiting = FeatureRows(labels: [], columns: fields.map { _ in [] })
    writer = try ArrowFileWriter(ArrowFormat.schema(shard, fields)) { try file.append($0) }
  }

  func append(_ rows: FeatureRows) throws {
    var start = 0
    while start < rows.labels.count {
      let end = min(rows.labels.count, start + batchCount - waiting.labels.count)
      waiting.labels += rows.labels[start..<end]
      for (index, field) in fields.enumerated() {
        waiting.columns[index] += rows.columns[index][start * field.rowByteCount..<end * field.rowByteCount]
      }
      if waiting.labels.count == batchCount { try flush() }
      start = end
    }
  }

  private func flush() throws {
    let labels = waiting.labels
    var columns = [ArrowColumn.strings(labels.map(\.id))]
    columns += FeatureColumns(fields: fields).columns(of: waiting) + FeatureColumns.errorColumns(of: labels)
    if shard.hasDigests { columns.append(.strings(labels.map(\.sha256))) }
    try writer.write(ArrowRecordBatch(writer.schema, columns, count: labels.count))
    waiting.labels.removeAll(keepingCapacity: true)
    for index in waiting.columns.indices { waiting.columns[index].removeAll(keepingCapacity: true) }
  }

  func finish() throws -> [ShardFile] {
    if !waiting.labels.isEmpty { try flush() }
    try writer.finish()
    return [file]
  }
}

/// Reads what ``ArrowShardWriter`` wrote.
private final class ArrowShardReader: ShardReader {
  private(set) var labels: [RowLabel] = []
  private let fields: [FeatureField]
  private let path: String
  private let file: ArrowFileReader
  /// For each record batch, the number of rows before it.
  private var starts: [Int] = []
  private var current: (index: Int, batch: ArrowRecordBatch)?

  init(_ shard: Shard, _ fields: [FeatureField], path: String) throws {
    (self.fields, self.path) = (fields, path)
    guard Folder.size(ofFile: path) != nil else { throw XylemError.missingFile(path) }
    file = try ArrowFileReader(path)
    guard file.schema == ArrowFormat.schema(shard, fields) else {
      throw DatasetErrors.damaged(path, "its columns are not those of the run")
    }
    for index in 0..<file.count { try addLabels(file.recordBatch(index)) }
    guard labels.count == shard.rowCount else {
      throw DatasetErrors.damaged(path, "it has \(labels.count) rows, not \(shard.rowCount)")
    }
  }

  private func addLabels(_ batch: ArrowRecordBatch) throws {
    func strings(_ name: String) throws -> [String?] {
      guard let index = batch.schema.index(of: name) else { return Array(repeating: nil, count: batch.count) }
      return try batch.strings(at: index) ?? []
    }
    let ids = try strings(FeatureColumns.id)
    let (errors, messages) = (try strings(FeatureColumns.error), try strings(FeatureColumns.message))
    let digests = try strings(FeatureColumns.sha256)
    starts.append(labels.count)
    for row in 0..<batch.count {
      guard let id = ids[row] else { throw DatasetErrors.damaged(path, "a row has no 'id'") }
      labels.append(
        RowLabel(
          id: id, failure: errors[row].map { RowFailure(id: $0, message: messages[row] ?? "") }, sha256: digests[row]))
    }
  }

  func rows(_ range: Range<Int>) throws -> FeatureRows {
    var rows = FeatureRows(labels: Array(labels[range]), columns: fields.map { _ in [] })
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : labels.count
      let part = range.clamped(to: start..<end)
      guard !part.isEmpty else { continue }
      let batch = try batch(index)
      for field in fields.indices {
        // The identifier is the first column.
        let inner = part.lowerBound - start..<part.upperBound - start
        guard let bytes = FeatureColumns(fields: fields).bytes(field, of: batch.columns[field + 1], inner) else {
          throw DatasetErrors.damaged(path, "'\(fields[field].key)' has rows of another shape")
        }
        rows.columns[field] += bytes
      }
    }
    return rows
  }

  private func batch(_ index: Int) throws -> ArrowRecordBatch {
    if let current, current.index == index { return current.batch }
    let batch = try file.recordBatch(index)
    current = (index, batch)
    return batch
  }
}
