public import XylemErrors

/// Gradients of tensors with respect to others, without accumulating them: PyTorch's `torch.autograd`.
public enum Autograd {
  /// The gradients of the sum of outputs with respect to inputs, PyTorch's `torch.autograd.grad`. The gradients of
  /// tensors are not changed.
  ///
  ///     let slope = try Autograd.grad([y.sum()], [x], createGraph: true)[0]
  ///
  /// - Parameters:
  ///   - outputs: tensors of one element each, unless `gradients` weights their elements.
  ///   - inputs: tensors that the outputs were computed from.
  ///   - gradients: the weights of each output's elements, with its shape; nil for ones.
  ///   - retainGraph: whether the recorded graph is kept for further gradients; by default as `createGraph`.
  ///   - createGraph: whether gradients are recorded, so that their gradients can be computed.
  ///   - allowsUnused: whether an input that no output depends on gets nil instead of an error.
  /// - Returns: one gradient for each input.
  /// - Throws: `runtime.operator` for outputs that record no gradients, and for inputs that no output depends on.
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
      throw RuntimeErrors.failed(.runtimeOperator, "gradients can't be read", reason: "the result is not a list")
    }
    return found.map(\.tensor)
  }
}

extension Tensor {
  /// Computes gradients as ``backward(gradient:)`` does, with more control.
  ///
  /// - Parameters:
  ///   - gradient: of the same shape; required if the tensor has more than one element.
  ///   - retainGraph: whether the recorded graph is kept for further gradients.
  ///   - createGraph: whether gradients are recorded, so that their gradients can be computed.
  ///   - inputs: the tensors whose gradients are accumulated; by default all leaves.
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
