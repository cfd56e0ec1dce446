extension DType {
  /// The element types of safetensors files, in the order in which the reference implementation writes their tensors:
  /// descending alignment, and within one alignment its own fixed order (safetensors 0.8).
  static let safetensorsOrder: [DType] = [
    .uint64, .int64, .float64, .complex64, .float32, .uint32, .int32, .bfloat16, .float16, .uint16, .int16,
    .float8e4m3fn, .float8e5m2, .int8, .uint8, .bool,
  ]

  /// The name in the header of a safetensors file, as in `F32`. Nil for ``complex128``, which the format lacks.
  public var safetensorsName: String? {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int8: "I8"
    case .uint8: "U8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .bool: "BOOL"
    case .complex64: "C64"
    case .complex128: nil
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .float8e4m3fn: "F8_E4M3"
    case .float8e5m2: "F8_E5M2"
    }
  }

  /// The type with a safetensors name, as in `F32`. Nil if it is not supported.
  public init?(safetensorsName: String) {
    guard let dtype = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else { return nil }
    self = dtype
  }

  /// The `descr` of an npy file of little-endian elements, as in `<f4`. Nil for ``bfloat16`` and the two 8-bit
  /// floating-point types, which NumPy lacks.
  public var npyDescription: String? {
    npyCode.map { (wordByteCount == 1 ? "|" : "<") + $0 }
  }

  /// The type with an npy code: kind and size, without the byte order.
  package init?(npyCode: String) {
    guard let dtype = Self.allCases.first(where: { $0.npyCode == npyCode }) else { return nil }
    self = dtype
  }

  private var npyCode: String? {
    switch self {
    case .float32: "f4"
    case .float64: "f8"
    case .float16: "f2"
    case .bfloat16, .float8e4m3fn, .float8e5m2: nil
    case .int8: "i1"
    case .uint8: "u1"
    case .int16: "i2"
    case .int32: "i4"
    case .int64: "i8"
    case .bool: "b1"
    case .complex64: "c8"
    case .complex128: "c16"
    case .uint16: "u2"
    case .uint32: "u4"
    case .uint64: "u8"
    }
  }
}
