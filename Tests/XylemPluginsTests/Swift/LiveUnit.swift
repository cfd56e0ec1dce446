import CXylem
import Glibc
import Testing

/// What a plugin said in an `xylem_error`.
struct PluginFailure: Error, Equatable {
  let message: String

  init(_ error: inout xylem_error) {
    message = unsafe error.message.map { unsafe String(cString: $0) } ?? ""
    if let release = unsafe error.release { unsafe release(&error) }
  }
}

/// An instance of GatedUnit, with its tensors.
@safe final class LiveUnit<Element: BitwiseCopyable & BinaryFloatingPoint> {
  let type: UnsafePointer<xylem_leaf_module_type>
  private let instance: OpaquePointer
  private let tensors: [LentTensor]

  init(_ attributes: String, _ tensors: KeyValuePairs<String, LentTensor>) throws {
    unsafe type = unsafe try #require(OpenedPlugin.gatedUnit).module("GatedUnit")
    self.tensors = tensors.map(\.value)
    let names = unsafe tensors.map { unsafe UnsafePointer(strdup($0.key)) }
    defer { for i in unsafe names.indices { unsafe free(UnsafeMutablePointer(mutating: names[i])) } }
    let pointers: [UnsafeMutablePointer<DLManagedTensorVersioned>?] = unsafe self.tensors.map { unsafe $0.pointer }
    var out: OpaquePointer?
    var error = unsafe xylem_error()
    let status = unsafe type.pointee.create(attributes, names, pointers, pointers.count, &out, &error)
    guard status == XYLEM_OK else { throw unsafe PluginFailure(&error) }
    unsafe instance = unsafe try #require(out)
  }

  convenience init(gate: [Element], bias: [Element], noise: Double = 0) throws {
    try self.init(
      "{\"noise\":\(noise),\"training\":false}",
      ["gate": LentTensor(gate, shape: [gate.count]), "bias": LentTensor(bias, shape: [bias.count])])
  }

  deinit { unsafe type.pointee.destroy(instance) }

  /// The tensor that the call gives, its deleter not called.
  func rawCall(
    _ arguments: [xylem_argument], isTraining: Bool, seed: UInt64
  ) throws -> UnsafeMutablePointer<DLManagedTensorVersioned> {
    var results = unsafe [xylem_argument](repeating: xylem_argument(), count: 4)
    var call = unsafe xylem_leaf_call()
    unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_call>.size)
    unsafe call.is_training = isTraining ? 1 : 0
    unsafe call.seed = seed
    var error = unsafe xylem_error()
    let status = unsafe arguments.withUnsafeBufferPointer { arguments in
      unsafe results.withUnsafeMutableBufferPointer { results in
        unsafe call.arguments = arguments.baseAddress
        unsafe call.argument_count = arguments.count
        unsafe call.results = results.baseAddress
        unsafe call.result_capacity = results.count
        return unsafe type.pointee.call(instance, &call, &error)
      }
    }
    guard status == XYLEM_OK else { throw unsafe PluginFailure(&error) }
    #expect(unsafe call.result_count == 1)
    return unsafe try #require(results[0].as.tensor)
  }

  func call(_ x: LentTensor, isTraining: Bool = false, seed: UInt64 = 0) throws -> [Element] {
    try withExtendedLifetime(x) {
      unsafe taken(try rawCall([x.argument], isTraining: isTraining, seed: seed), as: Element.self)
    }
  }

  /// Gradients of the input and of the two parameters.
  func gradients(
    _ x: LentTensor, _ flow: LentTensor, isTraining: Bool, seed: UInt64, needs: [UInt8] = [1, 1, 1]
  ) throws -> [[Element]?] {
    var arguments = unsafe [x.argument]
    let result = unsafe try rawCall(arguments, isTraining: isTraining, seed: seed)
    defer { unsafe result.pointee.deleter?(result) }
    var results = unsafe [xylem_argument()]
    unsafe results[0].kind = XYLEM_ARGUMENT_TENSOR.rawValue
    unsafe results[0].as.tensor = unsafe result
    var given = unsafe [UnsafeMutablePointer<DLManagedTensorVersioned>?](repeating: nil, count: 3)
    var flows: [UnsafePointer<DLManagedTensorVersioned>?] = unsafe [UnsafePointer(flow.pointer)]
    var backward = unsafe xylem_leaf_backward()
    unsafe backward.struct_size = UInt32(MemoryLayout<xylem_leaf_backward>.size)
    unsafe backward.is_training = isTraining ? 1 : 0
    unsafe backward.seed = seed
    unsafe (backward.argument_count, backward.result_count, backward.parameter_count) = (1, 1, 2)
    var error = unsafe xylem_error()
    let status = unsafe arguments.withUnsafeMutableBufferPointer { arguments in
      unsafe results.withUnsafeMutableBufferPointer { results in
        unsafe flows.withUnsafeMutableBufferPointer { flows in
          unsafe given.withUnsafeMutableBufferPointer { given in
            unsafe needs.withUnsafeBufferPointer { needs in
              unsafe backward.arguments = unsafe UnsafePointer(arguments.baseAddress)
              unsafe backward.results = unsafe UnsafePointer(results.baseAddress)
              unsafe backward.result_gradients = unsafe UnsafePointer(flows.baseAddress)
              unsafe backward.needs_argument_gradient = needs.baseAddress
              unsafe backward.needs_parameter_gradient = unsafe needs.baseAddress.map { unsafe $0 + 1 }
              unsafe backward.argument_gradients = given.baseAddress
              unsafe backward.parameter_gradients = unsafe given.baseAddress.map { unsafe $0 + 1 }
              return unsafe type.pointee.backward(instance, &backward, &error)
            }
          }
        }
      }
    }
    withExtendedLifetime((x, flow)) {}
    guard status == XYLEM_OK else { throw unsafe PluginFailure(&error) }
    return unsafe given.map { unsafe $0.map { unsafe taken($0, as: Element.self) } }
  }

  /// The names of the tensors with gradients.
  var parameters: [String] {
    var names = unsafe [UnsafePointer<CChar>?](repeating: nil, count: 4)
    let count = unsafe type.pointee.parameters(instance, &names, names.count)
    return unsafe names.prefix(count).map { unsafe $0.map { unsafe String(cString: $0) } ?? "" }
  }
}
