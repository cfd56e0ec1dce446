internal import XylemErrors
public import XylemFiles

extension Tensor {
  /// The gradient accumulated by ``backward(gradient:)``. Nil if there is none.
  ///
  /// - Throws: `runtime.tensor`, `trace.concrete-value` for a stand-in.
  public var grad: Tensor? {
    get throws(XylemError) { try gradient() }
  }
}

/// Runs `body` without recording gradients, as in PyTorch's `no_grad`. Recorded while a model is traced.
///
///     try withoutGradients { try weight.sub_(gradient, alpha: 0.1) }
///
/// - Throws: the errors of `body`.
public func withoutGradients<Result>(_ body: () throws -> Result) throws -> Result {
  try TensorRuntime.withGradients(false, body)
}

/// Runs `body` while operators on a device cast their arguments to a smaller type if that is safe, as in PyTorch's
/// `autocast`.
///
/// - Parameters:
///   - dtype: `.bfloat16` or `.float16`.
///   - device: as in `cpu` or `cuda`.
/// - Throws: `runtime.operator` for a device without autocast, and the errors of `body`.
public func withAutocast<Result>(
  to dtype: DType, on device: String = "cpu", _ body: () throws -> Result
) throws -> Result {
  try TensorRuntime.withAutocast(to: dtype, on: device, body)
}
