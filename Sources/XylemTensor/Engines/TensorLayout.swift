internal import CXylem
package import XylemErrors

/// The element type and the sizes of a tensor.
package struct TensorLayout: Hashable, Sendable {
  /// The dtype as the runtime numbers it.
  package let dtype: Int32
  package let sizes: [Int64]

  package init(dtype: Int32, sizes: [Int64]) {
    self.dtype = dtype
    self.sizes = sizes
  }
}

extension Tensor {
  /// The element type and sizes of a tensor with plain elements on the CPU. Nil for any other.
  ///
  /// - Throws: `runtime.tensor`; the tracer's error for a stand-in.
  package func plainLayout() throws(XylemError) -> TensorLayout? {
    let info = unsafe Self.info(try handle())
    guard unsafe info.device_type == 0, unsafe info.strides != nil, unsafe info.data != nil || info.count == 0 else {
      return nil
    }
    return unsafe TensorLayout(
      dtype: info.dtype, sizes: (0..<Int(info.dimensions)).map { unsafe info.sizes[$0] })
  }

  /// The tensor with its elements in row-major order: itself, or a copy.
  ///
  /// - Throws: `runtime.tensor`.
  package func rowMajor() throws(XylemError) -> Tensor {
    let info = unsafe Self.info(try handle())
    return unsafe info.is_contiguous != 0 ? self : try TensorOperator.call("aten::contiguous", [.tensor(self)])
  }

  /// The address of the first element. Valid as long as the tensor lives and is not resized.
  ///
  /// - Throws: `runtime.tensor`.
  package func elementAddress() throws(XylemError) -> UnsafeMutableRawPointer? {
    let info = unsafe Self.info(try handle())
    return unsafe info.data
  }
}
