internal import CXylem
public import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension Tensor {
  /// How a tensor stores its values, if not as a strided array of a ``DType``.
  public enum SpecialForm: Sendable, Hashable {
    /// Integers with a scale, of the type with that name, as in `quint8`.
    case quantized(String)
    /// Elements of a type without a ``DType``, as in `complex32`.
    case rareType(String)
    /// Some elements with their positions, or blocks in a kernel library's own order. The layout has PyTorch's name, as
    /// in `sparse_coo`.
    case layout(String)
  }

  /// How the tensor stores its values, if not as a strided array of a ``DType``. Nil for all other tensors.
  ///
  /// - Throws: `runtime.tensor` for an undefined tensor; the errors of creating a lazy tensor.
  public var specialForm: SpecialForm? {
    get throws(XylemError) {
      guard case .object(let object) = storage else { return nil }
      var info = unsafe xylem_tensor_info()
      try unsafe check(.runtimeTensor, "the tensor has no readable shape") {
        unsafe object.library.table.pointee.tensor_info(&object.raw, &info, $0)
      }
      if unsafe info.strides == nil, unsafe info.dimensions > 0 || info.data == nil {
        let layout = try TensorOperator("prim::layout")([.tensor(self)]).first
        if case .literal(.int(let code))? = layout, code != 0 { return .layout(Self.layouts[code] ?? "layout \(code)") }
      }
      let code = unsafe info.dtype
      if let name = Self.quantizedTypes[code] { return .quantized(name) }
      if unsafe DType(runtimeCode: info.dtype) == nil { return .rareType(Self.rareTypes[code] ?? "type \(code)") }
      return nil
    }
  }

  /// The same values as a strided tensor of a ``DType``, or the tensor itself if it is one.
  ///
  /// Quantized tensors are dequantized to float32, as by `Tensor.dequantize`; sparse and blocked ones become dense;
  /// `complex32` becomes complex64, and types of eight and four bits without a ``DType`` become float32. All values are
  /// exact.
  ///
  /// - Throws: `runtime.tensor` for a form that has no dense counterpart, and for a sparse tensor that would take more than
  ///   ``densestByteCount``; `runtime.operator`.
  public func dense() throws(XylemError) -> Tensor {
    switch try specialForm {
    case nil: return self
    case .quantized: return try TensorOperator.call("aten::dequantize", overload: "self", [.tensor(self)])
    case .rareType("complex32"): return try converted(to: .complex64)
    case .rareType(let name) where name.hasPrefix("float8"): return try converted(to: .float32)
    case .layout(let name) where Self.layouts.values.contains(name):
      guard let bytes = HostArray.byteCount(of: dtype ?? .complex64, shape: try sizes), bytes <= Self.densestByteCount
      else {
        throw RuntimeErrors.noDenseForm(try specialForm, "its dense form would take too much memory")
      }
      return try TensorOperator.call("aten::to_dense", [.tensor(self)]).dense()
    case let form: throw RuntimeErrors.noDenseForm(form, "PyTorch has no conversion of such tensors to plain numbers")
    }
  }

  /// The maximum size of the dense form of a sparse tensor in ``dense()``: 16 GiB.
  public static let densestByteCount = 1 << 34

  private static let quantizedTypes: [Int32: String] = [
    12: "qint8", 13: "quint8", 14: "qint32", 16: "quint4x2", 17: "quint2x4",
  ]
  private static let rareTypes: [Int32: String] = [
    8: "complex32", 18: "bits1x8", 19: "bits2x4", 20: "bits4x2", 21: "bits8", 22: "bits16", 25: "float8_e5m2fnuz",
    26: "float8_e4m3fnuz", 44: "float8_e8m0fnu", 45: "float4_e2m1fn_x2",
  ]
  private static let layouts: [Int: String] = [
    1: "sparse_coo", 2: "sparse_csr", 3: "mkldnn", 4: "sparse_csc", 5: "sparse_bsr", 6: "sparse_bsc",
  ]
}

extension Tensor.SpecialForm: CustomStringConvertible {
  /// The form in words, as in `quantized (quint8)`.
  public var description: String {
    switch self {
    case .quantized(let name): "quantized (\(name))"
    case .rareType(let name): name
    case .layout("mkldnn"): "in oneDNN's layout (mkldnn)"
    case .layout(let name): name.hasPrefix("sparse") ? "sparse (\(name))" : "in the layout \(name)"
    }
  }
}
