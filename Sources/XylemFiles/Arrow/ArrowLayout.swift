import XylemErrors

/// Checks that the buffers of a column are those of its type, so that they can be read without further checks.
struct ArrowLayout {
  /// What is wrong with a column.
  let fault: (ArrowFault) -> XylemError

  /// Checks a column with its children.
  ///
  /// - Throws: the error of a fault.
  func check(_ column: ArrowColumn, _ field: ArrowField) throws(XylemError) {
    let name = field.name
    guard column.children.count == field.children.count else {
      throw fault(.children(name, count: column.children.count))
    }
    guard column.buffers.count >= field.type.bufferCount else { throw fault(.buffer(name)) }
    try checkNulls(column, field)
    switch field.type {
    case .null: break
    case .bool: try check(column.buffers[1], holds: column.count, bits: 1, name)
    case .utf8, .binary: try checkOffsets(column, Int32.self, end: column.buffers[2].count, name)
    case .largeUtf8, .largeBinary: try checkOffsets(column, Int64.self, end: column.buffers[2].count, name)
    case .list: try checkOffsets(column, Int32.self, end: column.children[0].count, name)
    case .largeList: try checkOffsets(column, Int64.self, end: column.children[0].count, name)
    case .fixedSizeList(let size):
      let (needed, overflow) = column.count.multipliedReportingOverflow(by: size)
      guard !overflow, column.children[0].count >= needed else { throw fault(.length(name)) }
    case .structure:
      for child in column.children where child.count != column.count { throw fault(.length(name)) }
    case .other: break
    default: try check(column.buffers[1], holds: column.count, bits: 8 * (field.type.dtype?.byteCount ?? 0), name)
    }
    for (child, field) in zip(column.children, field.children) { try check(child, field) }
  }

  private func checkNulls(_ column: ArrowColumn, _ field: ArrowField) throws(XylemError) {
    guard column.count >= 0, (0...column.count).contains(column.nullCount) else { throw fault(.nulls(field.name)) }
    if case .null = field.type {
      guard column.nullCount == column.count else { throw fault(.nulls(field.name)) }
      return
    }
    guard field.type.bufferCount > 0, column.nullCount > 0 || !column.buffers[0].isEmpty else { return }
    try check(column.buffers[0], holds: column.count, bits: 1, field.name)
  }

  private func check(_ buffer: ArraySlice<UInt8>, holds count: Int, bits: Int, _ name: String) throws(XylemError) {
    // Both are below the size of memory: buffers exist.
    guard count <= buffer.count * 8 / bits else { throw fault(.length(name)) }
  }

  private func checkOffsets<Word: FixedWidthInteger & BitwiseCopyable>(
    _ column: ArrowColumn, _ type: Word.Type, end: Int, _ name: String
  ) throws(XylemError) {
    let offsets = column.buffers[1]
    // A column without rows may have no offset at all.
    if column.count == 0, offsets.isEmpty { return }
    guard column.count < offsets.count / (Word.bitWidth / 8) else { throw fault(.length(name)) }
    let count = column.count
    let isOrdered = unsafe offsets.withUnsafeBytes { bytes -> Bool in
      var last: Word = 0
      for index in 0...count {
        let offset = unsafe bytes.loadUnaligned(fromByteOffset: index * (Word.bitWidth / 8), as: type)
        guard offset >= last else { return false }
        last = offset
      }
      return Int(last) <= end
    }
    guard isOrdered else { throw fault(.offsets(name)) }
  }
}

extension ArrowType {
  /// The number of buffers, without those that only a record batch counts.
  var bufferCount: Int {
    switch self {
    case .null: 0
    case .fixedSizeList, .structure: 1
    case .utf8, .largeUtf8, .binary, .largeBinary: 3
    case .other(let type): type.kind.bufferCount
    default: 2
    }
  }

  /// Whether a record batch has any number of further buffers.
  var hasVariadicBuffers: Bool {
    if case .other(let type) = self { type.kind.hasVariadicBuffers } else { false }
  }
}
