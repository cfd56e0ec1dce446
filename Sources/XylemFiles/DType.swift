/// The element type of a tensor, with PyTorch's name.
///
/// The raw value is PyTorch's name without `torch.`, as printed in tables and JSON.
///
///     DType.bfloat16.byteCount        // 2
///     DType(rawValue: "float32")      // .float32
public enum DType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64
  /// IEEE 754 binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// A signed byte, two's complement.
  case int8
  /// An unsigned byte.
  case uint8
  /// 16 bits, two's complement.
  case int16
  /// 32 bits, two's complement.
  case int32
  /// 64 bits, two's complement.
  case int64
  /// One byte, zero for false.
  case bool
  /// Two binary32 numbers: real, imaginary.
  case complex64
  /// Two binary64 numbers: real, imaginary.
  case complex128
  /// 16 bits, unsigned.
  case uint16
  /// 32 bits, unsigned.
  case uint32
  /// 64 bits, unsigned.
  case uint64
  /// Eight bits: sign, four of exponent (bias 7), three of fraction; no infinities (arXiv:2209.05433).
  case float8e4m3fn = "float8_e4m3fn"
  /// Eight bits: sign, five of exponent (bias 15), two of fraction; the upper half of a binary16.
  case float8e5m2 = "float8_e5m2"

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool, .float8e4m3fn, .float8e5m2: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether an element is a pair of numbers.
  public var isComplex: Bool { self == .complex64 || self == .complex128 }

  /// Whether an element is an integer or a Boolean.
  public var isIntegral: Bool {
    switch self {
    case .int8, .uint8, .bool, .int16, .uint16, .int32, .uint32, .int64, .uint64: true
    case .float16, .bfloat16, .float32, .float64, .complex64, .complex128, .float8e4m3fn, .float8e5m2: false
    }
  }

  /// Whether elements are floating-point or complex numbers. Only those have gradients.
  package var hasGradients: Bool { !isIntegral }

  /// The size in bytes of the unit that is byte-swapped between little and big endian.
  var wordByteCount: Int { isComplex ? byteCount / 2 : byteCount }
}
