public import XylemErrors

private enum ArrangementOperators {
  static let rot90 = OperatorReference("aten::rot90")
  static let tile = OperatorReference("aten::tile")
  static let hstack = OperatorReference("aten::hstack")
  static let vstack = OperatorReference("aten::vstack")
  static let dstack = OperatorReference("aten::dstack")
  static let columnStack = OperatorReference("aten::column_stack")
  static let cartesianProd = OperatorReference("aten::cartesian_prod")
  static let combinations = OperatorReference("aten::combinations")
  static let blockDiag = OperatorReference("aten::block_diag")
  static let fliplr = OperatorReference("aten::fliplr")
  static let flipud = OperatorReference("aten::flipud")
  static let ravel = OperatorReference("aten::ravel")
  static let tensorSplit = OperatorReference("aten::tensor_split", "sections", resultType: "List[Tensor]")
  static let tensorSplitAt = OperatorReference("aten::tensor_split", "indices", resultType: "List[Tensor]")
  static let trilIndices = OperatorReference("aten::tril_indices")
  static let triuIndices = OperatorReference("aten::triu_indices")
  static let logspace = OperatorReference("aten::logspace")
  static let vander = OperatorReference("aten::vander")
}

extension Tensor {
  /// The tensor rotated by `k` quarter turns from the first dimension towards the second.
  ///
  /// - Throws: `runtime.operator`.
  public func rot90(_ k: Int = 1, dims: Dims = [0, 1], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArrangementOperators.rot90(self, k, dims, at: CallSite(file, line))
  }

  /// The tensor repeated along its last dimensions; dimensions without a number are not repeated.
  ///
  /// - Throws: `runtime.operator`.
  public func tile(_ repeats: Shape, file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArrangementOperators.tile(self, repeats, at: CallSite(file, line))
  }

  /// The tensor with its second dimension reversed.
  ///
  /// - Throws: `runtime.operator`.
  public func fliplr(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArrangementOperators.fliplr(self, at: CallSite(file, line))
  }

  /// The tensor with its first dimension reversed.
  ///
  /// - Throws: `runtime.operator`.
  public func flipud(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArrangementOperators.flipud(self, at: CallSite(file, line))
  }

  /// The elements as a vector: a view where that is possible.
  ///
  /// - Throws: `runtime.operator`.
  public func ravel(file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor {
    try ArrangementOperators.ravel(self, at: CallSite(file, line))
  }

  /// Tensors joined along the second dimension; vectors along their only one.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func hstack(_ tensors: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ArrangementOperators.hstack(tensors, at: CallSite(file, line))
  }

  /// Tensors joined along the first dimension; vectors become rows.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func vstack(_ tensors: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ArrangementOperators.vstack(tensors, at: CallSite(file, line))
  }

  /// Tensors joined along the third dimension, which vectors and matrices get.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func dstack(_ tensors: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError) -> Tensor
  {
    try ArrangementOperators.dstack(tensors, at: CallSite(file, line))
  }

  /// Tensors joined along the second dimension; vectors become columns.
  ///
  /// - Throws: `runtime.operator` with the shapes if they don't match.
  public static func columnStack(_ tensors: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArrangementOperators.columnStack(tensors, at: CallSite(file, line))
  }

  /// All combinations of one element of each vector, as rows.
  ///
  /// - Throws: `runtime.operator`.
  public static func cartesianProd(_ vectors: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArrangementOperators.cartesianProd(vectors, at: CallSite(file, line))
  }

  /// All combinations of `r` elements of a vector, as rows.
  ///
  /// - Throws: `runtime.operator` for other shapes.
  public func combinations(_ r: Int = 2, withReplacement: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArrangementOperators.combinations(self, r, withReplacement, at: CallSite(file, line))
  }

  /// A matrix with the given ones along its diagonal, and zeros elsewhere.
  ///
  /// - Throws: `runtime.operator`.
  public static func blockDiag(_ matrices: [Tensor], file: String = #fileID, line: Int = #line) throws(XylemError)
    -> Tensor
  {
    try ArrangementOperators.blockDiag(matrices, at: CallSite(file, line))
  }

  /// Exactly `sections` views along a dimension, of about equal sizes.
  ///
  /// - Throws: `runtime.operator`.
  public func tensorSplit(_ sections: Int, dim: Int = 0, file: String = #fileID, line: Int = #line) throws(XylemError)
    -> [Tensor]
  {
    try ArrangementOperators.tensorSplit.list(self, sections, dim, count: sections, at: CallSite(file, line))
  }

  /// Views along a dimension that end and begin at positions.
  ///
  /// - Throws: `runtime.operator`.
  public func tensorSplit(at positions: [any SizeConvertible], dim: Int = 0, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> [Tensor]
  {
    try ArrangementOperators.tensorSplitAt.list(
      self, positions.map(\.size), dim, count: positions.count + 1, at: CallSite(file, line))
  }

  /// The rows and columns of a lower triangle's elements: `[2, count]`, int64.
  ///
  /// - Throws: `runtime.operator`.
  public static func trilIndices(
    _ rows: Int, _ columns: Int, offset: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArrangementOperators.trilIndices(rows, columns, offset, at: CallSite(file, line))
  }

  /// The rows and columns of an upper triangle's elements: `[2, count]`, int64.
  ///
  /// - Throws: `runtime.operator`.
  public static func triuIndices(
    _ rows: Int, _ columns: Int, offset: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArrangementOperators.triuIndices(rows, columns, offset, at: CallSite(file, line))
  }

  /// Powers of a base, with exponents at equal distances from `start` to `end`.
  ///
  /// - Throws: `runtime.operator` for a negative number of steps.
  public static func logspace(
    _ start: any ScalarConvertible, _ end: any ScalarConvertible, steps: Int, base: Double = 10, file: String = #fileID,
    line: Int = #line
  ) throws(XylemError) -> Tensor {
    try ArrangementOperators.logspace(start.scalar, end.scalar, steps, base, at: CallSite(file, line))
  }

  /// The Vandermonde matrix of a vector: its powers as columns, as many as it has elements unless given.
  ///
  /// - Throws: `runtime.operator`.
  public func vander(_ columns: Int? = nil, increasing: Bool = false, file: String = #fileID, line: Int = #line)
    throws(XylemError) -> Tensor
  {
    try ArrangementOperators.vander(self, columns, increasing, at: CallSite(file, line))
  }
}
