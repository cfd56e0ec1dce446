internal import XylemErrors
internal import XylemFiles

/// A row of a shard on its way to the model.
struct PreparedRow: Sendable {
  /// The position in the shard.
  let row: Int
  var label: RowLabel
  /// Nil for a row that failed.
  var input: PreparedInput?

  /// The row without its input, which failed.
  mutating func fail(_ error: XylemError) {
    input = nil
    label.failure = RowFailure(id: error.id.rawValue, message: error.message)
  }
}

/// Reads and prepares inputs, on several threads.
struct RowReader: Sendable {
  let source: any InputSource
  let preparation: RowPreparation

  /// Reads and prepares an input. An error becomes the row's.
  func prepare(_ row: Int, of shard: Shard) -> PreparedRow {
    let index = shard.inputs.lowerBound + row
    return preparation.prepare(row, id: source.id(at: index)) { try source.bytes(at: index) }
  }
}
