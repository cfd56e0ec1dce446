public import XylemErrors

private enum LinearAlgebra {
  static let solve = OperatorReference("aten::linalg_solve")
  static let inverse = OperatorReference("aten::linalg_inv")
  static let pinverse = OperatorReference("aten::linalg_pinv", "atol_rtol_float")
  static let determinant = OperatorReference("aten::linalg_det")
  static let slogdet = OperatorReference("aten::linalg_slogdet", resultTypes: ["Tensor", "Tensor"])
  static let svd = OperatorReference("aten::linalg_svd", resultTypes: ["Tensor", "Tensor", "Tensor"])
  static let svdvals = OperatorReference("aten::linalg_svdvals")
  static let qr = OperatorReference("aten::linalg_qr", resultTypes: ["Tensor", "Tensor"])
  static let cholesky = OperatorReference("aten::linalg_cholesky")
  static let eigh = OperatorReference("aten::linalg_eigh", resultTypes: ["Tensor", "Tensor"])
  static let eigvalsh = OperatorReference("aten::linalg_eigvalsh")
  static let matrixPower = OperatorReference("aten::linalg_matrix_power")
  static let matrixNorm = OperatorReference("aten::linalg_matrix_norm", "str_ord")
  static let lstsq = OperatorReference("aten::linalg_lstsq", resultTypes: ["Tensor", "Tensor", "Tensor", "Tensor"])
  static let matrixRank = OperatorReference("aten::linalg_matrix_rank", "atol_rtol_float")
}

/// The norm of a matrix.
public enum MatrixNorm: String, Sendable {
  /// The root of the sum of squares.
  case frobenius = "fro"
  /// The sum of singular values.
  case nuclear = "nuc"
}

extension Tensor {
  /// The `x` of `self @ x = other`, PyTorch's `torch.linalg.solve`: of `[…, n, n]` and `[…, n, k]` or a vector.
  ///
  /// - Throws: `runtime.operator` with the shapes, and for a singular matrix.
  public func solve(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.solve(self, other, at: CallSite(file, line))
  }

  /// The least-squares solution of `self @ x = other`, PyTorch's `torch.linalg.lstsq`: `[…, m, n]` and `[…, m, k]`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func leastSquares(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.lstsq.several(self, other, at: CallSite(file, line))[0]
  }

  /// The inverse of square matrices `[…, n, n]`, PyTorch's `torch.linalg.inv`.
  ///
  /// - Throws: `runtime.operator` with the shape, and for a singular matrix.
  public func inverse(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.inverse(self, at: CallSite(file, line))
  }

  /// The pseudoinverse of matrices `[…, m, n]`, `[…, n, m]`, PyTorch's `torch.linalg.pinv`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func pseudoinverse(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.pinverse(self, at: CallSite(file, line))
  }

  /// The determinants of square matrices `[…, n, n]`, PyTorch's `torch.linalg.det`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func det(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.determinant(self, at: CallSite(file, line))
  }

  /// The signs of determinants and the logarithms of their magnitudes, PyTorch's `torch.linalg.slogdet`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func slogdet(file: String = #fileID, line: Int = #line) throws(XylemError) -> (sign: Tensor, logarithm: Tensor)
  {
    let found = try LinearAlgebra.slogdet.several(self, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The singular value decomposition, `self = u @ diag(s) @ vh`, PyTorch's `torch.linalg.svd`.
  ///
  /// - Parameter fullMatrices: whether `u` and `vh` are square.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func svd(fullMatrices: Bool = true, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    u: Tensor, s: Tensor, vh: Tensor
  ) {
    let found = try LinearAlgebra.svd.several(self, fullMatrices, at: CallSite(file, line))
    return (found[0], found[1], found[2])
  }

  /// The singular values in descending order, PyTorch's `torch.linalg.svdvals`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func singularValues(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.svdvals(self, at: CallSite(file, line))
  }

  /// The decomposition into a matrix of orthonormal columns and an upper triangular one, PyTorch's `torch.linalg.qr`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func qr(file: String = #fileID, line: Int = #line) throws(XylemError) -> (q: Tensor, r: Tensor) {
    let found = try LinearAlgebra.qr.several(self, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The lower triangular `l` of `self = l @ lᵀ`, of positive definite matrices, PyTorch's `torch.linalg.cholesky`; with `upper` its transpose.
  ///
  /// - Throws: `runtime.operator` with the shape, and for a matrix that is not positive definite.
  public func cholesky(upper: Bool = false, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.cholesky(self, upper, at: CallSite(file, line))
  }

  /// The eigenvalues, in ascending order, and eigenvectors of symmetric matrices, PyTorch's `torch.linalg.eigh`.
  ///
  /// The lower triangle is read.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func eigh(file: String = #fileID, line: Int = #line) throws(XylemError) -> (values: Tensor, vectors: Tensor) {
    let found = try LinearAlgebra.eigh.several(self, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The eigenvalues of symmetric matrices in ascending order, PyTorch's `torch.linalg.eigvalsh`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func eigvalsh(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.eigvalsh(self, at: CallSite(file, line))
  }

  /// Square matrices to an integer power, PyTorch's `torch.linalg.matrix_power`; a negative power uses the inverse.
  ///
  /// - Throws: `runtime.operator` with the shape, and for the inverse of a singular matrix.
  public func matrixPower(_ exponent: Int, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.matrixPower(self, exponent, at: CallSite(file, line))
  }

  /// The norms of matrices, PyTorch's `torch.linalg.matrix_norm`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func matrixNorm(
    _ order: MatrixNorm = .frobenius, keepdim: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try LinearAlgebra.matrixNorm(self, order.rawValue, [-2, -1], keepdim, at: CallSite(file, line))
  }

  /// The ranks of matrices, int64, PyTorch's `torch.linalg.matrix_rank`.
  ///
  /// - Throws: `runtime.operator` with the shape.
  public func matrixRank(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try LinearAlgebra.matrixRank(self, at: CallSite(file, line))
  }
}
