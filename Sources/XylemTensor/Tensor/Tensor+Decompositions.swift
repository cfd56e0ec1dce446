public import XylemErrors

private enum DecompositionOperators {
  static let solveTriangular = OperatorReference("aten::linalg_solve_triangular")
  static let lu = OperatorReference("aten::linalg_lu", resultTypes: ["Tensor", "Tensor", "Tensor"])
  static let eig = OperatorReference("aten::linalg_eig", resultTypes: ["Tensor", "Tensor"])
  static let eigvals = OperatorReference("aten::linalg_eigvals")
  static let matrixExp = OperatorReference("aten::linalg_matrix_exp")
  static let multiDot = OperatorReference("aten::linalg_multi_dot")
  static let cond = OperatorReference("aten::linalg_cond")
  static let choleskySolve = OperatorReference("aten::cholesky_solve")
  static let vecdot = OperatorReference("aten::linalg_vecdot")
  static let addmv = OperatorReference("aten::addmv")
  static let addr = OperatorReference("aten::addr")
}

extension Tensor {
  /// The `x` of `self @ x = b` for triangular matrices, PyTorch's `torch.linalg.solve_triangular`.
  ///
  /// - Parameters:
  ///   - upper: which triangle is read.
  ///   - left: false solves `x @ self = b`.
  ///   - unitriangular: whether the diagonal is taken for ones.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func solveTriangular(
    _ b: Tensor, upper: Bool, left: Bool = true, unitriangular: Bool = false, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try DecompositionOperators.solveTriangular(self, b, upper, left, unitriangular, at: CallSite(file, line))
  }

  /// The decomposition `self = p @ l @ u` into a permutation, a lower and an upper triangular matrix, PyTorch's
  /// `torch.linalg.lu`.
  ///
  /// - Throws: `runtime.operator`.
  public func lu(pivot: Bool = true, file: String = #fileID, line: Int = #line) throws(XylemError) -> (
    p: Tensor, l: Tensor, u: Tensor
  ) {
    let found = try DecompositionOperators.lu.several(self, pivot, at: CallSite(file, line))
    return (found[0], found[1], found[2])
  }

  /// The complex eigenvalues, in no order, and eigenvectors of square matrices, PyTorch's `torch.linalg.eig`.
  ///
  /// - Throws: `runtime.operator`.
  public func eig(file: String = #fileID, line: Int = #line) throws(XylemError) -> (values: Tensor, vectors: Tensor) {
    let found = try DecompositionOperators.eig.several(self, at: CallSite(file, line))
    return (found[0], found[1])
  }

  /// The complex eigenvalues of square matrices, in no order, PyTorch's `torch.linalg.eigvals`.
  ///
  /// - Throws: `runtime.operator`.
  public func eigvals(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try DecompositionOperators.eigvals(self, at: CallSite(file, line))
  }

  /// The matrix exponential of square matrices, PyTorch's `torch.linalg.matrix_exp`.
  ///
  /// - Throws: `runtime.operator`.
  public func matrixExp(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try DecompositionOperators.matrixExp(self, at: CallSite(file, line))
  }

  /// The product of two or more matrices, in the order of multiplications that takes the fewest, PyTorch's
  /// `torch.linalg.multi_dot`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func multiDot(_ matrices: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try DecompositionOperators.multiDot(matrices, at: CallSite(file, line))
  }

  /// The condition numbers of matrices with respect to a norm, PyTorch's `torch.linalg.cond`.
  ///
  /// - Throws: `runtime.operator` for a norm that there is not.
  public func cond(_ p: any ScalarConvertible = 2, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try DecompositionOperators.cond(self, p.scalar, at: CallSite(file, line))
  }

  /// The `x` of `a @ x = self`, of the Cholesky factor of `a`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func choleskySolve(_ factor: Tensor, upper: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try DecompositionOperators.choleskySolve(self, factor, upper, at: CallSite(file, line))
  }

  /// The dot products of vectors along a dimension, PyTorch's `torch.linalg.vecdot`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func vecdot(_ other: Tensor, dim: Int = -1, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try DecompositionOperators.vecdot(self, other, dim, at: CallSite(file, line))
  }

  /// `beta * self + alpha * (matrix @ vector)`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func addmv(
    _ matrix: Tensor, _ vector: Tensor, beta: any ScalarConvertible = 1, alpha: any ScalarConvertible = 1,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try DecompositionOperators.addmv(self, matrix, vector, beta.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// `beta * self + alpha * outer(a, b)`, of vectors.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func addr(
    _ a: Tensor, _ b: Tensor, beta: any ScalarConvertible = 1, alpha: any ScalarConvertible = 1, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try DecompositionOperators.addr(self, a, b, beta.scalar, alpha.scalar, at: CallSite(file, line))
  }
}
