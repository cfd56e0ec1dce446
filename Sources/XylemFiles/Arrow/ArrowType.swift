/// The type of an Arrow column.
///
/// The types with a case of their own can be made and read. Columns of all others, such as timestamps, can be passed from
/// a reader to a writer as they are.
public enum ArrowType: Sendable, Hashable {
  /// Nothing but nulls.
  case null
  /// One bit for each row.
  case bool
  /// Signed integers.
  case int8, int16, int32, int64
  /// Unsigned integers.
  case uint8, uint16, uint32, uint64
  /// IEEE 754 floating-point numbers.
  case float16, float32, float64
  /// Strings with offsets of 32 bits, and of 64 bits.
  case utf8, largeUtf8
  /// Byte strings with offsets of 32 bits, and of 64 bits.
  case binary, largeBinary
  /// Lists of the values of the only child, with offsets of 32 bits, and of 64 bits.
  case list, largeList
  /// Lists of so many values of the only child.
  case fixedSizeList(Int)
  /// A value of each child.
  case structure
  /// A type that is only passed on.
  case other(ArrowOtherType)

  /// The type of single elements of a tensor. Nil for bfloat16 and others that Arrow lacks.
  public init?(_ dtype: DType) {
    switch dtype {
    case .bool: self = .bool
    case .int8: self = .int8
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .uint8: self = .uint8
    case .uint16: self = .uint16
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .float16: self = .float16
    case .float32: self = .float32
    case .float64: self = .float64
    case .bfloat16, .complex64, .complex128, .float8e4m3fn, .float8e5m2: return nil
    }
  }

  /// The type of a tensor with such elements. Nil for types of other things.
  public var dtype: DType? { DType.allCases.first { ArrowType($0) == self } }

  /// The name, as in `list`.
  public var name: String {
    switch self {
    case .largeUtf8: "large_utf8"
    case .largeBinary: "large_binary"
    case .largeList: "large_list"
    case .fixedSizeList: "fixed_size_list"
    case .structure: "struct"
    case .other(let type): type.name
    default: "\(self)"
    }
  }
}

/// A type whose columns are passed on as they are.
public struct ArrowOtherType: Sendable, Hashable {
  /// A parameter of the type.
  package enum Parameter: Sendable, Hashable {
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case string([UInt8])
    case missing
  }

  /// A type, by its number in Arrow's `Type` union.
  struct Kind: Sendable {
    let code: UInt8
    let name: String
    /// The parameters with their defaults.
    let parameters: [Parameter]
    /// The number of buffers, without those that only a record batch counts.
    var bufferCount = 2
    var childCount = 0
    var hasVariadicBuffers = false
  }

  /// Arrow's types without a case in ``ArrowType``, except for unions (`Schema.fbs`).
  static let kinds = [
    Kind(code: 7, name: "decimal", parameters: [.int32(0), .int32(0), .int32(128)]),
    Kind(code: 8, name: "date", parameters: [.int16(1)]),
    Kind(code: 9, name: "time", parameters: [.int16(1), .int32(32)]),
    Kind(code: 10, name: "timestamp", parameters: [.int16(0), .missing]),
    Kind(code: 11, name: "interval", parameters: [.int16(0)]),
    Kind(code: 15, name: "fixed_size_binary", parameters: [.int32(0)]),
    Kind(code: 17, name: "map", parameters: [.bool(false)], childCount: 1),
    Kind(code: 18, name: "duration", parameters: [.int16(1)]),
    Kind(code: 22, name: "run_end_encoded", parameters: [], bufferCount: 0, childCount: 2),
    Kind(code: 23, name: "binary_view", parameters: [], hasVariadicBuffers: true),
    Kind(code: 24, name: "utf8_view", parameters: [], hasVariadicBuffers: true),
    Kind(code: 25, name: "list_view", parameters: [], bufferCount: 3, childCount: 1),
    Kind(code: 26, name: "large_list_view", parameters: [], bufferCount: 3, childCount: 1),
  ]

  let code: UInt8
  let parameters: [Parameter]

  init(_ kind: Kind, _ parameters: [Parameter]) { (code, self.parameters) = (kind.code, parameters) }

  var kind: Kind {
    guard let kind = Self.kinds.first(where: { $0.code == code }) else { preconditionFailure("it was made of a kind") }
    return kind
  }

  /// The name, as in `timestamp`.
  public var name: String { kind.name }
}
