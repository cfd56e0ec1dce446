public import XylemErrors

/// A tensor's elements in the process's own memory: what tensor files hold, and how tensors get in and out.
///
/// The bytes are row-major (the last dimension varies fastest) and little-endian, without gaps. It is not a tensor: it
/// has no operators, no strides and no device. Copies share the bytes until one of them is changed.
///
///     let array = try HostArray([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
///     array.byteCount  // 24
public struct HostArray: Sendable, Hashable {
  /// The type of the elements.
  public let dtype: DType
  /// The sizes of the dimensions, outermost first; empty for a scalar, and any of them may be zero.
  public let shape: [Int]
  /// The elements, `byteCount` bytes.
  public let bytes: [UInt8]

  /// How many elements there are: the product of the shape, one for a scalar.
  public var count: Int { bytes.count / dtype.byteCount }

  /// The size of all elements in bytes.
  public var byteCount: Int { bytes.count }

  /// An array over `bytes`, which are taken as they are (no copy).
  ///
  /// - Throws: `runtime.tensor` where a size is negative, where the shape's product does not fit an `Int`, or where
  ///   `bytes` are not exactly as many as the shape and the type ask for.
  public init(dtype: DType, shape: [Int], bytes: [UInt8]) throws(XylemError) {
    guard let needed = Self.byteCount(of: dtype, shape: shape) else {
      throw XylemError.impossibleShape(shape, dtype)
    }
    guard needed == bytes.count else {
      throw XylemError.wrongByteCount(bytes.count, needed: needed, shape: shape, dtype)
    }
    self.init(checked: dtype, shape: shape, bytes: bytes)
  }

  /// An array whose shape was already checked against its bytes.
  package init(checked dtype: DType, shape: [Int], bytes: [UInt8]) {
    assert(Self.byteCount(of: dtype, shape: shape) == bytes.count, "the shape was not checked")
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
  }

  /// The size in bytes of an array, or nil where a size is negative or the product does not fit an `Int`.
  ///
  /// A zero among the sizes does not excuse the others: strides are made of their product.
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
