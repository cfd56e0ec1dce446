internal import XylemErrors

/// Writes a shard: the rows that were computed, and, if only some were, the others from the shard as it was.
struct ShardAssembler {
  private static let copiedRows = 1024

  let job: ShardJob
  private let writer: any ShardWriter
  /// The shard as it was. Nil if all rows are computed.
  private let former: (any ShardReader)?
  private var count = 0
  private(set) var failed = 0

  init(_ job: ShardJob, _ plan: ShardPlan, in folder: String) throws {
    self.job = job
    former = job.rows == nil ? nil : try plan.format.makeReader(for: job.shard, fields: plan.fields, in: folder)
    writer = try plan.format.makeWriter(for: job.shard, fields: plan.fields, in: folder)
  }

  /// Adds computed rows.
  ///
  /// - Throws: `file.unwritable`, and the errors of reading the former shard.
  mutating func append(_ computed: ComputedRows) throws {
    try copy(upTo: computed.start)
    try put(computed.rows)
  }

  /// Ends the shard.
  ///
  /// - Throws: as ``append(_:)``.
  mutating func finish() throws -> [ShardFile] {
    try copy(upTo: job.shard.rowCount)
    precondition(count == job.shard.rowCount, "a shard has all its rows")
    return try writer.finish()
  }

  private mutating func copy(upTo end: Int) throws {
    while count < end, let former {
      try put(former.rows(count..<min(end, count + Self.copiedRows)))
    }
  }

  private mutating func put(_ rows: FeatureRows) throws {
    try writer.append(rows)
    count += rows.labels.count
    failed += rows.labels.count { $0.failure != nil }
  }
}
