internal import CXylem

/// The destination of a leaf function's result.
@safe public struct LeafResultPlace {
  let address: UnsafeMutableRawPointer
}

/// A result type of leaf functions: numbers, `Bool`, ``LeafTensor``, and arrays and optionals of some.
public protocol LeafResult: Sendable {
  /// The type's name in signatures.
  static var leafResultSignature: String { get }
  /// Writes the result, which the host then owns.
  func give(to place: LeafResultPlace) throws
}

extension LeafScalar {
  /// The same as for arguments.
  public static var leafResultSignature: String { leafSignature }
}

extension LeafTensor: LeafResult {
  /// `tensor`.
  public static var leafResultSignature: String { "tensor" }

  /// Transfers the tensor to the host.
  public func give(to place: LeafResultPlace) throws {
    let tensor = unsafe try given()
    unsafe place.address.storeBytes(of: tensor, as: UnsafeMutablePointer<DLManagedTensorVersioned>.self)
  }
}

extension Optional: LeafResult where Wrapped == LeafTensor {
  /// `opt<tensor>`.
  public static var leafResultSignature: String { "opt<tensor>" }

  /// Transfers the tensor to the host. The destination is initially null.
  public func give(to place: LeafResultPlace) throws { try self?.give(to: place) }
}

extension Array: LeafResult where Element: LeafListResultElement {
  /// As in `i64[]`.
  public static var leafResultSignature: String { Element.leafListResultSignature }

  /// Transfers the list to the host.
  public func give(to place: LeafResultPlace) throws { try Element.give(self, to: place) }
}
