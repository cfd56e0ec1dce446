internal import XylemErrors
internal import XylemFiles

/// Puts the rows of a shard into batches, and computes their features.
///
/// Row `r` of a shard is always image `r` modulo the batch size of its batch, and images that are missing or failed are
/// zeros. So an image's features have the same bits, whatever the other images are, and however often the run was
/// interrupted.
struct BatchAssembler {
  private let computer: FeatureComputer
  private let fields: [FeatureField]
  private let size: Int
  private var values: [Float] = []
  private var rows: [PreparedRow] = []

  init(_ computer: FeatureComputer, _ fields: [FeatureField]) {
    (self.computer, self.fields) = (computer, fields)
    size = computer.batchSize
  }

  /// Adds a row, and returns the rows of the batch that is complete now or that the row is not part of.
  ///
  /// - Throws: the errors of a call.
  mutating func add(_ row: PreparedRow) throws -> [ComputedRows] {
    var found: [ComputedRows] = []
    if let first = rows.first, first.row / size != row.row / size { found += try finish() }
    rows.append(row)
    if row.row % size == size - 1 { found += try finish() }
    return found
  }

  /// Computes the rows that wait.
  ///
  /// - Throws: the errors of a call.
  mutating func finish() throws -> [ComputedRows] {
    guard !rows.isEmpty else { return [] }
    defer { rows = [] }
    let columns = try compute()
    return runs().map { range in
      ComputedRows(
        start: rows[range.lowerBound].row, losses: rows[range].map { $0.input?.losses ?? [] },
        rows: FeatureRows(
          labels: rows[range].map(\.label),
          columns: zip(columns, fields).map { column, field in
            let first = rows[range.lowerBound].row % size * field.rowByteCount
            return Array(column[first..<first + range.count * field.rowByteCount])
          }))
    }
  }

  /// The positions of rows that follow one another.
  private func runs() -> [Range<Int>] {
    var found: [Range<Int>] = []
    for index in rows.indices {
      if let last = found.last, rows[last.upperBound - 1].row + 1 == rows[index].row {
        found[found.count - 1] = last.lowerBound..<index + 1
      } else {
        found.append(index..<index + 1)
      }
    }
    return found
  }

  /// The features of the batch, the bytes of ``size`` rows each.
  private mutating func compute() throws -> [[UInt8]] {
    let nothing = fields.map { [UInt8](repeating: 0, count: size * $0.rowByteCount) }
    guard let shape = rows.lazy.compactMap({ $0.input?.shape }).first else { return nothing }
    let count = shape.reduce(1, *)
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(size * count)
    for row in rows {
      guard let input = row.input else { continue }
      let start = row.row % size * count
      if values.count < start { values.append(contentsOf: repeatElement(0, count: start - values.count)) }
      values += input.values
    }
    if values.count < size * count { values.append(contentsOf: repeatElement(0, count: size * count - values.count)) }
    let columns = try computer.features(values, shape: shape)
    guard columns.map(\.key) == fields.map(\.key) else {
      throw DatasetErrors.unsuitable(columns.first?.key ?? "", "its structure depends on the images")
    }
    for (column, field) in zip(columns, fields) {
      let rowShape = Array(column.array.shape.dropFirst())
      guard column.array.dtype == field.dtype, rowShape == field.shape else {
        // Only images of other sizes, which come one by one, give other shapes.
        let error = DatasetErrors.otherFeatureShape(field.key, rowShape, than: field.shape)
        guard size == 1 else { throw error }
        rows[0].fail(error)
        return nothing
      }
    }
    return columns.map(\.array.bytes)
  }
}

/// Rows with their features.
struct ComputedRows: Sendable {
  /// The position of the first row in the shard.
  let start: Int
  /// For each row, what its image lost.
  let losses: [ImageLoss]
  let rows: FeatureRows
}
