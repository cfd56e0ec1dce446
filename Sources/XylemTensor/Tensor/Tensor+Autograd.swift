internal import CXylem
public import XylemErrors

extension Tensor {
  /// Sets whether operations on this tensor are recorded.
  ///
  /// - Throws: `runtime.tensor` for a tensor computed from others that require gradients: only leaves of the recorded
  ///   graph may change this; and for elements that are not floating-point or complex numbers.
  public func setRequiresGrad(_ requiresGrad: Bool) throws(XylemError) {
    if case .lazy(let lazy) = storage, try lazy.setRequiresGrad(requiresGrad) { return }
    let handle = try handle()
    try unsafe check(.runtimeTensor, "requires_grad can't be set") {
      unsafe handle.library.table.pointee.tensor_set_requires_grad(&handle.raw, requiresGrad ? 1 : 0, $0)
    }
  }

  /// Computes the gradients of this tensor with respect to the leaves it was computed from, and accumulates them.
  ///
  /// - Parameter gradient: of the same shape; required if the tensor has more than one element.
  /// - Throws: `runtime.tensor`.
  public func backward(gradient: Tensor? = nil) throws(XylemError) {
    let handle = try handle()
    let start = try gradient?.handle()
    try unsafe check(.runtimeTensor, "gradients can't be computed") { error in
      let table = unsafe handle.library.table
      guard let start else { return unsafe table.pointee.tensor_backward(&handle.raw, nil, error) }
      return unsafe table.pointee.tensor_backward(&handle.raw, &start.raw, error)
    }
  }

  /// The gradient accumulated by ``backward(gradient:)``. Nil if there is none.
  ///
  /// - Throws: `runtime.tensor`.
  public func gradient() throws(XylemError) -> Tensor? {
    if case .lazy(let lazy) = storage, lazy.made == nil { return nil }
    let handle = try handle()
    var out = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "the gradient can't be read") {
      unsafe handle.library.table.pointee.tensor_gradient(&handle.raw, &out, $0)
    }
    return unsafe Value(adopting: out, library: handle.library).tensor
  }
}
