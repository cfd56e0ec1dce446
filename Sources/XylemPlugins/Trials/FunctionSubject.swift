internal import CXylem
internal import XylemErrors
internal import XylemGraph

/// A leaf function in a trial. It is called as in a run, but on plain memory.
@safe struct FunctionSubject: TrialSubject {
  private let function: PluginFunction
  private let sample: LeafSample?
  /// Whether the host has no `fail`. A function then fails by returning a null pointer, and can't report a reason.
  private let isHostBare: Bool

  var name: String { function.name }
  var isDeterministic: Bool { function.isDeterministic }
  var threading: LeafThreading { function.threading }
  var mode: ModeTrait? { nil }
  var parameters: [(name: String, tensor: PlainTensor)] { [] }
  var writes: Set<Int> {
    Set(function.signature.parameters.indices.filter { function.signature.parameters[$0].content == .writtenTensor })
  }

  /// - Throws: `plugin.signature`, `plugin.short-struct`.
  init(
    _ raw: UnsafePointer<xylem_leaf_function>, plugin: String, sample: LeafSample?, isHostBare: Bool
  ) throws(XylemError) {
    function = try unsafe PluginFunction(raw: raw, plugin: plugin, pluginLock: CallLock())
    self.sample = sample
    self.isHostBare = isHostBare
  }

  func arguments(layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool) throws -> TrialArguments {
    guard let inputs = sample?.inputs else {
      return TrialArguments(
        values: try function.signature.parameters.map {
          try Self.ordinary($0, layout: layout, fill: fill, isEmpty: isEmpty)
        })
    }
    return TrialArguments(
      values: try inputs.map { try LeafSample.value($0, layout: layout, fill: fill, isEmpty: isEmpty) })
  }

  private static func ordinary(
    _ type: Signature.ValueType, layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool
  ) throws -> TrialValue {
    func tensor() throws -> TrialValue {
      .tensor(try LeafSample.tensor(LeafSample.ordinaryTensor, layout: layout, fill: fill, isEmpty: isEmpty))
    }
    guard !type.isOptional else { return .none }
    switch type.content {
    case .number(.f32), .number(.f64): return .float(fill == .nan ? .nan : 0.5)
    case .number(.bool): return .bool(true)
    case .number: return .int(1)
    case .text: return .string("text")
    case .pointer: return .int(0)
    case .tensor, .writtenTensor: return try tensor()
    case .list(.i64): return .list([.int(1), .int(2)])
    case .list(.f64): return .list([.float(fill == .nan ? .nan : 0.5)])
    case .list(.bool): return .list([.bool(true)])
    case .list(.tensor), .tensors: return .list([try tensor(), try tensor()])
    }
  }

  func make() throws -> any TrialInstance {
    FunctionInstance(
      try isHostBare ? function.mayGiveNull() : function, declared: function.signature, hasSample: sample != nil)
  }
}

/// A function has no instances; this makes its calls.
private final class FunctionInstance: TrialInstance {
  private let function: PluginFunction
  private let declared: Signature
  private let hasSample: Bool

  init(_ function: PluginFunction, declared: Signature, hasSample: Bool) {
    self.function = function
    self.declared = declared
    self.hasSample = hasSample
  }

  func call(_ arguments: TrialArguments, _ mode: TrialMode) throws -> PlainResult {
    let value: TrialValue
    do { value = try function.callDirectly(arguments.values) } catch {
      throw error.declined(function.name, "called", hasSample: hasSample)
    }
    if case .literal(.none) = value, declared.result?.isOptional == false {
      throw Declined(reason: "it returns a null pointer, and this host can't receive a reason")
    }
    return PlainResult(value)
  }
}

extension PluginFunction {
  /// The same function, with a result that may be null if it has an address.
  fileprivate func mayGiveNull() throws(XylemError) -> PluginFunction {
    guard case .plain(let type)? = signature.result else { return self }
    if case .number = type { return self }
    let nullable = Signature(parameters: signature.parameters, result: .optional(type))
    return PluginFunction(
      try unsafe ForeignFunction(name: name, signature: nullable, address: function.address), plugin: plugin,
      tier: tier, threading: threading, pluginLock: CallLock())
  }
}

extension XylemError {
  /// Returns the error of a call in which the leaf reported a failure: an error if a sample was given, otherwise the
  /// reason why it can't be tried.
  ///
  /// - Parameter what: completes "it can't be …".
  func declined(_ leaf: String, _ what: String, hasSample: Bool) -> any Error {
    guard id == .pluginCallFailed else { return self }
    let reason = cause.map { String(describing: $0) } ?? message
    return hasSample
      ? CheckErrors.declinesSample(leaf, what, reason: reason)
      : Declined(reason: "it can't be \(what) without a sample (--sample): \(reason)")
  }
}
