import CXylem
import Foundation
import Testing

/// A Conv2dSame of the plugin, called through the C ABI.
@safe final class SameConvolution {
  private let type: UnsafePointer<xylem_leaf_module_type>
  private let instance: OpaquePointer
  private let tensors: [LentNumbers]
  let parameters: [String]

  init(_ attributes: String, _ tensors: [(String, PlainNumbers)], isScattered: Bool = false) throws {
    let type = try unsafe #require(PluginLibrary.product("SamePadding").modules()["Conv2dSame"])
    let lent = tensors.map { LentNumbers($0.1, isScattered: isScattered) }
    let names = unsafe tensors.map { unsafe UnsafePointer(strdup($0.0)) }
    defer { unsafe names.forEach { name in unsafe free(UnsafeMutablePointer(mutating: name)) } }
    var made: OpaquePointer?
    var error = unsafe xylem_error()
    let pointers = unsafe lent.map { unsafe Optional($0.pointer) }
    let status = unsafe type.pointee.create(attributes, names, pointers, names.count, &made, &error)
    guard status == XYLEM_OK else { throw unsafe SubjectFailure(status, &error) }
    unsafe instance = try #require(made)
    unsafe self.type = unsafe type
    self.tensors = lent
    var found = unsafe [UnsafePointer<CChar>?](repeating: nil, count: 4)
    let count = unsafe type.pointee.parameters(made, &found, found.count)
    parameters = unsafe found.prefix(count).map { unsafe $0.map { unsafe String(cString: $0) } ?? "" }
  }

  deinit { unsafe type.pointee.destroy(instance) }

  /// Calls `body` with the one argument of forward.
  private func withArgument<Result>(
    _ input: PlainNumbers, _ isScattered: Bool, _ body: (UnsafePointer<xylem_argument>) throws -> Result
  ) rethrows -> Result {
    let lent = LentNumbers(input, isScattered: isScattered)
    var argument = unsafe xylem_argument()
    unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
    unsafe argument.as.tensor = unsafe lent.pointer
    return try withExtendedLifetime(lent) { try unsafe body(&argument) }
  }

  func callAsFunction(_ input: PlainNumbers, isScattered: Bool = false) throws -> PlainNumbers {
    try unsafe withArgument(input, isScattered) { argument in
      var result = unsafe xylem_argument()
      var error = unsafe xylem_error()
      let (status, count) = unsafe withUnsafeMutablePointer(to: &result) { result in
        var call = unsafe xylem_leaf_call()
        unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_call>.size)
        unsafe (call.arguments, call.argument_count, call.results, call.result_capacity) = unsafe (
          argument, 1, result, 1
        )
        let status = unsafe type.pointee.call(instance, &call, &error)
        return unsafe (status, call.result_count)
      }
      guard status == XYLEM_OK else { throw unsafe SubjectFailure(status, &error) }
      #expect(unsafe count == 1 && result.kind == XYLEM_ARGUMENT_TENSOR.rawValue)
      return try unsafe PlainNumbers(taking: #require(result.as.tensor))
    }
  }

  /// Gradients by name, "input" and the parameters, of those that are needed; all where nothing is said.
  func gradients(
    _ input: PlainNumbers, _ gradient: PlainNumbers, needing needed: Set<String>? = nil, isScattered: Bool = false
  ) throws -> [String: PlainNumbers] {
    let lent = LentNumbers(gradient, isScattered: isScattered)
    let names = ["input"] + parameters
    let needs = names.map { needed?.contains($0) ?? true ? UInt8(1) : 0 }
    var made = unsafe [UnsafeMutablePointer<DLManagedTensorVersioned>?](repeating: nil, count: names.count)
    try unsafe withArgument(input, isScattered) { argument in
      var result = unsafe xylem_argument()
      var error = unsafe xylem_error()
      let gradients = unsafe [Optional(UnsafePointer(lent.pointer))]
      let status = unsafe withUnsafeMutablePointer(to: &result) { result in
        unsafe gradients.withUnsafeBufferPointer { gradients in
          unsafe needs.withUnsafeBufferPointer { needs in
            unsafe made.withUnsafeMutableBufferPointer { made in
              var backward = unsafe xylem_leaf_backward()
              unsafe backward.struct_size = UInt32(MemoryLayout<xylem_leaf_backward>.size)
              unsafe (backward.arguments, backward.argument_count) = unsafe (argument, 1)
              unsafe (backward.results, backward.result_count) = unsafe (UnsafePointer(result), 1)
              unsafe backward.result_gradients = gradients.baseAddress
              unsafe (backward.needs_argument_gradient, backward.argument_gradients) =
                (needs.baseAddress, made.baseAddress)
              unsafe backward.needs_parameter_gradient = unsafe needs.baseAddress.map { unsafe $0 + 1 }
              unsafe backward.parameter_gradients = unsafe made.baseAddress.map { unsafe $0 + 1 }
              unsafe backward.parameter_count = names.count - 1
              return unsafe type.pointee.backward(instance, &backward, &error)
            }
          }
        }
      }
      guard status == XYLEM_OK else { throw unsafe SubjectFailure(status, &error) }
    }
    var found: [String: PlainNumbers] = [:]
    for (index, name) in names.enumerated() {
      if let gradient = unsafe made[index] { found[name] = try unsafe PlainNumbers(taking: gradient) }
    }
    return found
  }
}
