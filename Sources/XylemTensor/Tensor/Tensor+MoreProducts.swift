public import XylemErrors

private enum MoreProducts {
  static let mv = OperatorReference("aten::mv")
  static let inner = OperatorReference("aten::inner")
  static let kron = OperatorReference("aten::kron")
  static let tensordot = OperatorReference("aten::tensordot")
  static let cross = OperatorReference("aten::linalg_cross")
  static let diag = OperatorReference("aten::diag")
  static let diagEmbed = OperatorReference("aten::diag_embed")
  static let trace = OperatorReference("aten::trace")
  static let cdist = OperatorReference("aten::cdist")
  static let fmod = OperatorReference("aten::fmod", "Tensor")
  static let fmodScalar = OperatorReference("aten::fmod", "Scalar")
}

extension Tensor {
  /// A matrix `[n, m]` times a vector `[m]`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func mv(_ vector: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.mv(self, vector, at: CallSite(file, line))
  }

  /// The sums of products along the last dimensions of both, PyTorch's `inner`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func inner(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.inner(self, other, at: CallSite(file, line))
  }

  /// The Kronecker product.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func kron(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.kron(self, other, at: CallSite(file, line))
  }

  /// The sums of products over dimensions of both, PyTorch's `tensordot` with two lists of dimensions.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func tensordot(_ other: Tensor, dims: [Int], otherDims: [Int], file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try MoreProducts.tensordot(self, other, dims, otherDims, at: CallSite(file, line))
  }

  /// The cross products of vectors of three elements along a dimension, PyTorch's `torch.linalg.cross`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func cross(_ other: Tensor, dim: Int = -1, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try MoreProducts.cross(self, other, dim, at: CallSite(file, line))
  }

  /// The diagonal of a matrix, or a matrix with a vector for its diagonal; `offset` counts diagonals above the main one.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func diag(_ offset: Int = 0, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.diag(self, offset, at: CallSite(file, line))
  }

  /// Matrices with the last dimension for their diagonals.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func diagEmbed(offset: Int = 0, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.diagEmbed(self, offset, at: CallSite(file, line))
  }

  /// The sum of a matrix's diagonal.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func trace(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.trace(self, at: CallSite(file, line))
  }

  /// The p-norm distances of each vector of one set to each of another: `[…, n, m]` and `[…, k, m]` to `[…, n, k]`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func cdist(_ other: Tensor, p: Double = 2, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try MoreProducts.cdist(self, other, p, Value.none, at: CallSite(file, line))
  }

  /// The elementwise remainder with the dividend's sign, C's `fmod`; shapes are broadcast.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func fmod(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try MoreProducts.fmod(self, other, at: CallSite(file, line))
  }

  /// The remainder of a division by a number, with the dividend's sign.
  ///
  /// - Throws: `runtime.operator`.
  public func fmod(_ other: any ScalarConvertible, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try MoreProducts.fmodScalar(self, other.scalar, at: CallSite(file, line))
  }
}
