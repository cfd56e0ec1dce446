/// The values of a column in one record batch, in Arrow's own form.
///
/// The buffers are those of the column's type: in general a bit for each row that is not null (or nothing if all are), and
/// the values or their offsets. Buffers that were read share the memory of their record batch.
public struct ArrowColumn: Sendable, Hashable {
  /// The number of rows.
  public let count: Int
  /// The number of nulls.
  public let nullCount: Int
  /// The buffers, in the order of the type's layout.
  package let buffers: [ArraySlice<UInt8>]
  /// The values of nested types.
  public let children: [ArrowColumn]

  /// Creates a column. Whether it fits a type is checked by ``ArrowRecordBatch``.
  package init(count: Int, nullCount: Int = 0, buffers: [ArraySlice<UInt8>], children: [ArrowColumn] = []) {
    (self.count, self.nullCount) = (count, nullCount)
    (self.buffers, self.children) = (buffers, children)
  }

  /// Whether a row is null.
  public func isNull(_ row: Int) -> Bool {
    precondition((0..<count).contains(row), "the column has no such row")
    if nullCount == count { return true }
    guard let valid = buffers.first, !valid.isEmpty else { return false }
    return valid[valid.startIndex + row / 8] >> (row % 8) & 1 == 0
  }
}

// MARK: Making columns

extension ArrowColumn {
  /// A column of numbers.
  ///
  /// - Parameters:
  ///   - bytes: the numbers of all rows, little-endian. Those of null rows mean nothing.
  ///   - isValid: whether each row is not null. Nil if none is.
  public static func numbers(_ bytes: [UInt8], count: Int, isValid: [Bool]? = nil) -> ArrowColumn {
    let (bits, nulls) = validity(isValid)
    return ArrowColumn(count: count, nullCount: nulls, buffers: [bits, bytes[...]])
  }

  /// A column of Booleans.
  public static func bools(_ values: [Bool], isValid: [Bool]? = nil) -> ArrowColumn {
    let (bits, nulls) = validity(isValid)
    return ArrowColumn(count: values.count, nullCount: nulls, buffers: [bits, packed(values)[...]])
  }

  /// A column of type ``ArrowType/utf8``.
  public static func strings(_ values: [String?]) -> ArrowColumn { bytes(values.map { $0.map { Array($0.utf8) } }) }

  /// A column of type ``ArrowType/binary``, of less than 2 GiB.
  public static func bytes(_ values: [[UInt8]?]) -> ArrowColumn {
    let (bits, nulls) = validity(values.contains(nil) ? values.map { $0 != nil } : nil)
    let offsets = offsets(values.map { $0?.count ?? 0 })
    return ArrowColumn(
      count: values.count, nullCount: nulls, buffers: [bits, offsets[...], values.flatMap { $0 ?? [] }[...]])
  }

  /// A column of type ``ArrowType/list`` whose lists have one length, except for nulls, which have none.
  ///
  /// - Parameters:
  ///   - length: the number of elements of a list.
  ///   - elements: those of all lists that are not null.
  ///   - isValid: whether each row is not null. Nil if none is.
  public static func lists(
    of length: Int, _ elements: ArrowColumn, count: Int, isValid: [Bool]? = nil
  ) -> ArrowColumn {
    let (bits, nulls) = validity(isValid)
    let lengths = (0..<count).map { isValid?[$0] == false ? 0 : length }
    return ArrowColumn(count: count, nullCount: nulls, buffers: [bits, offsets(lengths)[...]], children: [elements])
  }

  private static func validity(_ isValid: [Bool]?) -> (bits: ArraySlice<UInt8>, nulls: Int) {
    guard let isValid, isValid.contains(false) else { return ([], 0) }
    return (packed(isValid)[...], isValid.count { !$0 })
  }

  /// A bit for each value, the lowest bit of a byte first.
  package static func packed(_ values: [Bool]) -> [UInt8] {
    var bits = [UInt8](repeating: 0, count: (values.count + 7) / 8)
    for (index, value) in values.enumerated() where value { bits[index / 8] |= 1 << (index % 8) }
    return bits
  }

  private static func offsets(_ lengths: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * lengths.count + 4)
    var end: Int32 = 0
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: end >> (8 * byte))) }
    for length in lengths {
      end += Int32(length)
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: end >> (8 * byte))) }
    }
    return bytes
  }
}
