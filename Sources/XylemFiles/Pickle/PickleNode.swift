/// A value of a pickle; other values are named by their number in ``Pickle/nodes``, so that nothing here is recursive.
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
  /// What Python would have made by calling the class or function of that name. Nothing was called.
  case object(String)

  /// What the value is, in Python's words.
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
  /// Every value, in the order in which they were made.
  package let nodes: [PickleNode]
  /// The number of the value that the pickle is of.
  package let root: Int
}

/// Memory that tensors lie in: a record of the archive.
package struct PickleStorage {
  /// The record's name is `data/` and this.
  package let key: String
  /// The class, as in `torch.FloatStorage`.
  let className: String
  /// How many elements the record has.
  package let count: Int
  /// The element that tensors' own offsets are counted from.
  package var viewOffset = 0

  /// The type of the elements; nil for bytes without a type and for types that have no ``DType``.
  package var dtype: DType? { Self.dtypes[className] }

  static let untyped = "torch.storage.UntypedStorage"

  /// The size of one element; nil where the type is not known.
  package var itemSize: Int? { className == Self.untyped ? 1 : dtype?.byteCount ?? Self.otherSizes[className] }

  /// Types that have no ``DType``, whose storages stand between others in a file.
  private static let otherSizes = [
    "torch.QInt8Storage": 1, "torch.QUInt8Storage": 1, "torch.QInt32Storage": 4, "torch.QUInt4x2Storage": 1,
    "torch.QUInt2x4Storage": 1,
  ]

  /// The size of the record; nil where it is impossible or the type is not known.
  package var byteCount: Int? {
    guard let itemSize, count >= 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: itemSize)
    return overflow ? nil : bytes
  }

  private static let dtypes: [String: DType] = Dictionary(
    uniqueKeysWithValues: DType.allCases.compactMap { dtype in dtype.storageClassName.map { ("torch." + $0, dtype) } })
}

/// Where a tensor's elements lie in its storage.
package struct PickleTensor {
  package let storage: PickleStorage
  package let dtype: DType
  /// In elements, as the strides.
  package let offset: Int
  package let sizes: [Int]
  package let strides: [Int]
  /// Whether the values are the conjugates of what is stored.
  package let isConjugated: Bool
  /// Whether the values are the negatives of what is stored.
  package let isNegated: Bool
}

extension DType {
  /// The name in `torch` of the class of this type's storages; nil for types that are younger than those classes.
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
