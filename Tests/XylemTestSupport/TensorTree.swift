import XylemFiles
package import XylemTensor

extension Value {
  /// The value with each of its tensors replaced.
  package func mapTensors(_ change: (Tensor) throws -> Value) throws -> Value {
    switch try unpacked() {
    case .tensor(let tensor): return try change(tensor)
    case .list(let elements): return .list(try elements.map { try $0.mapTensors(change) })
    case .tuple(let elements, let names): return .tuple(try elements.map { try $0.mapTensors(change) }, names: names)
    case .dictionary(let entries):
      return .dictionary(try entries.map { ($0.key, try $0.value.mapTensors(change)) })
    default: return self
    }
  }
}

/// The sum of every floating-point output times the formula's values of its shape: what goldens' gradients are of.
package func goldenLoss(_ output: Value) throws -> Tensor? {
  let multiply = OperatorReference("aten::mul", "Tensor")
  let sum = OperatorReference("aten::sum")
  let add = OperatorReference("aten::add", "Tensor")
  var loss: Tensor?
  for tensor in output.tensors {
    guard let dtype = tensor.dtype, [.float32, .float64, .float16, .bfloat16].contains(dtype) else { continue }
    let weights = try Goldens.formula(tensor.sizes, dtype)
    let part = try sum.tensor([.tensor(multiply.tensor([.tensor(tensor), .tensor(weights)])), .none])
    loss = try loss.map { try add.tensor([.tensor($0), .tensor(part)]) } ?? part
  }
  return loss
}
