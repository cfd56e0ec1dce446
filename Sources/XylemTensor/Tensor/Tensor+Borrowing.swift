package import CXylem
package import XylemErrors
internal import XylemFiles

extension Tensor {
  /// The tensor as DLPack without an owner, valid as long as the tensor lives and is not resized. Its shape and strides
  /// must not be written, and its elements only by callers that call ``recordWrite()`` afterwards.
  ///
  /// Costs no allocation.
  ///
  /// - Throws: `runtime.tensor` for tensors whose elements are not stored directly; see ``plain()``.
  package func borrowedView() throws(XylemError) -> DLManagedTensorVersioned {
    let handle = try handle()
    var out = unsafe DLManagedTensorVersioned()
    try unsafe check(.runtimeTensor, "the tensor can't be lent as DLPack") {
      unsafe handle.library.capture?.pointee.read()
      return unsafe handle.library.table.pointee.tensor_view(&handle.raw, &out, $0)
    }
    return unsafe out
  }

  /// The tensor itself, or, if its elements are stored as conjugates, as negatives, quantised or sparse, one whose
  /// elements are stored directly.
  ///
  /// - Throws: `runtime.operator`.
  package func plain() throws(XylemError) -> Tensor {
    if unsafe (try? borrowedView()) != nil { return self }
    let dense = try TensorOperator.call("aten::to_dense", [.tensor(self)])
    let resolved = try TensorOperator.call("aten::resolve_conj", [.tensor(dense)])
    return try TensorOperator.call("aten::resolve_neg", [.tensor(resolved)])
  }

  /// Records that the tensor's elements were written by code that the runtime doesn't see.
  ///
  /// - Throws: `runtime.tensor` if gradients are recorded for the tensor: they would be wrong.
  package func recordWrite() throws(XylemError) {
    let handle = try handle()
    try unsafe check(.runtimeTensor, "a tensor can't be written in place") {
      unsafe handle.library.table.pointee.tensor_written(&handle.raw, $0)
    }
  }
}

extension Tensor {
  /// Whether both share the same storage. False for a tensor without storage.
  package func sharesStorage(with other: Tensor) -> Bool {
    guard let a = try? handle(), let b = try? other.handle() else { return false }
    return unsafe a.library.table.pointee.shares_storage(&a.raw, &b.raw) != 0
  }

  /// Whether both are the same tensor of the runtime.
  package func isSame(as other: Tensor) -> Bool {
    guard case .object(let a) = storage, case .object(let b) = other.storage else { return false }
    return a === b
  }

  /// The addresses of the elements' bytes. Nil for a tensor without elements or without its own storage.
  package var addressRange: Range<UInt>? {
    guard let start = dataAddress, let count = try? count, count > 0, let shape = knownSizes,
      let strides = try? strides, strides.count == shape.count
    else { return nil }
    let last = zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    return start..<start + UInt(last + 1) * UInt(dtype?.byteCount ?? 1)
  }
}
