internal import CXylem
internal import XylemErrors

/// Takes ownership of what a leaf function returned. Every owned object is given back once, even if the result is
/// invalid.
@safe
struct FunctionResults<Value: CallValue> {
  typealias ManagedTensor = LentTensors<Value.Tensor>.View

  /// The function's name in messages.
  let function: String
  /// The tensors that were lent to the function.
  let arguments: FunctionArguments<Value>

  /// Returns a result that is passed by address.
  ///
  /// - Throws: `plugin.result`.
  func take(_ address: UnsafeMutableRawPointer?, _ type: Signature.ValueType) throws(XylemError) -> Value {
    if case .plain(.pointer) = type { return .int(Int(bitPattern: address)) }
    guard let address = unsafe address else {
      if type.isOptional { return .none }
      throw CallErrors.result(function, type, "it is null, which is only allowed for an 'opt<…>'")
    }
    switch type.content {
    case .pointer: return .int(Int(bitPattern: address))
    case .text:
      guard let text = unsafe String(validatingCString: address.assumingMemoryBound(to: CChar.self)) else {
        throw CallErrors.result(function, type, "the string is not UTF-8")
      }
      return .string(text)
    case .tensor, .writtenTensor:
      let managed = unsafe address.assumingMemoryBound(to: DLManagedTensorVersioned.self)
      return try unsafe takeTensors([managed], type)[0]
    case .list(let element): return try unsafe takeList(address, of: element, type)
    case .tensors(let count):
      let list = try unsafe takeList(address, of: .tensor, type)
      guard case .list(let elements) = list.content, elements.count == count else {
        throw CallErrors.result(function, type, "the list has another number of elements")
      }
      return list
    case .number: throw CallErrors.result(function, type, "a number has no address")
    }
  }

  /// Gives a result back without reading it, after a failure.
  func giveBack(_ address: UnsafeMutableRawPointer?, _ type: Signature.ValueType) {
    guard let address = unsafe address else { return }
    switch type.content {
    case .tensor, .writtenTensor:
      unsafe arguments.tensors.giveBack([address.assumingMemoryBound(to: DLManagedTensorVersioned.self)])
    case .list(.tensor), .tensors:
      if let elements = unsafe elements(at: address, as: ManagedTensor?.self) {
        unsafe arguments.tensors.giveBack(elements)
      }
      unsafe releaseList(address)
    case .list: unsafe releaseList(address)
    case .number, .text, .pointer: break
    }
  }

  private func takeTensors(_ given: [ManagedTensor?], _ type: Signature.ValueType) throws(XylemError) -> [Value] {
    do {
      return try unsafe arguments.tensors.take(given, allowsNone: arguments.isGradient)
        .map { $0.map(Value.tensor) ?? .none }
    } catch { throw CallErrors.result(function, type, error.reason, cause: error.cause) }
  }

  // MARK: Lists

  private func takeList(_ address: UnsafeMutableRawPointer, of element: Signature.Element, _ type: Signature.ValueType)
    throws(XylemError) -> Value
  {
    defer { unsafe releaseList(address) }
    func found<Element>(_ kind: Element.Type) throws(XylemError) -> [Element] {
      if let found = unsafe elements(at: address, as: kind) { return found }
      throw CallErrors.result(
        function, type, "the list has a count but no elements, or more elements than fit into memory")
    }
    switch element {
    case .i64: return .list(try found(Int64.self).map { .int(Int($0)) })
    case .f64: return .list(try found(Double.self).map { .float($0) })
    case .bool: return .list(try found(UInt8.self).map { .bool($0 != 0) })
    case .tensor: return .list(try unsafe takeTensors(found(ManagedTensor?.self), type))
    }
  }

  /// A copy of a list's elements; nil if the list can't be copied.
  private func elements<Element>(at address: UnsafeMutableRawPointer, as type: Element.Type) -> [Element]? {
    let count = unsafe address.load(as: UInt.self)
    let start = unsafe address.load(fromByteOffset: 8, as: UnsafeRawPointer?.self)
    if count == 0 { return [] }
    guard let start = unsafe start, let count = Int(exactly: count), count <= Int.max / 16 else { return nil }
    return unsafe Array(UnsafeBufferPointer(start: start.assumingMemoryBound(to: type), count: count))
  }

  /// A list that was an argument and is returned belongs to the host.
  private func releaseList(_ address: UnsafeMutableRawPointer) {
    if unsafe !arguments.isLentList(address) { unsafe HostServices.release(address) }
  }
}
