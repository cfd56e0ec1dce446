internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// The column of a stream that has the inputs, and how its rows become inputs of the model.
struct WorkerInput: Sendable {
  private enum Form: Sendable {
    /// Encoded images; in Hugging Face's form they are the member `bytes` of a struct.
    case images(RowPreparation, member: Int?)
    /// The elements of tensors of one shape.
    case tensors(DType, [Int])
  }

  /// The position of the column.
  let index: Int
  /// The shape of an input.
  let shape: [Int]
  private let name: String
  private let form: Form

  /// Finds the column.
  ///
  /// - Throws: `dataset.input` if it is missing, or has neither images nor tensors of a known shape.
  init(_ name: String, in schema: ArrowSchema, preparing preparation: any InputPreparation) throws {
    guard let index = schema.index(of: name) else {
      throw DatasetErrors.noColumn(name, schema.fields.map(\.name))
    }
    (self.index, self.name) = (index, name)
    let field = schema.fields[index]
    switch field.type {
    case .binary, .largeBinary, .structure:
      let member = field.type == .structure ? field.children.firstIndex { $0.name == "bytes" } : nil
      if field.type == .structure {
        guard let member, [.binary, .largeBinary].contains(field.children[member].type) else {
          throw DatasetErrors.columnType(name, "it is a struct without a member 'bytes' of byte strings")
        }
      }
      guard let shape = preparation.shape else { throw DatasetErrors.workerNeedsCrop() }
      self.shape = shape
      form = .images(RowPreparation(preparation: preparation, addsDigests: false), member: member)
    case .list, .largeList, .fixedSizeList:
      guard let dtype = field.children[0].type.dtype, !dtype.isIntegral else {
        throw DatasetErrors.columnType(name, "it has lists of \(field.children[0].type.name)")
      }
      guard let shape = Self.shape(of: field), HostArray.byteCount(of: .float32, shape: shape) != nil else {
        throw DatasetErrors.columnType(name, "the shape of its tensors is not among its notes")
      }
      self.shape = shape
      form = .tensors(dtype, shape)
    default: throw DatasetErrors.columnType(name, "it is of type \(field.type.name)")
    }
  }

  /// The shape of the tensors of a column: its note `shape`, or that of Arrow's type `arrow.fixed_shape_tensor`.
  private static func shape(of field: ArrowField) -> [Int]? {
    struct Tensor: Decodable {
      var shape: [Int]
      var permutation: [Int]?
    }
    if let note = field.note("shape") { return try? BoundedJSON.decode([Int].self, from: note.utf8) }
    guard field.note("ARROW:extension:name") == "arrow.fixed_shape_tensor",
      let note = field.note("ARROW:extension:metadata"),
      let tensor = try? BoundedJSON.decode(Tensor.self, from: note.utf8), tensor.permutation == nil
    else { return nil }
    return tensor.shape
  }

  /// The input of a row of a batch.
  func prepare(_ row: Int, of batch: ArrowRecordBatch) -> PreparedRow {
    let (column, field) = (batch.columns[index], batch.schema.fields[index])
    switch form {
    case .images(let preparation, let member):
      return preparation.prepare(row, id: "\(row)") {
        let (values, type) = member.map { (column.children[$0], field.children[$0].type) } ?? (column, field.type)
        guard !column.isNull(row), let bytes = ArrowBytes(values, type)?[row] else {
          throw DatasetErrors.nullInput(name)
        }
        return Array(bytes)
      }
    case .tensors(let dtype, let shape):
      return RowPreparation.row(row, id: "\(row)") {
        guard let place = column.list(row, of: field.type) else { throw DatasetErrors.nullInput(name) }
        let elements = column.children[0]
        guard elements.nullCount == 0 || !place.contains(where: elements.isNull) else {
          throw DatasetErrors.nullInput(name)
        }
        guard place.count == shape.reduce(1, *) else { throw DatasetErrors.otherCount(place.count, shape) }
        let array = try HostArray(dtype: dtype, shape: shape, bytes: elements.elements(place, of: dtype))
        return PreparedInput(shape: shape, values: try array.floats())
      }
    }
  }
}
