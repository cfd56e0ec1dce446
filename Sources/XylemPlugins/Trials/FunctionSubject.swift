internal import CFFI
internal import CXylem
internal import Glibc
internal import XylemErrors

/// A leaf function, called through libffi on plain memory.
@safe struct FunctionSubject: TrialSubject {
  private nonisolated(unsafe) let function: xylem_any_function
  private let declared: PluginManifest.LeafFunction
  private let signature: Signature
  private let sample: LeafSample?
  /// Whether the host has no `fail`: then a function fails by giving a null pointer, and can't say why.
  private let isHostBare: Bool

  var name: String { declared.name }
  var isDeterministic: Bool { declared.isDeterministic }
  var threading: LeafThreading { declared.threading }
  var mode: ModeTrait? { nil }
  var parameters: [(name: String, tensor: PlainTensor)] { [] }
  var writes: Set<Int> {
    Set(signature.parameters.indices.filter { signature.parameters[$0].content == .writtenTensor })
  }

  /// - Throws: `plugin.signature`.
  init(
    _ raw: UnsafePointer<xylem_leaf_function>, _ declared: PluginManifest.LeafFunction, sample: LeafSample?,
    isHostBare: Bool
  ) throws(XylemError) {
    unsafe function = raw.pointee.function
    self.declared = declared
    self.sample = sample
    self.isHostBare = isHostBare
    signature = try Signature(declared.signature)
  }

  func arguments(layout: PlainTensor.Layout, fill: PlainTensor.Fill, isEmpty: Bool) throws -> TrialArguments {
    guard let inputs = sample?.inputs else {
      return TrialArguments(
        values: try signature.parameters.map { try Self.ordinary($0, layout: layout, fill: fill, isEmpty: isEmpty) })
    }
    guard inputs.count == signature.parameters.count else {
      throw CheckErrors.argumentCount(name, given: inputs.count, expected: signature.parameters.count)
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
    case .text: return .text("text")
    case .pointer: return .none
    case .tensor, .writtenTensor: return try tensor()
    case .list(.i64): return .list([.int(1), .int(2)])
    case .list(.f64): return .list([.float(fill == .nan ? .nan : 0.5)])
    case .list(.bool): return .list([.bool(true)])
    case .list(.tensor): return .list([try tensor(), try tensor()])
    }
  }

  func make() throws -> any TrialInstance {
    try unsafe FunctionInstance(name, signature, function, hasSample: sample != nil, isHostBare: isHostBare)
  }
}

/// A function has no instances: this makes its calls.
@safe final class FunctionInstance: TrialInstance {
  private let name: String
  private let signature: Signature
  private nonisolated(unsafe) let function: xylem_any_function
  private let interface: CallInterface
  private let hasSample: Bool
  private let isHostBare: Bool

  init(
    _ name: String, _ signature: Signature, _ function: @escaping xylem_any_function, hasSample: Bool, isHostBare: Bool
  ) throws {
    self.name = name
    self.signature = signature
    unsafe self.function = function
    self.hasSample = hasSample
    self.isHostBare = isHostBare
    interface = try CallInterface.of(signature)
  }

  func call(_ arguments: TrialArguments, _ mode: TrialMode) throws -> PlainResult {
    let words = try WordFrame(arguments.values, signature, leaf: name)
    let result = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    defer { unsafe result.deallocate() }
    let failure = HostServices.capturingFailure {
      unsafe ffi_call(interface.cif, function, result, words.addresses)
    }
    if let failure {
      unsafe discard(result)
      throw hasSample
        ? CheckErrors.declinesSample(name, "called", reason: failure) as any Error
        : Declined(reason: "it can't be called without a sample (--sample): \(failure)")
    }
    return try unsafe take(result, arguments)
  }

  private func take(_ result: UnsafeMutableRawPointer, _ arguments: TrialArguments) throws -> PlainResult {
    guard let type = signature.result else { return .none }
    if case .number(let number) = type.content { return unsafe Self.number(number, result) }
    guard let address = unsafe result.load(as: UnsafeMutableRawPointer?.self) else {
      if type.isOptional || type.content == .pointer { return .none }
      guard !isHostBare else { throw Declined(reason: "it gives a null pointer, and can't say why to such a host") }
      throw CheckErrors.result(name, "is a null pointer")
    }
    switch type.content {
    case .text: return .text(unsafe String(cString: address.assumingMemoryBound(to: CChar.self)))
    case .tensor, .writtenTensor:
      return try unsafe PlainResult.take(
        address.assumingMemoryBound(to: DLManagedTensorVersioned.self), of: name, arguments: arguments.tensors)
    case .list(let element):
      defer { unsafe HostServices.release(unsafe address) }
      return .list(try unsafe elements(element, address, arguments))
    case .pointer, .number: return .none
    }
  }

  private func elements(
    _ element: Signature.Element, _ address: UnsafeMutableRawPointer, _ arguments: TrialArguments
  ) throws(XylemError) -> [PlainResult] {
    let count = unsafe address.load(as: Int.self)
    let first = unsafe address.load(fromByteOffset: 8, as: UnsafeRawPointer?.self)
    guard count >= 0, count <= 1 << 24, let first = unsafe first ?? (count == 0 ? UnsafeRawPointer(address) : nil)
    else {
      throw CheckErrors.result(name, "is a list of \(count) elements without memory")
    }
    var found: [PlainResult] = []
    for index in 0..<count {
      switch element {
      case .i64: found.append(.int(unsafe first.load(fromByteOffset: 8 * index, as: Int64.self)))
      case .f64: found.append(.float(unsafe first.load(fromByteOffset: 8 * index, as: UInt64.self)))
      case .bool: found.append(.bool(unsafe first.load(fromByteOffset: index, as: UInt8.self) != 0))
      case .tensor:
        let tensor = unsafe first.load(
          fromByteOffset: 8 * index, as: UnsafeMutablePointer<DLManagedTensorVersioned>?.self)
        found.append(
          try unsafe tensor == nil ? .none : PlainResult.take(tensor, of: name, arguments: arguments.tensors))
      }
    }
    return found
  }

  /// What a failed call gave is not looked at, but given back.
  private func discard(_ result: UnsafeMutableRawPointer) {
    guard let type = signature.result, let address = unsafe result.load(as: UnsafeMutableRawPointer?.self) else {
      return
    }
    switch type.content {
    case .tensor, .writtenTensor:
      let tensor = unsafe address.assumingMemoryBound(to: DLManagedTensorVersioned.self)
      unsafe tensor.pointee.deleter?(tensor)
    case .list(let element):
      if element == .tensor { _ = try? unsafe elements(element, address, TrialArguments()) }
      unsafe HostServices.release(unsafe address)
    case .number, .text, .pointer: break
    }
  }

  /// libffi widens what is narrower than a word.
  private static func number(_ number: Signature.Number, _ result: UnsafeMutableRawPointer) -> PlainResult {
    switch number {
    case .i8: .int(Int64(unsafe result.load(as: Int8.self)))
    case .i16: .int(Int64(unsafe result.load(as: Int16.self)))
    case .i32: .int(Int64(unsafe result.load(as: Int32.self)))
    case .i64, .u64: .int(unsafe result.load(as: Int64.self))
    case .u8: .int(Int64(unsafe result.load(as: UInt8.self)))
    case .u16: .int(Int64(unsafe result.load(as: UInt16.self)))
    case .u32: .int(Int64(unsafe result.load(as: UInt32.self)))
    case .bool: .bool(unsafe result.load(as: UInt8.self) != 0)
    case .f32: .float(Double(unsafe result.load(as: Float.self)).bitPattern)
    case .f64: .float(unsafe result.load(as: UInt64.self))
    }
  }
}
