public import XylemErrors
public import XylemFiles

extension Tensor {
  /// The gradient accumulated by ``backward(gradient:)``. Nil if there is none.
  ///
  /// A property that throws can't be set in Swift, and PyTorch refuses a gradient of another form: it is replaced or
  /// removed with ``setGradient(_:)``.
  ///
  /// - Throws: `runtime.tensor`, `trace.concrete-value` for a stand-in.
  public var grad: Tensor? {
    get throws(XylemError) { try gradient() }
  }

  /// Replaces the gradient that ``backward(gradient:)`` has accumulated. The tensor is not copied.
  ///
  /// - Parameter gradient: of the same shape, type and device; nil for no gradient, as after PyTorch's
  ///   `zero_grad(set_to_none=True)`.
  /// - Throws: `runtime.operator` for a gradient of another form, `trace.concrete-value` for a stand-in.
  public func setGradient(_ gradient: Tensor?) throws(XylemError) {
    if case .lazy(let lazy) = storage, lazy.made == nil, gradient == nil { return }
    if gradient == nil, try self.gradient() == nil { return }
    _ = try Recording.paused { () throws(XylemError) in
      try Self.setGradientOperator.results([.tensor(self), gradient.map { .tensor($0) } ?? .none])
    }
  }

  private static let setGradientOperator = OperatorReference("xylem::set_grad", resultType: "None")
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
