public import XylemErrors

private enum ProductOperators {
  static let matmul = OperatorReference("aten::matmul")
  static let mm = OperatorReference("aten::mm")
  static let bmm = OperatorReference("aten::bmm")
  static let dot = OperatorReference("aten::dot")
  static let outer = OperatorReference("aten::outer")
  static let addmm = OperatorReference("aten::addmm")
  static let baddbmm = OperatorReference("aten::baddbmm")
  static let einsum = OperatorReference("aten::einsum")
}

extension Tensor {
  /// The product of vectors, matrices or batches of matrices: Python's `@`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func matmul(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ProductOperators.matmul(self, other, at: CallSite(file, line))
  }

  /// The product of two matrices, `[n, m]` and `[m, p]`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func mm(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ProductOperators.mm(self, other, at: CallSite(file, line))
  }

  /// The products of two batches of matrices, `[b, n, m]` and `[b, m, p]`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func bmm(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ProductOperators.bmm(self, other, at: CallSite(file, line))
  }

  /// The inner product of two vectors.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func dot(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ProductOperators.dot(self, other, at: CallSite(file, line))
  }

  /// The outer product of two vectors, `[n, m]`.
  ///
  /// - Throws: `runtime.operator`.
  public func outer(_ other: Tensor, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ProductOperators.outer(self, other, at: CallSite(file, line))
  }

  /// `beta` times the tensor plus `alpha` times the product of two matrices.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func addmm(
    _ first: Tensor, _ second: Tensor, beta: any ScalarConvertible = 1, alpha: any ScalarConvertible = 1,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ProductOperators.addmm(self, first, second, beta.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// `beta` times the tensor plus `alpha` times the products of two batches of matrices.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public func baddbmm(
    _ first: Tensor, _ second: Tensor, beta: any ScalarConvertible = 1, alpha: any ScalarConvertible = 1,
    file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ProductOperators.baddbmm(self, first, second, beta.scalar, alpha.scalar, at: CallSite(file, line))
  }

  /// Sums of products by Einstein's convention, as in `"bhqd,bhkd->bhqk"`.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func einsum(_ equation: String, _ tensors: Tensor..., file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ProductOperators.einsum(equation, tensors, at: CallSite(file, line))
  }
}
