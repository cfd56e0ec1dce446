internal import CXylem
internal import Foundation
package import XylemErrors

/// Calls of code with its own gradient, such as a plugin's.
package enum DifferentiableCall {
  /// Computes the gradients of a call from its input tensors, its result tensors, the gradients of the results (nil for
  /// none), and the inputs that need one. Returns one gradient, or nil, for each input tensor.
  package typealias Backward = (
    _ tensors: [Tensor], _ results: [Value], _ gradients: [Tensor?], _ needs: [Bool]
  ) throws -> [Tensor?]

  /// Whether the thread records gradients and any of the tensors requires one. Otherwise a call need not be recorded.
  package static func isNeeded(for tensors: some Sequence<Tensor>) throws(XylemError) -> Bool {
    let library = try RuntimeLibrary.shared()
    guard unsafe library.table.pointee.grad_enabled() != 0 else { return false }
    for tensor in tensors where tensor.requiresGrad { return true }
    return false
  }

  /// Runs code and records its results as computed from tensors.
  ///
  /// Gradients are not recorded while either closure runs. `backward` is kept as long as a result's history, and may be
  /// called on another thread. A gradient of a gradient is an error when it is requested.
  ///
  /// - Throws: the errors of `forward`; `runtime.operator`. Errors of `backward` are thrown by the call of
  ///   `backward()`, as its cause.
  package static func run(
    _ tensors: [Tensor], forward: @escaping () throws -> [Value], backward: @escaping Backward
  ) throws -> [Value] {
    let library = try RuntimeLibrary.shared()
    let call = HostedCall(library: library, forward: forward, backward: backward)
    var raw = unsafe xylem_differentiable()
    unsafe raw.context = unsafe Unmanaged.passRetained(call).toOpaque()
    unsafe raw.release = { context in
      guard let context = unsafe context else { return }
      unsafe Unmanaged<HostedCall>.fromOpaque(context).release()
    }
    unsafe raw.forward = { context, results, capacity, count, error in
      guard let context = unsafe context, let results = unsafe results, let count = unsafe count else {
        return XYLEM_INVALID_ARGUMENT
      }
      let call = unsafe Unmanaged<HostedCall>.fromOpaque(context).takeUnretainedValue()
      return unsafe call.runForward(results, capacity, count, error)
    }
    unsafe raw.backward = { context, tensors, tensorCount, results, resultCount, gradients, needs, out, error in
      guard let context = unsafe context else { return XYLEM_INVALID_ARGUMENT }
      let call = unsafe Unmanaged<HostedCall>.fromOpaque(context).takeUnretainedValue()
      return unsafe call.runBackward(
        UnsafeBufferPointer(start: tensors, count: tensorCount),
        UnsafeBufferPointer(start: results, count: resultCount),
        UnsafeBufferPointer(start: gradients, count: resultCount),
        UnsafeBufferPointer(start: needs, count: tensorCount),
        UnsafeMutableBufferPointer(start: out, count: tensorCount), error)
    }
    do {
      return try unsafe library.withRaw(tensors.map { .tensor($0) }, type: { _ in nil }) { (raws) throws(XylemError) in
        try unsafe library.collect(.runtimeOperator, { "a call that records gradients failed" }) {
          unsafe library.table.pointee.differentiable_call(&raw, raws.baseAddress, raws.count, $0, $1, $2, $3)
        }
      }
    } catch {
      // The host's own error has more detail than its message, which crossed the boundary.
      throw call.failure ?? error
    }
  }
}

/// A call with its closures.
@safe
private final class HostedCall {
  private let library: RuntimeLibrary
  private let forward: () throws -> [Value]
  private let backward: DifferentiableCall.Backward
  private(set) var failure: (any Error)?

  init(
    library: RuntimeLibrary, forward: @escaping () throws -> [Value], backward: @escaping DifferentiableCall.Backward
  ) {
    self.library = library
    self.forward = forward
    self.backward = backward
  }

  func runForward(
    _ results: UnsafeMutablePointer<xylem_value>, _ capacity: Int, _ count: UnsafeMutablePointer<Int>,
    _ error: UnsafeMutablePointer<xylem_error>?
  ) -> xylem_status {
    do {
      unsafe count.pointee = try unsafe HostError.write(try forward(), to: results, capacity, library)
      return XYLEM_OK
    } catch let thrown {
      failure = thrown
      return unsafe HostError.fill(error, with: thrown)
    }
  }

  func runBackward(
    _ tensors: UnsafeBufferPointer<xylem_value>, _ results: UnsafeBufferPointer<xylem_value>,
    _ gradients: UnsafeBufferPointer<xylem_value>, _ needs: UnsafeBufferPointer<UInt8>,
    _ out: UnsafeMutableBufferPointer<xylem_value>, _ error: UnsafeMutablePointer<xylem_error>?
  ) -> xylem_status {
    do {
      let found = try backward(
        unsafe HostError.values(tensors, library).compactMap(\.tensor), unsafe HostError.values(results, library),
        unsafe HostError.values(gradients, library).map(\.tensor), unsafe needs.map { $0 != 0 })
      guard found.count == tensors.count else {
        throw XylemError(
          .runtimeOperator, "a gradient function returned \(found.count) gradients for \(tensors.count) tensors")
      }
      _ = try unsafe HostError.write(
        found.map { $0.map(Value.tensor) ?? Value.none }, to: out.baseAddress, out.count, library)
      return XYLEM_OK
    } catch let thrown { return unsafe HostError.fill(error, with: thrown) }
  }
}

/// Values and errors of the host's own code that cross the boundary.
enum HostError {
  /// Copies of values that the runtime lends.
  static func values(_ raws: UnsafeBufferPointer<xylem_value>, _ library: RuntimeLibrary) -> [Value] {
    guard let base = raws.baseAddress else { return [] }
    return (0..<raws.count).map { unsafe Value(borrowing: base + $0, library: library) }
  }

  /// Hands values over, all of them or none.
  ///
  /// - Returns: the number of values written.
  static func write(
    _ values: [Value], to out: UnsafeMutablePointer<xylem_value>?, _ capacity: Int, _ library: RuntimeLibrary
  ) throws(XylemError) -> Int {
    guard values.count <= capacity, let out = unsafe out else {
      guard values.isEmpty else { throw XylemError(.runtimeOperator, "there are more than \(capacity) results") }
      return 0
    }
    for (index, value) in values.enumerated() {
      do { unsafe out[index] = unsafe try value.makeRaw(library) } catch {
        for made in 0..<index { unsafe library.table.pointee.value_release(out + made) }
        throw error
      }
    }
    return values.count
  }

  /// Stores an error for the other side.
  static func fill(_ error: UnsafeMutablePointer<xylem_error>?, with thrown: any Error) -> xylem_status {
    if let error = unsafe error {
      unsafe error.pointee.message = unsafe strdup(String(describing: thrown))
      unsafe error.pointee.release = { error in
        guard let error = unsafe error else { return }
        unsafe free(error.pointee.message)
        unsafe error.pointee.message = nil
      }
    }
    return XYLEM_FAILED
  }
}
