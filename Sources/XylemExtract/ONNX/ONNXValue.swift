internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// A tensor of the ONNX graph: the name of a value that never changes.
struct ONNXTensor {
  var name: String
  var dtype: DType
  /// The sizes, as far as they are known. Nil if not even the rank is.
  var shape: [ONNXDimension]?
  /// The input of the graph with the same rank, if the rank is not known.
  var rankSource: String?

  /// The number of dimensions, if it is known.
  var rank: Int? { shape?.count }

  /// All sizes, if they are fixed.
  var sizes: [Int]? {
    guard let known = shape?.compactMap(\.known), known.count == shape?.count else { return nil }
    return known
  }
}

/// A number that is known only when the graph runs: a value of shape [1].
struct ONNXNumber: Hashable {
  enum Kind: Hashable { case int, float, bool }
  var name: String
  var kind: Kind

  /// The number as a tensor.
  var tensor: ONNXTensor {
    let dtype: DType = kind == .int ? .int64 : kind == .float ? .float64 : .bool
    return ONNXTensor(name: name, dtype: dtype, shape: [.fixed(1)])
  }
}

/// Memory that tensors of the model's code may share.
final class ONNXStorage {
  /// Counts the writes.
  var version = 0
  /// Whether a tensor of the model may be in it.
  var isOfModel: Bool

  init(isOfModel: Bool = false) { self.isOfModel = isOfModel }
}

/// A range of one dimension of a tensor.
struct ONNXPart {
  let base: ONNXReference
  let axis: Int
  let range: Range<Int>
  /// Whether the part lacks the dimension, which has one element.
  let dropsAxis: Bool
}

/// A tensor of the model's code, which in-place operators change.
///
/// The graph is functional: a write gives the reference a new value. Other references that may share its memory can't be read
/// from then on, since what they would show is not followed.
final class ONNXReference {
  private enum Content {
    case value(ONNXTensor)
    /// A tensor that is known now. The runtime itself follows writes to it.
    case known(Tensor, ONNXBuilder)
    case failed(any Error)
  }
  private var content: Content
  let storage: ONNXStorage
  private var version: Int
  /// The tensor that this one is a part of, and where.
  let part: ONNXPart?

  init(_ tensor: ONNXTensor, storage: ONNXStorage = ONNXStorage(), part: ONNXPart? = nil) {
    content = .value(tensor)
    self.storage = storage
    self.part = part
    version = storage.version
  }

  /// A tensor that is known now, and is not the model's own.
  init(known tensor: Tensor, _ builder: ONNXBuilder, storage: ONNXStorage = ONNXStorage()) {
    content = .known(tensor, builder)
    self.storage = storage
    part = nil
    version = storage.version
  }

  /// The tensor, if it is known now.
  var known: Tensor? {
    if case .known(let tensor, _) = content { return tensor }
    return nil
  }

  /// The value now.
  ///
  /// - Throws: `extract.unsavable` after a write through another tensor; the error of the operator that computes it.
  func read() throws -> ONNXTensor {
    guard version == storage.version || known != nil else {
      throw ExtractErrors.onnx("memory that it shares with another tensor is written before it is read")
    }
    switch content {
    case .value(let tensor): return tensor
    case .known(let tensor, let builder): return builder.constant(try tensor.hostArray())
    case .failed(let error): throw error
    }
  }

  /// Changes the value, as an operator that writes in place does.
  func write(_ tensor: ONNXTensor) {
    storage.version += 1
    version = storage.version
    content = .value(tensor)
  }

  /// Changes the value of which a part was written.
  func follow(_ tensor: ONNXTensor) {
    version = storage.version
    content = .value(tensor)
  }

  /// Gives the value another name, without a write.
  func rename(to tensor: ONNXTensor) {
    guard known == nil else { return }
    content = .value(tensor)
  }

  /// Makes every later read throw.
  func fail(_ error: any Error) {
    storage.version += 1
    version = storage.version
    content = .failed(error)
  }
}

/// A value of the model's code in the ONNX graph.
indirect enum ONNXValue {
  case literal(Literal)
  case number(ONNXNumber)
  case tensor(ONNXReference)
  case list([ONNXValue])
  case tuple([ONNXValue], names: [String]?)
  case dictionary([(key: ONNXValue, value: ONNXValue)])
  case module(String)
  /// A value that ONNX can't express. Reading it is an error.
  case failed(any Error)

  /// A new tensor.
  static func tensor(_ tensor: ONNXTensor) -> ONNXValue { .tensor(ONNXReference(tensor)) }

  /// Calls `body` for every tensor in the value.
  func forEachReference(_ body: (ONNXReference) -> Void) {
    switch self {
    case .tensor(let reference): body(reference)
    case .list(let elements), .tuple(let elements, _): for element in elements { element.forEachReference(body) }
    case .dictionary(let entries): for entry in entries { entry.value.forEachReference(body) }
    case .literal, .number, .module, .failed: break
    }
  }

  /// The first error in the value.
  var failure: (any Error)? {
    switch self {
    case .failed(let error): return error
    case .tensor(let reference):
      do {
        _ = try reference.read()
        return nil
      } catch { return error }
    case .list(let elements), .tuple(let elements, _): return elements.lazy.compactMap(\.failure).first
    case .dictionary(let entries): return entries.lazy.compactMap(\.value.failure).first
    case .literal, .number, .module: return nil
    }
  }

  /// The value as the runtime has it, if it is known now.
  var constant: Value? {
    func constants(_ values: [ONNXValue]) -> [Value]? {
      let found = values.compactMap(\.constant)
      return found.count == values.count ? found : nil
    }
    switch self {
    case .literal(let literal): return .literal(literal)
    case .tensor(let reference): return reference.known.map { .tensor($0) }
    case .list(let elements): return constants(elements).map { .list($0) }
    case .tuple(let elements, let names): return constants(elements).map { .tuple($0, names: names ?? []) }
    default: return nil
    }
  }

  /// The value in words.
  var kindDescription: String {
    switch self {
    case .literal(let literal): literal.kindDescription
    case .number: "a number that is known only when the model runs"
    case .tensor: "a tensor"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .module: "a module"
    case .failed: "a value that ONNX can't express"
    }
  }
}

extension ExtractErrors {
  /// What keeps a node from being written as ONNX. The node is added where it is known.
  static func onnx(_ cause: String, remedies: [String] = []) -> XylemError {
    XylemError(.extractUnsavable, cause, remedies: remedies)
  }

  /// The error for a node that can't be written as ONNX.
  static func onnx(at node: Node, _ error: any Error) -> any Error {
    guard let known = error as? XylemError else { return error }
    if known.id == .extractUnsavable, known.place.node != nil { return known }
    let custom = Audience.remedies(
      program: ["ONNXOptions(customLeaves: true)  // writes leaves as operators of a domain of their own"],
      commandLine: ["--onnx-custom-leaves  # writes leaves as operators of a domain of their own"])
    let isLeaf = if case .leafModule = node.operation { true } else { false }
    return XylemError(
      .extractUnsavable, "the node '\(node.name)' can't be written as ONNX",
      at: .init(modulePath: node.modulePath, node: node.name, source: node.location.map { String(describing: $0) }),
      cause: known.id == .extractUnsavable ? Reason(known.message) : known,
      remedies: known.remedies + (isLeaf ? custom : []) + ["request nodes before \(node.name)"])
  }
}
