public import XylemErrors

/// Gradients of tensors with respect to others, without adding them to anything: PyTorch's `torch.autograd`.
public enum Autograd {
  /// The gradients of outputs' sum with respect to inputs, PyTorch's `torch.autograd.grad`; nothing is added to any tensor's own
  /// gradient.
  ///
  ///     let slope = try Autograd.grad([y.sum()], [x], createGraph: true)[0]
  ///
  /// - Parameters:
  ///   - outputs: of one element each, unless `gradients` weigh their elements.
  ///   - inputs: tensors that the outputs were computed from.
  ///   - gradients: what each output's elements count, of its shape; nil for ones.
  ///   - retainGraph: whether the recorded graph is kept for further gradients; as `createGraph` unless told.
  ///   - createGraph: whether gradients are recorded, so that gradients of them can be computed.
  ///   - allowsUnused: whether an input that no output depends on has nil for its gradient, instead of being an error.
  /// - Returns: one for each input.
  /// - Throws: `runtime.operator` for outputs that record no gradients, and for inputs that none depends on.
  public static func grad(
    _ outputs: [Tensor], _ inputs: [Tensor], gradients: [Tensor?]? = nil, retainGraph: Bool? = nil,
    createGraph: Bool = false, allowsUnused: Bool = false
  ) throws(XylemError) -> [Tensor?] {
    guard gradients == nil || gradients?.count == outputs.count else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(gradients?.count ?? 0) gradients were given for \(outputs.count) outputs",
        reason: "one for each output is needed")
    }
    let weights: Value = gradients.map { .list($0.map { $0.map { .tensor($0) } ?? .none }) } ?? .none
    let results = try TensorOperator("aten::grad")([
      .list(outputs.map { .tensor($0) }), .list(inputs.map { .tensor($0) }), weights,
      retainGraph.map { .bool($0) } ?? .none, .bool(createGraph), .bool(allowsUnused),
    ])
    guard case .list(let found)? = try results.first?.unpacked(), found.count == inputs.count else {
      throw RuntimeErrors.failed(.runtimeOperator, "gradients can't be read", reason: "the result is no list")
    }
    return found.map(\.tensor)
  }
}

extension Tensor {
  /// Computes gradients as ``backward(gradient:)``, and keeps what is needed to do so again.
  ///
  /// - Parameters:
  ///   - gradient: of the same shape; needed where the tensor has more than one element.
  ///   - retainGraph: whether the recorded graph is kept for further gradients.
  ///   - createGraph: whether gradients are recorded themselves, so that gradients of them can be computed.
  ///   - inputs: the tensors that gradients are added to; every leaf where none are given.
  /// - Throws: `runtime.operator`.
  public func backward(
    gradient: Tensor? = nil, retainGraph: Bool, createGraph: Bool = false, inputs: [Tensor] = []
  ) throws(XylemError) {
    _ = try TensorOperator("aten::_backward")([
      .tensor(self), .list(inputs.map { .tensor($0) }), gradient.map { .tensor($0) } ?? .none, .bool(retainGraph),
      .bool(createGraph),
    ])
  }
}
