public import XylemErrors

/// Some rows of an Arrow file or stream.
///
///     let schema = ArrowSchema([ArrowField("id", .utf8), .list("embedding", of: .float32)])
///     let numbers = ArrowColumn.numbers(try HostArray([1, 2, 3, 4] as [Float], shape: [2, 2]).bytes, count: 4)
///     let batch = try ArrowRecordBatch(
///       schema, [.strings(["cat", "dog"]), .lists(of: 2, numbers, count: 2)], count: 2)
public struct ArrowRecordBatch: Sendable, Hashable {
  /// The columns' names and types.
  public let schema: ArrowSchema
  /// The columns, in the schema's order.
  public let columns: [ArrowColumn]
  /// The number of rows.
  public let count: Int

  /// Creates a record batch.
  ///
  /// - Throws: `runtime.tensor` if the columns do not fit the schema.
  public init(_ schema: ArrowSchema, _ columns: [ArrowColumn], count: Int) throws(XylemError) {
    try self.init(schema, columns, count: count) { XylemError.arrowColumns($0.sentence) }
  }

  /// Creates a record batch.
  ///
  /// - Throws: the error of a fault.
  init(
    _ schema: ArrowSchema, _ columns: [ArrowColumn], count: Int, fault: @escaping (ArrowFault) -> XylemError
  ) throws(XylemError) {
    guard count >= 0 else { throw fault(.rows(count)) }
    guard columns.count == schema.fields.count else { throw fault(.columns) }
    for (column, field) in zip(columns, schema.fields) {
      guard column.count == count else { throw fault(.length(field.name)) }
      try ArrowLayout(fault: fault).check(column, field)
    }
    (self.schema, self.columns, self.count) = (schema, columns, count)
  }

  /// The bytes of each row of a column of strings or byte strings. Nil for columns of other types.
  public func bytes(at column: Int) -> ArrowBytes? { ArrowBytes(columns[column], schema.fields[column].type) }

  /// The strings of a column of type ``ArrowType/utf8`` or ``ArrowType/largeUtf8``, null for null. Nil for columns of
  /// other types.
  ///
  /// - Throws: `file.malformed` for a string that is not UTF-8.
  public func strings(at column: Int) throws(XylemError) -> [String?]? {
    let field = schema.fields[column]
    guard field.type == .utf8 || field.type == .largeUtf8, let values = bytes(at: column) else { return nil }
    var strings: [String?] = []
    for row in 0..<count {
      guard let value = values[row] else {
        strings.append(nil)
        continue
      }
      guard let string = String(validating: value, as: UTF8.self) else {
        throw XylemError.malformedArrow(nil, .utf8(field.name, row: row))
      }
      strings.append(string)
    }
    return strings
  }
}

/// The rows of a column of strings or byte strings.
public struct ArrowBytes: Sendable {
  private let column: ArrowColumn
  private let isLarge: Bool

  /// A view of a column that was checked. Nil for other types.
  package init?(_ column: ArrowColumn, _ type: ArrowType) {
    switch type {
    case .utf8, .binary: isLarge = false
    case .largeUtf8, .largeBinary: isLarge = true
    default: return nil
    }
    self.column = column
  }

  /// The bytes of a row, without a copy. Nil for null.
  public subscript(row: Int) -> ArraySlice<UInt8>? {
    guard !column.isNull(row) else { return nil }
    let range = column.range(row, isLarge: isLarge)
    let bytes = column.buffers[2]
    return bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound]
  }
}

extension ArrowColumn {
  /// The range that the offsets of a row give.
  func range(_ row: Int, isLarge: Bool) -> Range<Int> {
    let offsets = buffers[1]
    return unsafe offsets.withUnsafeBytes { bytes in
      if isLarge {
        let start = unsafe bytes.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)
        return unsafe Int(start)..<Int(bytes.loadUnaligned(fromByteOffset: 8 * row + 8, as: Int64.self))
      }
      let start = unsafe bytes.loadUnaligned(fromByteOffset: 4 * row, as: Int32.self)
      return unsafe Int(start)..<Int(bytes.loadUnaligned(fromByteOffset: 4 * row + 4, as: Int32.self))
    }
  }

  /// The elements of a list's row, by their positions in the child. Nil for null.
  package func list(_ row: Int, of type: ArrowType) -> Range<Int>? {
    guard !isNull(row) else { return nil }
    switch type {
    case .list: return range(row, isLarge: false)
    case .largeList: return range(row, isLarge: true)
    case .fixedSizeList(let size): return row * size..<(row + 1) * size
    default: return nil
    }
  }
}

extension ArrowColumn {
  /// The elements of a range of a column of numbers or Booleans, as the bytes of a tensor.
  package func elements(_ range: Range<Int>, of dtype: DType) -> [UInt8] {
    let values = buffers[1]
    let start = values.startIndex
    guard dtype == .bool else {
      return Array(values[start + range.lowerBound * dtype.byteCount..<start + range.upperBound * dtype.byteCount])
    }
    return range.map { values[start + $0 / 8] >> ($0 % 8) & 1 }
  }
}
