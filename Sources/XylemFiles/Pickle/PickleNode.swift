/// A value of a pickle. Other values are referenced by their index in ``Pickle/nodes``, so that nothing here is
/// recursive.
package enum PickleNode {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case tuple([Int])
  case list([Int])
  case dictionary([(key: Int, value: Int)])
  /// A class or function by its full name, as in `torch.FloatStorage`.
  case global(String)
  case storage(PickleStorage)
  case tensor(PickleTensor)
  /// The result that Python would get by calling the class or function with that name. Nothing was called.
  case object(String)

  /// The type of the value, in Python's words.
  var typeName: String {
    switch self {
    case .none: "None"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .text: "str"
    case .tuple: "tuple"
    case .list: "list"
    case .dictionary: "dict"
    case .global(let name), .object(let name): name
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// A pickle that was read.
package struct Pickle {
  /// All values, in the order of their creation.
  package let nodes: [PickleNode]
  /// The index of the pickled value.
  package let root: Int
}

/// The memory of tensors: a record of the archive.
package struct PickleStorage {
  /// The record's name is `data/` followed by this.
  package let key: String
  /// The class, as in `torch.FloatStorage`.
  let className: String
  /// The number of elements in the record.
  package let count: Int
  /// The element from which tensors' own offsets are counted.
  package var viewOffset = 0

  /// The element type. Nil for untyped bytes and for types without a ``DType``.
  package var dtype: DType? { Self.dtypes[className] }

  static let untyped = "torch.storage.UntypedStorage"

  /// The size of one element. Nil if the type is unknown.
  package var itemSize: Int? { className == Self.untyped ? 1 : dtype?.byteCount ?? Self.otherSizes[className] }

  /// Types without a ``DType`` whose storages are between others in a file.
  private static let otherSizes = [
    "torch.QInt8Storage": 1, "torch.QUInt8Storage": 1, "torch.QInt32Storage": 4, "torch.QUInt4x2Storage": 1,
    "torch.QUInt2x4Storage": 1,
  ]

  /// The size of the record. Nil if it is invalid or the type is unknown.
  package var byteCount: Int? {
    guard let itemSize, count >= 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: itemSize)
    return overflow ? nil : bytes
  }

  private static let dtypes: [String: DType] = Dictionary(
    uniqueKeysWithValues: DType.allCases.compactMap { dtype in dtype.storageClassName.map { ("torch." + $0, dtype) } })
}

/// The position of a tensor's elements in its storage.
package struct PickleTensor {
  package let storage: PickleStorage
  package let dtype: DType
  /// In elements, like the strides.
  package let offset: Int
  package let sizes: [Int]
  package let strides: [Int]
  /// Whether the values are the conjugates of the stored ones.
  package let isConjugated: Bool
  /// Whether the values are the negatives of the stored ones.
  package let isNegated: Bool
}

extension DType {
  /// The name in `torch` of this type's storage class. Nil for types that are newer than those classes.
  var storageClassName: String? {
    switch self {
    case .float32: "FloatStorage"
    case .float64: "DoubleStorage"
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .int8: "CharStorage"
    case .uint8: "ByteStorage"
    case .int16: "ShortStorage"
    case .int32: "IntStorage"
    case .int64: "LongStorage"
    case .bool: "BoolStorage"
    case .complex64: "ComplexFloatStorage"
    case .complex128: "ComplexDoubleStorage"
    case .uint16, .uint32, .uint64, .float8e4m3fn, .float8e5m2: nil
    }
  }
}
