internal import XylemErrors
internal import XylemFiles

/// Turns the bytes of inputs into rows on their way to the model. An error becomes the row's.
struct RowPreparation: Sendable {
  let preparation: any InputPreparation
  let addsDigests: Bool

  /// Reads and prepares an input.
  func prepare(_ row: Int, id: String, _ read: () throws -> [UInt8]) -> PreparedRow {
    var digest: String?
    var prepared = Self.row(row, id: id) {
      let bytes = try read()
      if addsDigests {
        var content = ContentDigest()
        content.add(bytes)
        digest = content.finish()
      }
      let input = try preparation.prepare(bytes)
      if let shape = preparation.shape, input.shape != shape {
        throw DatasetErrors.otherShape(input.shape, than: shape)
      }
      return input
    }
    prepared.label.sha256 = digest
    return prepared
  }

  /// A row with the input that a closure gives, or with its error.
  static func row(_ row: Int, id: String, _ make: () throws -> PreparedInput) -> PreparedRow {
    var prepared = PreparedRow(row: row, label: RowLabel(id: id), input: nil)
    do { prepared.input = try make() } catch let error as XylemError {
      prepared.fail(error)
    } catch {
      prepared.fail(XylemError(.commandFailed, "the input can't be read: \(error)"))
    }
    return prepared
  }
}
