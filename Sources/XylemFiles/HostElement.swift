public import XylemErrors

/// A Swift number with the same bytes as the elements of one ``DType``.
///
/// `Bool` does not conform: a `bool` file may contain bytes other than 0 and 1; read those as numbers.
public protocol HostElement: BitwiseCopyable {
  /// The type of these elements.
  static var dtype: DType { get }
}

extension Float: HostElement {
  /// ``DType/float32``.
  public static var dtype: DType { .float32 }
}

extension Double: HostElement {
  /// ``DType/float64``.
  public static var dtype: DType { .float64 }
}

extension Float16: HostElement {
  /// ``DType/float16``.
  public static var dtype: DType { .float16 }
}

extension Int8: HostElement {
  /// ``DType/int8``.
  public static var dtype: DType { .int8 }
}

extension UInt8: HostElement {
  /// ``DType/uint8``.
  public static var dtype: DType { .uint8 }
}

extension Int16: HostElement {
  /// ``DType/int16``.
  public static var dtype: DType { .int16 }
}

extension UInt16: HostElement {
  /// ``DType/uint16``.
  public static var dtype: DType { .uint16 }
}

extension Int32: HostElement {
  /// ``DType/int32``.
  public static var dtype: DType { .int32 }
}

extension UInt32: HostElement {
  /// ``DType/uint32``.
  public static var dtype: DType { .uint32 }
}

extension Int64: HostElement {
  /// ``DType/int64``.
  public static var dtype: DType { .int64 }
}

extension UInt64: HostElement {
  /// ``DType/uint64``.
  public static var dtype: DType { .uint64 }
}

extension HostArray {
  /// Creates an array from `elements` in row-major order. Copies them once.
  ///
  /// - Throws: `runtime.tensor` if the shape does not match the number of elements.
  public init<Element: HostElement>(_ elements: [Element], shape: [Int]) throws(XylemError) {
    let bytes = unsafe elements.withUnsafeBytes { unsafe [UInt8]($0) }
    try self.init(dtype: Element.dtype, shape: shape, bytes: bytes)
  }

  /// Creates an array of Booleans in row-major order.
  ///
  /// - Throws: `runtime.tensor` if the shape does not match the number of elements.
  public init(_ elements: [Bool], shape: [Int]) throws(XylemError) {
    try self.init(dtype: .bool, shape: shape, bytes: elements.map { $0 ? 1 : 0 })
  }

  /// The elements in row-major order, in exactly the array's type. Copies them once.
  ///
  ///     try array.elements(as: Int64.self)
  ///
  /// - Throws: `runtime.tensor` if the array has another type.
  public func elements<Element: HostElement>(as type: Element.Type) throws(XylemError) -> [Element] {
    guard dtype == Element.dtype else { throw XylemError.wrongElements(dtype, wanted: Element.dtype) }
    return loaded(Element.self)
  }

  /// The bytes read as words of a type, unchecked.
  package func loaded<Word: BitwiseCopyable>(_ type: Word.Type) -> [Word] {
    let count = bytes.count / MemoryLayout<Word>.size
    return unsafe [Word](unsafeUninitializedCapacity: count) { (buffer, initialized) in
      unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      initialized = count
    }
  }
}
