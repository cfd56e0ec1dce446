internal import XylemFiles

/// What formats without nulls have in rows without features: NaN, and zero for types that have no NaN.
enum RowFill {
  /// The columns of some rows, with the fill in place of what means nothing.
  static func columns(of rows: FeatureRows, _ fields: [FeatureField]) -> [[UInt8]] {
    guard rows.labels.contains(where: { $0.failure != nil }) else { return rows.columns }
    return zip(rows.columns, fields).map { column, field in
      var column = column
      let size = field.rowByteCount
      let element = nothing(of: field.dtype)
      for (index, label) in rows.labels.enumerated() where label.failure != nil {
        for position in index * size..<(index + 1) * size { column[position] = element[position % element.count] }
      }
      return column
    }
  }

  /// The bytes of NaN, or of zero.
  private static func nothing(of dtype: DType) -> [UInt8] {
    switch dtype {
    case .float32: [0, 0, 0xC0, 0x7F]
    case .float64: [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
    case .float16: [0, 0x7E]
    case .bfloat16: [0xC0, 0x7F]
    case .complex64: [0, 0, 0xC0, 0x7F, 0, 0, 0xC0, 0x7F]
    case .complex128: [0, 0, 0, 0, 0, 0, 0xF8, 0x7F, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
    case .float8e4m3fn, .float8e5m2: [0x7F]
    case .int8, .uint8, .bool, .int16, .uint16, .int32, .uint32, .int64, .uint64:
      [UInt8](repeating: 0, count: dtype.byteCount)
    }
  }
}
