public import XylemErrors
public import XylemFiles

private enum LayoutOperators {
  static let repeats = OperatorReference("aten::repeat")
  static let repeatInterleave = OperatorReference("aten::repeat_interleave", "self_int")
  static let roll = OperatorReference("aten::roll")
  static let flip = OperatorReference("aten::flip")
  static let tril = OperatorReference("aten::tril")
  static let triu = OperatorReference("aten::triu")
  static let diagonal = OperatorReference("aten::diagonal")
  static let contiguous = OperatorReference("aten::contiguous")
  static let clone = OperatorReference("aten::clone")
  static let detach = OperatorReference("aten::detach")
  static let toDtype = OperatorReference("aten::to", "dtype")
  static let toDevice = OperatorReference("aten::to", "prim_Device")
  static let toFloat = OperatorReference("aten::to", "dtype", torchvisionName: "float")
  static let toDouble = OperatorReference("aten::to", "dtype", torchvisionName: "double")
  static let toHalf = OperatorReference("aten::to", "dtype", torchvisionName: "half")
  static let toLong = OperatorReference("aten::to", "dtype", torchvisionName: "long")
  static let toBool = OperatorReference("aten::to", "dtype", torchvisionName: "bool")
  static let typeAs = OperatorReference("aten::type_as")
}

extension Tensor {
  /// The tensor repeated along each dimension.
  ///
  /// - Throws: `runtime.operator`.
  public func `repeat`(_ repeats: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.repeats(self, repeats, at: CallSite(file, line))
  }

  /// Every element, or every slice of a dimension, repeated several times in a row.
  ///
  /// - Throws: `runtime.operator`.
  public func repeatInterleave(
    _ repeats: any SizeConvertible, dim: Int? = nil, file: String = #fileID, line: Int = #line
  )
    throws(XylemError) -> Tensor
  {
    try LayoutOperators.repeatInterleave(self, repeats.size, dim, at: CallSite(file, line))
  }

  /// The elements rolled along dimensions, or along the flattened tensor if none are given.
  ///
  /// - Throws: `runtime.operator`.
  public func roll(_ shifts: Dims, dims: Dims = [], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try LayoutOperators.roll(self, shifts, dims, at: CallSite(file, line))
  }

  /// A copy with dimensions reversed.
  ///
  /// - Throws: `runtime.operator`.
  public func flip(_ dims: Dims, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.flip(self, dims, at: CallSite(file, line))
  }

  /// The lower triangle of matrices, zeros elsewhere; `diagonal` counts diagonals above the main one.
  ///
  /// - Throws: `runtime.operator`.
  public func tril(diagonal: any SizeConvertible = 0, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try LayoutOperators.tril(self, diagonal.size, at: CallSite(file, line))
  }

  /// The upper triangle of matrices, zeros elsewhere; `diagonal` counts diagonals above the main one.
  ///
  /// - Throws: `runtime.operator`.
  public func triu(diagonal: any SizeConvertible = 0, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try LayoutOperators.triu(self, diagonal.size, at: CallSite(file, line))
  }

  /// A view of the diagonal of two dimensions, as the last one.
  ///
  /// - Throws: `runtime.operator`.
  public func diagonal(offset: Int = 0, dim1: Int = 0, dim2: Int = 1, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try LayoutOperators.diagonal(self, offset, dim1, dim2, at: CallSite(file, line))
  }

  /// The tensor itself if it is row-major, otherwise a row-major copy.
  ///
  /// - Throws: `runtime.operator`.
  public func contiguous(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.contiguous(self, at: CallSite(file, line))
  }

  /// A copy with its own storage; gradients flow through it.
  ///
  /// - Throws: `runtime.operator`.
  public func clone(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.clone(self, at: CallSite(file, line))
  }

  /// The tensor without its history: gradients don't flow through it, and the storage is shared.
  ///
  /// - Throws: `runtime.operator`.
  public func detach(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.detach(self, at: CallSite(file, line))
  }

  /// The tensor converted to another element type, or itself if it already has that type.
  ///
  /// - Throws: `runtime.operator`.
  public func to(_ dtype: DType, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toDtype(self, dtype, at: CallSite(file, line))
  }

  /// The tensor on a device, as in `cpu` or `cuda:0`, optionally converted to a type.
  ///
  /// - Throws: `runtime.operator` for a missing device.
  public func to(device: String, dtype: DType? = nil, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try LayoutOperators.toDevice(self, Value.device(device), dtype, at: CallSite(file, line))
  }

  /// The tensor with elements of type `float32`.
  ///
  /// - Throws: `runtime.operator`.
  public func float(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toFloat(self, DType.float32, at: CallSite(file, line))
  }

  /// The tensor with elements of type `float64`.
  ///
  /// - Throws: `runtime.operator`.
  public func double(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toDouble(self, DType.float64, at: CallSite(file, line))
  }

  /// The tensor with elements of type `float16`.
  ///
  /// - Throws: `runtime.operator`.
  public func half(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toHalf(self, DType.float16, at: CallSite(file, line))
  }

  /// The tensor with elements of type `int64`.
  ///
  /// - Throws: `runtime.operator`.
  public func long(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toLong(self, DType.int64, at: CallSite(file, line))
  }

  /// The tensor with elements of type `bool`.
  ///
  /// - Throws: `runtime.operator`.
  public func bool(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.toBool(self, DType.bool, at: CallSite(file, line))
  }

  /// The tensor with elements of another's type.
  ///
  /// - Throws: `runtime.operator`.
  public func typeAs(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LayoutOperators.typeAs(self, other, at: CallSite(file, line))
  }
}
