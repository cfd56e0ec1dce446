/// The element type of a tensor, in DLPack's terms.
public struct LeafDataType: Sendable, Hashable {
  /// 0 int, 1 uint, 2 float, 4 bfloat, 5 complex, 6 bool.
  public let code: UInt8
  /// The bits of one element.
  public let bits: UInt8
  /// The numbers in one element; 1 except for vector types.
  public let lanes: UInt16

  init(code: UInt8, bits: UInt8, lanes: UInt16 = 1) {
    self.code = code
    self.bits = bits
    self.lanes = lanes
  }

  /// 32-bit floating point, PyTorch's default.
  public static let float32 = LeafDataType(code: 2, bits: 32)
  /// 64-bit floating point.
  public static let float64 = LeafDataType(code: 2, bits: 64)
  /// 16-bit floating point of IEEE 754.
  public static let float16 = LeafDataType(code: 2, bits: 16)
  /// The upper half of a 32-bit number; Swift has no type for it.
  public static let bfloat16 = LeafDataType(code: 4, bits: 16)
  /// 64-bit integers, as for indices.
  public static let int64 = LeafDataType(code: 0, bits: 64)
  /// Booleans of one byte.
  public static let bool = LeafDataType(code: 6, bits: 8)
}

extension LeafDataType: CustomStringConvertible {
  /// PyTorch's name, as in `float32`.
  public var description: String {
    let names: [UInt8: String] = [0: "int", 1: "uint", 2: "float", 4: "bfloat", 5: "complex", 6: "bool"]
    guard let name = names[code], lanes == 1 else { return "of DLPack's type \(code), \(bits) bits, \(lanes) lanes" }
    return self == .bool ? "bool" : "\(name)\(bits)"
  }
}

/// A Swift type for the elements of a tensor.
public protocol LeafElement: BitwiseCopyable, Sendable {
  /// The element type of a tensor with such elements.
  static var dataType: LeafDataType { get }
}

extension LeafElement where Self: FixedWidthInteger {
  /// By signedness and width.
  public static var dataType: LeafDataType { LeafDataType(code: isSigned ? 0 : 1, bits: UInt8(bitWidth)) }
}

extension Int8: LeafElement {}
extension Int16: LeafElement {}
extension Int32: LeafElement {}
extension Int64: LeafElement {}
extension Int: LeafElement {}
extension UInt8: LeafElement {}
extension UInt16: LeafElement {}
extension UInt32: LeafElement {}
extension UInt64: LeafElement {}

extension Float: LeafElement {
  /// `float32`.
  public static var dataType: LeafDataType { .float32 }
}

extension Double: LeafElement {
  /// `float64`.
  public static var dataType: LeafDataType { .float64 }
}

extension Float16: LeafElement {
  /// `float16`.
  public static var dataType: LeafDataType { .float16 }
}

extension Bool: LeafElement {
  /// `bool`.
  public static var dataType: LeafDataType { .bool }
}
