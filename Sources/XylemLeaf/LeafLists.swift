internal import CXylem

/// An element type of lists.
public protocol LeafListElement: Sendable {
  /// The list's name in signatures.
  static var leafListSignature: String { get }
  /// The list in a slot, or nil.
  static func list(leafSlot slot: LeafSlot) throws -> [Self]?
}

/// An element type of lists that leaf functions return.
public protocol LeafListResultElement: Sendable {
  /// The list's name in signatures.
  static var leafListResultSignature: String { get }
  /// Writes a list that the host owns.
  static func give(_ list: [Self], to place: LeafResultPlace) throws
}

extension Array: LeafParameter where Element: LeafListElement {
  /// As in `i64[]`.
  public static var leafSignature: String { Element.leafListSignature }

  /// Copies the list; tensors in it are lent.
  public init(leafSlot slot: LeafSlot) throws { self = try Element.list(leafSlot: slot) ?? [] }

  /// Copies the list, if there is one.
  public static func optional(leafSlot slot: LeafSlot) throws -> [Element]? { try Element.list(leafSlot: slot) }
}

/// The layout of all lists.
@safe private struct List {
  let count: Int
  let elements: UnsafeRawPointer?
}

private func list<Element: BitwiseCopyable>(_ slot: LeafSlot, of type: Element.Type) -> [Element]? {
  guard let list = unsafe slot.address.load(as: UnsafePointer<List>?.self) else { return nil }
  let elements = unsafe list.pointee.elements?.assumingMemoryBound(to: Element.self)
  return unsafe Array(UnsafeBufferPointer(start: elements, count: elements == nil ? 0 : list.pointee.count))
}

/// In memory of the host, with the elements after the head.
private func give<Element: BitwiseCopyable>(_ elements: [Element], to place: LeafResultPlace) throws {
  let head = MemoryLayout<List>.stride
  guard let memory = unsafe Memory.allocate(head + elements.count * MemoryLayout<Element>.stride) else {
    throw LeafError("there is no memory for a list of \(elements.count)")
  }
  unsafe memory.initializeMemory(as: List.self, to: List(count: elements.count, elements: memory + head))
  unsafe elements.withUnsafeBytes { bytes in
    if let source = bytes.baseAddress { unsafe (memory + head).copyMemory(from: source, byteCount: bytes.count) }
  }
  unsafe place.address.storeBytes(of: memory, as: UnsafeMutableRawPointer.self)
}

/// An element that is passed as is.
public protocol LeafListScalar: LeafListElement, LeafListResultElement, BitwiseCopyable {}

extension LeafListScalar {
  /// The same as for arguments.
  public static var leafListResultSignature: String { leafListSignature }
  /// Copies the elements.
  public static func list(leafSlot slot: LeafSlot) throws -> [Self]? { XylemLeaf.list(slot, of: Self.self) }
  /// Copies the elements.
  public static func give(_ list: [Self], to place: LeafResultPlace) throws { try XylemLeaf.give(list, to: place) }
}

extension Int64: LeafListScalar {
  /// `i64[]`.
  public static var leafListSignature: String { "i64[]" }
}

extension Int: LeafListScalar {
  /// `i64[]`.
  public static var leafListSignature: String { "i64[]" }
}

extension Double: LeafListScalar {
  /// `f64[]`.
  public static var leafListSignature: String { "f64[]" }
}

extension Bool: LeafListScalar {
  /// `bool[]`.
  public static var leafListSignature: String { "bool[]" }
}

extension LeafTensor: LeafListElement, LeafListResultElement {
  /// `tensor[]`.
  public static var leafListSignature: String { "tensor[]" }
  /// `tensor[]`.
  public static var leafListResultSignature: String { "tensor[]" }

  /// Tensors that the host lends for the call.
  public static func list(leafSlot slot: LeafSlot) throws -> [LeafTensor]? {
    try unsafe XylemLeaf.list(slot, of: UnsafePointer<DLManagedTensorVersioned>?.self)?.map { tensor in
      guard let tensor = unsafe tensor else { throw LeafError("a tensor of a list is missing") }
      return unsafe try LeafTensor(tensor, for: slot.lease)
    }
  }

  /// Transfers each tensor to the host.
  public static func give(_ list: [LeafTensor], to place: LeafResultPlace) throws {
    try LeafTensor?.give(list, to: place)
  }
}

extension Optional: LeafListResultElement where Wrapped == LeafTensor {
  /// `tensor[]`: some may be null.
  public static var leafListResultSignature: String { "tensor[]" }

  /// Transfers each tensor to the host.
  public static func give(_ list: [LeafTensor?], to place: LeafResultPlace) throws {
    var given: [UnsafeMutablePointer<DLManagedTensorVersioned>?] = unsafe []
    do {
      for tensor in list { unsafe given.append(try tensor?.given()) }
      try unsafe XylemLeaf.give(given, to: place)
    } catch {
      for i in unsafe given.indices { unsafe LeafTensor.drop(given[i]) }
      throw error
    }
  }
}
