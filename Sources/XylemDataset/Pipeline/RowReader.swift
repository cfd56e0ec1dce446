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
  let preparation: any InputPreparation
  let addsDigests: Bool

  /// Reads and prepares an input. An error becomes the row's.
  func prepare(_ row: Int, of shard: Shard) -> PreparedRow {
    let index = shard.inputs.lowerBound + row
    var prepared = PreparedRow(row: row, label: RowLabel(id: source.id(at: index)), input: nil)
    do {
      let bytes = try source.bytes(at: index)
      if addsDigests {
        var digest = ContentDigest()
        digest.add(bytes)
        prepared.label.sha256 = digest.finish()
      }
      let input = try preparation.prepare(bytes)
      if let shape = preparation.shape, input.shape != shape {
        throw DatasetErrors.otherShape(input.shape, than: shape)
      }
      prepared.input = input
    } catch let error as XylemError {
      prepared.fail(error)
    } catch {
      prepared.fail(XylemError(.commandFailed, "the input can't be read: \(error)"))
    }
    return prepared
  }
}
