internal import XylemErrors
internal import XylemGraph

/// Why a leaf could not be tried, without anything being wrong.
struct Declined: Error {
  let reason: String
}

/// The conditions of a call.
struct TrialMode {
  var isTraining = false
  var seed: UInt64 = 0
}

/// The arguments of a call: their tensors, in order.
struct TrialArguments {
  var values: [TrialValue] = []
  /// Every tensor among the values.
  var tensors: [PlainTensor] { values.flatMap(\.tensors) }
}

/// A leaf that can be called without a tensor runtime.
protocol TrialSubject {
  var name: String { get }
  var isDeterministic: Bool { get }
  var threading: LeafThreading { get }
  /// Nil for functions, which have no mode.
  var mode: ModeTrait? { get }
  /// Positions of the arguments that it declares to write.
  var writes: Set<Int> { get }
  /// A module's own tensors by name; empty for functions.
  var parameters: [(name: String, tensor: PlainTensor)] { get }

  /// Creates new arguments for a call.
  ///
  /// - Throws: `Declined`, or a `XylemError` if a sample does not fit.
  func arguments(layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool) throws -> TrialArguments

  /// Creates something to call: an instance of a module.
  func make() throws -> any TrialInstance
}

/// An object that calls are made on; destroyed on deallocation.
protocol TrialInstance: AnyObject {
  /// Makes a call, and copies its result.
  ///
  /// - Throws: `Declined` if the leaf reports that it can't, a `XylemError` for malformed results.
  func call(_ arguments: TrialArguments, _ mode: TrialMode) throws -> PlainResult
}

extension LeafSample {
  /// Converts a value of a sample to an argument.
  static func value(_ item: Item, layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool) throws
    -> TrialValue
  {
    switch item {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .float(value)
    case .text(let text):
      guard let form = TensorForm(text) else { return .string(text) }
      return .tensor(try tensor(form, layout: layout, fill: fill, isEmpty: isEmpty))
    case .list(let items):
      return .list(try items.map { try value($0, layout: layout, fill: fill, isEmpty: isEmpty) })
    case .object:
      guard let tensor = item.filledTensor else { throw Declined(reason: "an object can't be an argument") }
      let elements: PlainTensor.Fill = fill == .ordinary && !isEmpty ? .values(tensor.values) : fill
      return .tensor(try Self.tensor(tensor.form, layout: layout, fill: elements, isEmpty: isEmpty))
    }
  }

  /// A tensor in a layout; an empty one has no elements along its first dimension.
  static func tensor(
    _ form: TensorForm, layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool
  ) throws -> PlainTensor {
    var form = form
    if isEmpty { form.shape = form.shape.isEmpty ? [0] : [0] + form.shape.dropFirst() }
    return try PlainTensor(form, layout: layout, fill: fill)
  }

  /// The arguments of a test without a sample.
  static let ordinaryTensor = TensorForm(element: TensorForm.elements[0], shape: [2, 3])
  static let ordinaryImage = TensorForm(element: TensorForm.elements[0], shape: [1, 3, 8, 8])
}
