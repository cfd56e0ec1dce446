internal import XylemErrors
internal import XylemFiles

/// How rows become the columns of Arrow record batches, and the other way.
///
/// A feature is a column of lists, with the shape of a row among the field's notes; a feature that is one number is a
/// column of numbers. A row without features is null there, and `error` and `message` have its error.
struct FeatureColumns {
  static let id = "id"
  static let error = "error"
  static let message = "message"
  static let sha256 = "sha256"

  let fields: [FeatureField]

  /// Checks the types and keys.
  ///
  /// - Parameter taken: names that no feature may have.
  /// - Throws: `dataset.feature`.
  func check(taken: [String]) throws(XylemError) {
    for field in fields {
      guard ArrowType(field.dtype) != nil else {
        throw DatasetErrors.typeNotHeld(field.key, field.dtype, format: "arrow")
      }
      guard !taken.contains(field.key) else { throw DatasetErrors.keyAsColumn(field.key) }
      guard field.rowByteCount / field.dtype.byteCount <= Int(Int32.max) else {
        throw DatasetErrors.tooManyElements(field.key)
      }
    }
  }

  /// The features' fields in a schema.
  var schema: [ArrowField] {
    fields.map { field in
      guard let type = ArrowType(field.dtype) else { preconditionFailure("the types were checked") }
      let sizes = field.shape.map(String.init).joined(separator: ",")
      let notes = [
        ArrowMetadata("shape", "[\(sizes)]"), ArrowMetadata("node", field.node),
        ArrowMetadata("reduction", field.reduction.rawValue),
      ]
      return field.shape.isEmpty
        ? ArrowField(field.key, type, metadata: notes) : .list(field.key, of: type, metadata: notes)
    }
  }

  /// The fields of the errors.
  static let errorSchema = [ArrowField(error, .utf8), ArrowField(message, .utf8)]

  /// The columns of the features.
  func columns(of rows: FeatureRows) -> [ArrowColumn] {
    let isValid = rows.labels.map { $0.failure == nil }
    let hasFailures = isValid.contains(false)
    return zip(rows.columns, fields).map { bytes, field in
      let elements = field.rowByteCount / field.dtype.byteCount
      guard !field.shape.isEmpty else {
        return field.dtype == .bool
          ? .bools(bytes.map { $0 != 0 }, isValid: isValid)
          : .numbers(bytes, count: isValid.count, isValid: isValid)
      }
      let kept =
        hasFailures
        ? isValid.indices.filter { isValid[$0] }.flatMap {
          bytes[$0 * field.rowByteCount..<($0 + 1) * field.rowByteCount]
        }
        : bytes
      let count = isValid.count(where: \.self) * elements
      return .lists(
        of: elements, field.dtype == .bool ? .bools(kept.map { $0 != 0 }) : .numbers(kept, count: count),
        count: isValid.count, isValid: isValid)
    }
  }

  /// The columns of the errors.
  static func errorColumns(of labels: [RowLabel]) -> [ArrowColumn] {
    [.strings(labels.map { $0.failure?.id }), .strings(labels.map { $0.failure?.message })]
  }

  /// The bytes of some rows of a feature; zero for nulls.
  ///
  /// - Returns: nil if the rows do not have the feature's shape.
  func bytes(_ index: Int, of column: ArrowColumn, _ range: Range<Int>) -> [UInt8]? {
    let field = fields[index]
    let elements = field.rowByteCount / field.dtype.byteCount
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * field.rowByteCount)
    let values = field.shape.isEmpty ? column : column.children[0]
    for row in range {
      guard !column.isNull(row) else {
        bytes.append(contentsOf: repeatElement(0, count: field.rowByteCount))
        continue
      }
      guard let place = field.shape.isEmpty ? row..<row + 1 : column.list(row, of: .list), place.count == elements
      else { return nil }
      bytes += values.elements(place, of: field.dtype)
    }
    return bytes
  }
}
