internal import CXylem
internal import Synchronization

/// The leaves of a plugin. They are registered in one function, which the SDK calls when a host opens the plugin:
///
///     @c(xylem_register_leaves)
///     public func registerLeaves() {
///       Leaves.add(SoftGate.self)
///       Leaves.add("swish", swish, backward: swishBackward)
///     }
///
/// The plugin's C declarations have the same names, with signatures and traits. If they differ, the plugin fails to
/// open and names the leaf.
public enum Leaves {
  /// Leaves that were added before opening.
  static let added = Mutex<[Implementation]>([])

  /// Adds a leaf module. Its name is that of its Swift type.
  public static func add<Module: LeafModule>(_ type: Module.Type) {
    add(ModuleImplementation(String(describing: type), hasBackward: false) { try Module(attributes: $0, tensors: $1) })
  }

  /// Adds a leaf module with gradients.
  public static func add<Module: DifferentiableLeafModule>(_ type: Module.Type) {
    add(ModuleImplementation(String(describing: type), hasBackward: true) { try Module(attributes: $0, tensors: $1) })
  }

  /// Adds a leaf function. Its signature follows from its Swift type: `(LeafTensor, Double) -> LeafTensor` is
  /// `(tensor, f64) -> tensor`.
  ///
  /// A thrown error becomes the error of the host's call.
  public static func add<each Parameter: LeafParameter, Result: LeafResult>(
    _ name: String, _ function: @escaping @Sendable (repeat each Parameter) throws -> Result
  ) {
    add(
      FunctionImplementation(name, signature(names(repeat (each Parameter).self), gives: Result.leafResultSignature)) {
        slots, place in
        try function(repeat try (each Parameter)(leafSlot: slots.next())).give(to: place)
      })
  }

  /// Adds a leaf function without a result, which writes an argument.
  public static func add<each Parameter: LeafParameter>(
    _ name: String, _ function: @escaping @Sendable (repeat each Parameter) throws -> Void
  ) {
    add(
      FunctionImplementation(name, signature(names(repeat (each Parameter).self), gives: "()")) { slots, _ in
        try function(repeat try (each Parameter)(leafSlot: slots.next()))
      })
  }

  /// Adds a leaf function with gradients.
  ///
  /// - Parameter backward: takes the gradient of the result and then the arguments; returns a gradient or nil for each
  ///   argument, of any type.
  public static func add<each Parameter: LeafParameter>(
    _ name: String, _ function: @escaping @Sendable (repeat each Parameter) throws -> LeafTensor,
    backward: @escaping @Sendable (LeafTensor, repeat each Parameter) throws -> [LeafTensor?]
  ) {
    let types = names(repeat (each Parameter).self)
    let implementation = FunctionImplementation(name, signature(types, gives: "tensor")) { slots, place in
      try function(repeat try (each Parameter)(leafSlot: slots.next())).give(to: place)
    } backward: { slots, place in
      try backward(LeafTensor(leafSlot: slots[types.count]), repeat try (each Parameter)(leafSlot: slots.next()))
        .give(to: place)
    }
    add(implementation)
  }

  private static func add(_ implementation: Implementation) { added.withLock { $0.append(implementation) } }

  private static func names<each Parameter: LeafParameter>(_ types: repeat (each Parameter).Type) -> [String] {
    var names: [String] = []
    for type in repeat each types { names.append(type.leafSignature) }
    return names
  }

  private static func signature(_ parameters: [String], gives result: String) -> String {
    "(\(parameters.joined(separator: ", "))) -> \(result)"
  }
}

/// The implementation of a declaration.
class Implementation: @unchecked Sendable {
  // Unchecked, since a class with subclasses can't be Sendable: all of them have only constants.
  let name: String

  init(_ name: String) { self.name = name }
}

final class ModuleImplementation: Implementation, @unchecked Sendable {
  let hasBackward: Bool
  let make: @Sendable (LeafAttributes, LeafTensors) throws -> any LeafModule

  init(
    _ name: String, hasBackward: Bool, make: @escaping @Sendable (LeafAttributes, LeafTensors) throws -> any LeafModule
  ) {
    self.hasBackward = hasBackward
    self.make = make
    super.init(name)
  }
}

final class FunctionImplementation: Implementation, @unchecked Sendable {
  typealias Body = @Sendable (Slots, LeafResultPlace) throws -> Void

  let signature: String
  let body: Body
  let backward: Body?

  init(_ name: String, _ signature: String, body: @escaping Body, backward: Body? = nil) {
    self.signature = signature
    self.body = body
    self.backward = backward
    super.init(name)
  }
}

/// The arguments of one call, in order.
@safe final class Slots {
  private let addresses: UnsafePointer<UnsafeRawPointer?>
  private let lease: Lease
  private var position = 0

  init(_ addresses: UnsafePointer<UnsafeRawPointer?>, for lease: Lease) {
    unsafe self.addresses = unsafe addresses
    self.lease = lease
  }

  func next() throws(LeafError) -> LeafSlot {
    defer { position += 1 }
    return try self[position]
  }

  subscript(position: Int) -> LeafSlot {
    get throws(LeafError) {
      guard let address = unsafe addresses[position] else { throw LeafError("argument \(position) is missing") }
      return unsafe LeafSlot(address: address, lease: lease)
    }
  }
}
