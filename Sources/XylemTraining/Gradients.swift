internal import XylemErrors
internal import XylemFiles
public import XylemNN
public import XylemTensor

/// Scales gradients so that their norm, as one vector, is at most a number: PyTorch's `clip_grad_norm_`.
///
/// - Parameters:
///   - parameters: those without a gradient are ignored.
///   - maxNorm: the largest norm.
///   - normType: the order of the norm; infinity for the largest absolute value.
///   - errorIfNonFinite: whether a norm that is infinite or not a number is an error. Otherwise the gradients are scaled
///     by it, as in PyTorch.
/// - Returns: the norm before scaling, a scalar.
/// - Throws: `training.not-finite`, then the gradients are unchanged; `runtime.operator`.
@discardableResult
public func clipGradNorm(
  _ parameters: [Parameter], maxNorm: Double, normType: Double = 2, errorIfNonFinite: Bool = false
) throws -> Tensor {
  try TensorRuntime.withGradients(false) {
    let batches = try gradients(of: parameters)
    var norms: [Tensor] = []
    for batch in batches { norms += try Foreach.map(Foreach.norm, batch, .float(normType)) }
    guard !norms.isEmpty else { return try Tensor.zeros([]) }
    let all = try TensorOperator.call("aten::stack", [Foreach.list(norms)])
    let total = try TensorOperator.call("aten::linalg_vector_norm", [.tensor(all), .float(normType)])
    if errorIfNonFinite, try !total.item().isFinite {
      throw TrainingErrors.notFinite(
        "the norm of the gradients is \(try total.item())", "a gradient is infinite or not a number",
        remedies: ["try requireFinite(loss)  // finds the loss that caused it", "a smaller learning rate"])
    }
    let scale = try (maxNorm / (total + 1e-6)).clamp(max: 1.0)
    for batch in batches { try Foreach.run(Foreach.mulTensor_, batch, .tensor(scale)) }
    return total
  }
}

/// Clamps each element of gradients between the negative of a number and the number: PyTorch's `clip_grad_value_`.
///
/// - Throws: `runtime.operator`.
public func clipGradValue(_ parameters: [Parameter], _ value: Double) throws {
  try TensorRuntime.withGradients(false) {
    for batch in try gradients(of: parameters) {
      try Foreach.run(Foreach.clampMin_, batch, .float(-value))
      try Foreach.run(Foreach.clampMax_, batch, .float(value))
    }
  }
}

/// The gradients of parameters, by element type.
private func gradients(of parameters: [Parameter]) throws(XylemError) -> [[Tensor]] {
  var batches: [(dtype: String?, gradients: [Tensor])] = []
  for parameter in parameters {
    guard let gradient = try parameter.tensor.gradient() else { continue }
    let dtype = gradient.dtype?.rawValue
    if let index = batches.firstIndex(where: { $0.dtype == dtype }) {
      batches[index].gradients.append(gradient)
    } else {
      batches.append((dtype, [gradient]))
    }
  }
  return batches.map(\.gradients)
}

/// Fails if a loss is infinite or not a number, before it is used. PyTorch goes on, and every parameter is lost.
///
///     let loss = try requireFinite(F.crossEntropy(model(x), y), "classes")
///     try loss.backward()
///
/// - Parameters:
///   - loss: a scalar.
///   - name: its name in the error.
/// - Returns: the loss.
/// - Throws: `training.not-finite`.
@discardableResult
public func requireFinite(_ loss: Tensor, _ name: String = "loss") throws -> Tensor {
  let value = try loss.item()
  guard value.isFinite else {
    throw TrainingErrors.notFinite(
      "the \(name) is \(value)", "the inputs, the targets or the parameters have values that it is not defined for",
      remedies: ["a smaller learning rate", "try clipGradNorm(model.parameters(), maxNorm: 1)"])
  }
  return loss
}
