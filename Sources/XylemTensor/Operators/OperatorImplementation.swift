internal import CXylem
package import XylemErrors

extension TensorRuntime {
  /// Gives an operator of the runtime an implementation, for the life of the process: archives, their leaves and their regions then
  /// call it. It runs above autograd: what it calls records gradients.
  ///
  /// - Parameters:
  ///   - name: with its namespace, `torchvision::nms`.
  ///   - schema: arguments and results as the runtime writes them, `(Tensor boxes, Tensor scores, float threshold) -> Tensor`; it
  ///     declares the operator where nobody did.
  ///   - body: called on any thread, also on several at once.
  /// - Throws: `runtime.operator` where the operator has an implementation already, or takes other arguments.
  package static func implement(
    _ name: String, schema: String, _ body: @escaping @Sendable ([Value]) throws -> [Value]
  ) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var kernel = unsafe xylem_kernel()
    // Given back where registering fails; else it lives as long as the process.
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
