internal import CXylem
package import XylemErrors

extension TensorRuntime {
  /// Registers an implementation of a runtime operator for the life of the process. Archives, their leaves and their
  /// regions then call it. It runs above autograd: gradients of its operations are recorded.
  ///
  /// - Parameters:
  ///   - name: the name with its namespace, `torchvision::nms`.
  ///   - schema: the arguments and results as the runtime writes them,
  ///     `(Tensor boxes, Tensor scores, float threshold) -> Tensor`; declares the operator if it is not declared yet.
  ///   - body: may be called on any thread, and on several at once.
  /// - Throws: `runtime.operator` if the operator already has an implementation, or has other arguments.
  package static func implement(
    _ name: String, schema: String, _ body: @escaping @Sendable ([Value]) throws -> [Value]
  ) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var kernel = unsafe xylem_kernel()
    // Released if registration fails; otherwise it lives as long as the process.
    let context = unsafe Unmanaged.passRetained(HostKernel(library: library, body: body))
    unsafe kernel.context = unsafe context.toOpaque()
    unsafe kernel.call = { context, arguments, count, results, capacity, found, error in
      guard let context = unsafe context, let found = unsafe found else { return XYLEM_INVALID_ARGUMENT }
      let kernel = unsafe Unmanaged<HostKernel>.fromOpaque(context).takeUnretainedValue()
      do {
        let values = try kernel.body(
          unsafe HostError.values(UnsafeBufferPointer(start: arguments, count: count), kernel.library))
        unsafe found.pointee = try unsafe HostError.write(values, to: results, capacity, kernel.library)
        return XYLEM_OK
      } catch let thrown { return unsafe HostError.fill(error, with: thrown) }
    }
    do {
      try unsafe check(.runtimeOperator, "the operator \(name) can't be implemented") { error in
        unsafe name.withText { name in
          unsafe "".withText { overload in
            unsafe schema.withText {
              unsafe library.table.pointee.operator_implement(name, overload, $0, &kernel, error)
            }
          }
        }
      }
    } catch {
      unsafe context.release()
      throw error
    }
  }
}

@safe
private final class HostKernel: Sendable {
  let library: RuntimeLibrary
  let body: @Sendable ([Value]) throws -> [Value]

  init(library: RuntimeLibrary, body: @escaping @Sendable ([Value]) throws -> [Value]) {
    self.library = library
    self.body = body
  }
}
