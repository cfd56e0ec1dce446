package import CXylem
package import XylemErrors
internal import XylemFiles
package import XylemGraph
package import XylemTensor

/// A tensor that is lent to leaves and returned by them. The owner of its memory is the tensor runtime when a model
/// runs, or a process without a runtime when `xylem plugin check` tries a leaf.
package protocol CallTensor: Sendable {
  /// Returns the tensor as DLPack without an owner. It is valid as long as the tensor, and costs no allocation.
  ///
  /// - Throws: `runtime.tensor` if the elements can't be accessed directly in memory; `trace.concrete-value` if there
  ///   are none yet.
  func borrowedView() throws(XylemError) -> DLManagedTensorVersioned

  /// Returns the tensor itself, or a copy whose elements can be accessed directly in memory.
  ///
  /// - Throws: `runtime.operator`.
  func plain() throws(XylemError) -> Self

  /// Whether gradients are recorded for the tensor. A write in place would make them wrong.
  func isRecorded() throws(XylemError) -> Bool

  /// Records that a leaf may have written the elements.
  ///
  /// - Throws: `runtime.tensor`.
  func recordWrite() throws(XylemError)

  /// Takes ownership of a DLPack 1.x tensor. Its deleter is called once, even if this throws.
  ///
  /// - Throws: `runtime.tensor` if the tensor is malformed, or has elements of a type that hosts don't know.
  init(adopting tensor: UnsafeMutablePointer<DLManagedTensorVersioned>) throws(XylemError)
}

/// A value that leaves are called with or return, with tensors of one owner.
package protocol CallValue: Sendable {
  /// What the owner of tensors implements.
  associatedtype Tensor: CallTensor

  static func literal(_ literal: Literal) -> Self
  static func tensor(_ tensor: Tensor) -> Self
  static func list(_ elements: [Self]) -> Self

  /// The value's content, as far as it can be passed to a leaf.
  var content: CallContent<Self> { get }

  /// Returns the value with its containers as lists.
  ///
  /// - Throws: `trace.concrete-value` if the value is only known when a model runs.
  func known() throws(XylemError) -> Self

  /// A short description of the value, for messages.
  var shortDescription: String { get }
}

/// The content of a value, as a leaf sees it.
package enum CallContent<Element: CallValue> {
  /// None, a truth value, a number or a string.
  case literal(Literal)
  case tensor(Element.Tensor)
  /// The elements of a list or tuple.
  case list([Element])
  /// A value that can't be passed to leaves.
  case other
}

extension CallValue {
  static var none: Self { .literal(.none) }
  static func bool(_ flag: Bool) -> Self { .literal(.bool(flag)) }
  static func int(_ number: Int) -> Self { .literal(.int(number)) }
  static func float(_ number: Double) -> Self { .literal(.float(number)) }
  static func string(_ text: String) -> Self { .literal(.string(text)) }

  /// The number of tensors in the value, including those in lists.
  var tensorCount: Int {
    switch content {
    case .tensor: 1
    case .list(let elements): elements.reduce(0) { $0 + $1.tensorCount }
    default: 0
    }
  }
}

// MARK: - The runtime's tensors

extension Tensor: CallTensor {
  package func isRecorded() throws(XylemError) -> Bool { try DifferentiableCall.isNeeded(for: [self]) }

  package init(adopting tensor: UnsafeMutablePointer<DLManagedTensorVersioned>) throws(XylemError) {
    unsafe try self.init(dlpack: UnsafeMutableRawPointer(tensor))
  }
}

extension Value: CallValue {
  @inline(__always)
  package var content: CallContent<Value> {
    switch self {
    case .literal(.complex), .literal(.device), .dictionary, .object, .standIn: .other
    case .literal(let literal): .literal(literal)
    case .tensor(let tensor): .tensor(tensor)
    case .list(let elements), .tuple(let elements, _): .list(elements)
    }
  }

  package func known() throws(XylemError) -> Value {
    if case .standIn(let standIn) = self { throw standIn.needed("a plugin's leaf needs the actual value") }
    return try unpacked()
  }

  package var shortDescription: String {
    switch self {
    case .literal(let literal): literal.shortDescription
    case .tensor(let tensor):
      tensor.standIn == nil ? "a tensor of \(tensor.dtype?.rawValue ?? "another type")" : "a tensor"
    case .list(let elements): "a list of \(elements.count)"
    case .tuple(let elements, _): "a tuple of \(elements.count)"
    case .dictionary: "a dictionary"
    case .object(let object): "a \(object.kind) of the runtime"
    case .standIn: "a value that is only known when the model runs"
    }
  }
}

extension Literal {
  /// The literal for a message: a line of no great length.
  var shortDescription: String {
    switch self {
    case .none: "none"
    case .bool(let value): String(value)
    case .int(let value): String(value)
    case .float(let value): "\(value)"
    case .complex(let real, let imaginary): "\(real)+\(imaginary)i"
    case .string(let text): "'\(text.prefix(40))\(text.count > 40 ? "…" : "")'"
    case .device(let name): "the device \(name)"
    }
  }
}
