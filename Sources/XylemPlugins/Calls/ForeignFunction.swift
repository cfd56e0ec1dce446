internal import CFFI
package import CXylem
package import XylemErrors

/// A C function at an address, called with values according to its signature.
///
/// The function borrows its arguments until it returns. This type locks nothing and records no gradients: that is
/// ``PluginFunction``'s part.
@safe
package struct ForeignFunction: Sendable {
  /// The function's name in messages.
  package let name: String
  /// The types.
  package let signature: Signature
  /// Whether this is a gradient function: tensors are then lent read-only whatever the signature says, and null in a
  /// list of them means "none".
  let isGradient: Bool
  nonisolated(unsafe) let address: xylem_any_function
  let interface: CallInterface

  /// Creates a function for an address that stays valid.
  ///
  /// - Throws: `plugin.signature` if libffi can't call functions of these types.
  package init(
    name: String, signature: Signature, isGradient: Bool = false, address: @escaping xylem_any_function
  ) throws(XylemError) {
    self.name = name
    self.signature = signature
    self.isGradient = isGradient
    unsafe self.address = address
    interface = try CallInterface.of(signature)
  }

  /// Calls the function, with tensors of any owner. Returns `.none` if the signature has no result.
  ///
  /// - Throws: `plugin.argument`, before anything is called; `plugin.call-failed` if the function reports a failure;
  ///   `plugin.result` if the result does not match the signature.
  package func callAsFunction<Value: CallValue>(_ arguments: [Value]) throws(XylemError) -> Value {
    guard arguments.count == signature.parameters.count else {
      throw CallErrors.argumentCount(name, signature, given: arguments.count)
    }
    guard let numbers = interface.numbers else { return try call(arguments) }
    return try callScalar(arguments, numbers)
  }

  /// Numbers in, a number or nothing out: everything is on the stack.
  private func callScalar<Value: CallValue>(_ arguments: [Value], _ numbers: [Signature.Number]) throws(XylemError)
    -> Value
  {
    let count = arguments.count
    return try unsafe withUnsafeTemporaryAllocation(byteCount: (2 * count + 1) * 8, alignment: 16) {
      (memory) throws(XylemError) -> Value in
      guard let result = memory.baseAddress else { throw CallErrors.memory(name) }
      let slots = unsafe result + 8
      let addresses = unsafe (slots + count * 8).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      for index in 0..<count {
        let slot = unsafe slots + index * 8
        unsafe addresses[index] = unsafe slot
        if let fault = unsafe numbers[index].store(arguments[index], at: slot) {
          throw CallErrors.argument(name, index, signature.parameters[index], arguments[index], fault)
        }
      }
      if let failure = HostServices.capturingFailure({
        unsafe ffi_call(interface.cif, address, result, addresses)
      }) {
        throw CallErrors.failed(name, failure)
      }
      return try unsafe count < numbers.count ? loaded(numbers[count], from: result) : .none
    }
  }

  private func call<Value: CallValue>(_ arguments: [Value]) throws(XylemError) -> Value {
    let count = arguments.count
    let size = 8 + interface.frameSize + count * 8
    return try unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) {
      (memory) throws(XylemError) -> Value in
      guard let result = memory.baseAddress else { throw CallErrors.memory(name) }
      let slots = unsafe result + 8
      let addresses = unsafe (slots + interface.frameSize).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      let lent = FunctionArguments<Value>(function: name, isGradient: isGradient)
      for (index, argument) in arguments.enumerated() {
        let slot = unsafe slots + interface.offsets[index]
        unsafe addresses[index] = unsafe slot
        try unsafe lent.store(argument, index, as: signature.parameters[index], at: slot)
      }
      // The lent tensors live as long as the values that were passed.
      return try withExtendedLifetime(arguments) { () throws(XylemError) -> Value in
        let failure = HostServices.capturingFailure {
          unsafe ffi_call(interface.cif, address, result, addresses)
        }
        return try unsafe finish(failure, result, lent)
      }
    }
  }

  /// Takes ownership of the result of a call, even if it is of no use.
  private func finish<Value: CallValue>(
    _ failure: String?, _ result: UnsafeMutableRawPointer, _ lent: FunctionArguments<Value>
  ) throws(XylemError) -> Value {
    let results = FunctionResults(function: name, arguments: lent)
    var fault = failure.map { CallErrors.failed(name, $0) }
    // Whatever else failed, report which tensors may have been written.
    do { try lent.tensors.recordWrites() } catch { if fault == nil { fault = error } }
    guard let type = signature.result else {
      if let fault { throw fault }
      return .none
    }
    if case .number(let number) = type.content {
      if let fault { throw fault }
      return try unsafe loaded(number, from: result)
    }
    let address = unsafe result.load(as: UnsafeMutableRawPointer?.self)
    if let fault {
      unsafe results.giveBack(address, type)
      throw fault
    }
    return try unsafe results.take(address, type)
  }

  private func loaded<Value: CallValue>(_ number: Signature.Number, from result: UnsafeRawPointer) throws(XylemError)
    -> Value
  {
    guard let value: Value = unsafe number.load(from: result) else {
      throw CallErrors.result(name, .plain(.number(number)), "numbers above \(Int.max) are not supported")
    }
    return value
  }
}
