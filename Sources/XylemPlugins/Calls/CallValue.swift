package import CXylem
package import XylemErrors
internal import XylemFiles
package import XylemGraph
package import XylemTensor

/// A tensor that leaves are lent and give, whoever owns its memory: the tensor runtime where a model runs, a process that has no runtime
/// where `xylem plugin check` tries a leaf.
package protocol CallTensor: Sendable {
  /// The tensor as DLPack without an owner: good as long as the tensor. Costs no allocation.
  ///
  /// - Throws: `runtime.tensor` where the elements do not lie in memory as they are; `trace.concrete-value` where there are none yet.
  func borrowedView() throws(XylemError) -> DLManagedTensorVersioned

  /// The tensor itself, or a copy whose elements lie in memory as they are.
  ///
  /// - Throws: `runtime.operator`.
  func plain() throws(XylemError) -> Self

  /// Whether gradients are recorded for the tensor: a write in place would make them wrong.
  func isRecorded() throws(XylemError) -> Bool

  /// Records that a leaf may have written the elements.
  ///
  /// - Throws: `runtime.tensor`.
  func recordWrite() throws(XylemError)

  /// Takes over a tensor of DLPack 1.x. Its deleter runs once, also where this throws.
  ///
  /// - Throws: `runtime.tensor` for one that is malformed, or whose elements are of a type that hosts do not know.
  init(adopting tensor: UnsafeMutablePointer<DLManagedTensorVersioned>) throws(XylemError)
}

/// A value that leaves are called with and give, with tensors of one owner.
package protocol CallValue: Sendable {
  /// What the owner of tensors has of them.
  associatedtype Tensor: CallTensor

  static func literal(_ literal: Literal) -> Self
  static func tensor(_ tensor: Tensor) -> Self
  static func list(_ elements: [Self]) -> Self

  /// What the value is, as far as it can cross to a leaf.
  var content: CallContent<Self> { get }

  /// The value with the containers in it as lists.
  ///
  /// - Throws: `trace.concrete-value` for a value that is known only when a model runs.
  func known() throws(XylemError) -> Self

  /// The value for a message: a line of no great length.
  var shortDescription: String { get }
}

/// What a value is to a leaf.
package enum CallContent<Element: CallValue> {
  /// None, a truth value, a number or a string.
  case literal(Literal)
  case tensor(Element.Tensor)
  /// The elements of a list or a tuple.
  case list([Element])
  /// Nothing that leaves can be given.
  case other
}

extension CallValue {
  static var none: Self { .literal(.none) }
  static func bool(_ flag: Bool) -> Self { .literal(.bool(flag)) }
  static func int(_ number: Int) -> Self { .literal(.int(number)) }
  static func float(_ number: Double) -> Self { .literal(.float(number)) }
  static func string(_ text: String) -> Self { .literal(.string(text)) }

  /// How many tensors are in the value, those in lists too.
  var tensorCount: Int {
    switch content {
    case .tensor: 1
    case .list(let elements): elements.reduce(0) { $0 + $1.tensorCount }
    default: 0
    }
  }

  /// The tensor, where the value is one.
  var heldTensor: Tensor? {
    if case .tensor(let tensor) = content { return tensor }
    return nil
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
    if case .standIn(let standIn) = self { throw standIn.needed("a plugin's leaf needs the value itself") }
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
    case .standIn: "a value that is known only when the model runs"
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
