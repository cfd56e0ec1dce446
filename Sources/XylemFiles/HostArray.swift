public import XylemErrors

/// A tensor's elements in the process's own memory: the contents of tensor files, and the form in which tensors are
/// imported and exported.
///
/// The bytes are row-major (the last dimension varies fastest) and little-endian, without gaps. It is not a tensor: it
/// has no operators, strides or device. Copies share the bytes until one of them is changed.
///
///     let array = try HostArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
///     array.byteCount  // 24
public struct HostArray: Sendable, Hashable {
  /// The type of the elements.
  public let dtype: DType
  /// The sizes of the dimensions, outermost first. Empty for a scalar; any size may be zero.
  public let shape: [Int]
  /// The elements, `byteCount` bytes.
  public let bytes: [UInt8]

  /// The number of elements: the product of the shape, one for a scalar.
  public var count: Int { bytes.count / dtype.byteCount }

  /// The size of all elements in bytes.
  public var byteCount: Int { bytes.count }

  /// Creates an array over `bytes`, without a copy.
  ///
  /// - Throws: `runtime.tensor` if a size is negative, if the shape's product overflows `Int`, or if the number of
  ///   bytes does not match the shape and the type.
  public init(dtype: DType, shape: [Int], bytes: [UInt8]) throws(XylemError) {
    guard let needed = Self.byteCount(of: dtype, shape: shape) else {
      throw XylemError.impossibleShape(shape, dtype)
    }
    guard needed == bytes.count else {
      throw XylemError.wrongByteCount(bytes.count, needed: needed, shape: shape, dtype)
    }
    self.init(checked: dtype, shape: shape, bytes: bytes)
  }

  /// Creates an array whose shape was already checked against its bytes.
  package init(checked dtype: DType, shape: [Int], bytes: [UInt8]) {
    assert(Self.byteCount(of: dtype, shape: shape) == bytes.count, "the shape was not checked")
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// The size in bytes of an array. Nil if a size is negative or the product overflows `Int`.
  ///
  /// A zero among the sizes does not excuse the others: strides are products of them.
  public static func byteCount(of dtype: DType, shape: [Int]) -> Int? {
    var product = dtype.byteCount
    var isEmpty = false
    for size in shape {
      guard size >= 0 else { return nil }
      if size == 0 {
        isEmpty = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      product = next
    }
    return isEmpty ? 0 : product
  }
}

extension HostArray: CustomStringConvertible {
  /// The type and the shape, as in `float32 [1, 3, 224, 224]`; never the elements.
  public var description: String { "\(dtype.rawValue) \(shape)" }
}
