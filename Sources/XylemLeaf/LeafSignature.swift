internal import CXylem

/// The location of a leaf function's argument.
@safe public struct LeafSlot {
  let address: UnsafeRawPointer
  let lease: Lease
}

/// An argument type of leaf functions: numbers, `Bool`, `String`, ``LeafTensor``, ``WritableLeafTensor``, and optionals
/// and arrays of some.
public protocol LeafParameter: Sendable {
  /// The type's name in signatures.
  static var leafSignature: String { get }
  /// The argument in a slot.
  init(leafSlot slot: LeafSlot) throws
  /// The argument in a slot for `opt<…>`, or nil.
  static func optional(leafSlot slot: LeafSlot) throws -> Self?
}

/// A number or Boolean, which is passed by value.
public protocol LeafScalar: LeafParameter, LeafResult, BitwiseCopyable {}

extension LeafScalar {
  /// Reads the number.
  public init(leafSlot slot: LeafSlot) throws { self = unsafe slot.address.load(as: Self.self) }

  /// Reads a pointer to the number.
  public static func optional(leafSlot slot: LeafSlot) throws -> Self? {
    let pointer = unsafe slot.address.load(as: UnsafePointer<Self>?.self)
    return unsafe pointer?.pointee
  }

  /// Writes the number.
  public func give(to place: LeafResultPlace) throws {
    unsafe place.address.storeBytes(of: self, as: Self.self)
  }
}

extension LeafScalar where Self: FixedWidthInteger {
  /// As in `i64`.
  public static var leafSignature: String { "\(isSigned ? "i" : "u")\(bitWidth)" }
}

extension Int8: LeafScalar {}
extension Int16: LeafScalar {}
extension Int32: LeafScalar {}
extension Int64: LeafScalar {}
extension Int: LeafScalar {}
extension UInt8: LeafScalar {}
extension UInt16: LeafScalar {}
extension UInt32: LeafScalar {}
extension UInt64: LeafScalar {}

extension Float: LeafScalar {
  /// `f32`.
  public static var leafSignature: String { "f32" }
}

extension Double: LeafScalar {
  /// `f64`.
  public static var leafSignature: String { "f64" }
}

extension Bool: LeafScalar {
  /// `bool`.
  public static var leafSignature: String { "bool" }
}

extension String: LeafParameter {
  /// `cstr`.
  public static var leafSignature: String { "cstr" }

  /// Copies the string.
  public init(leafSlot slot: LeafSlot) throws { self = try Self.optional(leafSlot: slot) ?? "" }

  /// Copies the string, if there is one.
  public static func optional(leafSlot slot: LeafSlot) throws -> String? {
    let text = unsafe slot.address.load(as: UnsafePointer<CChar>?.self)
    return unsafe text.map { unsafe String(cString: $0) }
  }
}

extension LeafTensor: LeafParameter {
  /// `tensor`.
  public static var leafSignature: String { "tensor" }

  /// A tensor that the host lends for the call.
  public init(leafSlot slot: LeafSlot) throws {
    guard let tensor = try Self.optional(leafSlot: slot) else { throw LeafError("a tensor is missing") }
    self = tensor
  }

  /// A tensor that the host lends for the call, if there is one.
  public static func optional(leafSlot slot: LeafSlot) throws -> LeafTensor? {
    let tensor = unsafe slot.address.load(as: UnsafePointer<DLManagedTensorVersioned>?.self)
    guard let tensor = unsafe tensor else { return nil }
    return unsafe try LeafTensor(tensor, for: slot.lease)
  }
}

extension WritableLeafTensor: LeafParameter {
  /// `tensor!`.
  public static var leafSignature: String { "tensor!" }

  /// A tensor that the host lends for the call.
  public init(leafSlot slot: LeafSlot) throws {
    guard let tensor = try Self.optional(leafSlot: slot) else { throw LeafError("a tensor is missing") }
    self = tensor
  }

  /// A tensor that the host lends for the call, if there is one.
  public static func optional(leafSlot slot: LeafSlot) throws -> WritableLeafTensor? {
    let tensor = unsafe slot.address.load(as: UnsafePointer<DLManagedTensorVersioned>?.self)
    guard let tensor = unsafe tensor else { return nil }
    return unsafe try WritableLeafTensor(tensor, for: slot.lease)
  }
}

extension Optional: LeafParameter where Wrapped: LeafParameter {
  /// As in `opt<f64>`.
  public static var leafSignature: String { "opt<\(Wrapped.leafSignature)>" }

  /// Nil if there is no value.
  public init(leafSlot slot: LeafSlot) throws { self = try Wrapped.optional(leafSlot: slot) }

  /// An optional of an optional is not a valid signature type: the library fails to open.
  public static func optional(leafSlot slot: LeafSlot) throws -> Wrapped?? {
    throw LeafError("an optional of an optional is not supported")
  }
}
