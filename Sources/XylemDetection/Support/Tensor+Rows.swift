internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

extension Tensor {
  /// The rows at positions, or those where a mask is true.
  func rows(_ index: Tensor) throws(XylemError) -> Tensor { try self[.tensor(index)] }

  /// One position of the last dimension, which is removed.
  func last(_ position: Int) throws(XylemError) -> Tensor { try self[.ellipsis, .at(Size(position))] }

  /// The positions of a vector's nonzero elements, `[K]`.
  func positions() throws(XylemError) -> Tensor { try nonzero().squeeze(dim: 1) }

  /// The tensor, or a wider one where products of its elements could overflow.
  func widened() throws(XylemError) -> Tensor {
    switch dtype {
    case .float32, .float64, .int32, .int64: self
    case .float16, .bfloat16: try to(.float32)
    default: try to(.int32)
    }
  }

  /// A number with the tensor's dtype and device, as in PyTorch's `new_tensor`.
  func scalar(_ value: Double) throws(XylemError) -> Tensor {
    try Tensor.full([], value, dtype: dtype ?? .float32, device: device)
  }

  /// The first rows, or all if there are fewer.
  func prefix(_ count: Int) throws(XylemError) -> Tensor { try self[.range(0..<Swift.max(0, count))] }
}
