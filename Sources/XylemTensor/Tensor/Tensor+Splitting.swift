public import XylemErrors

private enum SplittingOperators {
  static let chunk = OperatorReference("aten::chunk", resultType: "List[Tensor]")
  static let split = OperatorReference("aten::split", "Tensor", resultType: "List[Tensor]")
  static let splitSizes = OperatorReference("aten::split", "sizes", resultType: "List[Tensor]")
  static let unbind = OperatorReference("aten::unbind", "int", resultType: "List[Tensor]")
  static let meshgrid = OperatorReference("aten::meshgrid", "indexing", resultType: "List[Tensor]")
}

extension OperatorReference {
  /// How many parts a trace takes out of a list at most: each is a node.
  private static let mostParts = 65_536

  /// Runs an operator that gives a list of tensors; while a model is traced `count` of them are taken out by nodes.
  ///
  /// - Throws: `trace.concrete-value` where the list is known only when the traced model runs, and `count` is nil.
  package func list(
    _ arguments: (any OperatorValue)?..., count: Int?, at site: CallSite?
  ) throws(XylemError) -> [Tensor] {
    let result = try results(arguments.map { $0?.operatorValue ?? .none }, at: site).first
    switch try result?.unpacked() {
    case .standIn(let standIn):
      guard let count else { throw standIn.needed("the number of parts is needed", at: site) }
      guard (0...Self.mostParts).contains(count) else {
        throw RuntimeErrors.failed(
          .runtimeOperator, "\(nodeName) into \(count) parts can't be written down",
          reason: "at most \(Self.mostParts) are allowed")
      }
      var parts: [Tensor] = []
      for position in 0..<count {
        let part = try standIn.recorder.recordItem(
          of: .standIn(standIn), .int(position), type: "Tensor", at: site)
        parts.append(Tensor(part))
      }
      return parts
    case .list(let elements): return elements.compactMap(\.tensor)
    default:
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(fullName) gave no list of tensors", reason: "its result is of another type")
    }
  }
}

extension Tensor {
  /// Views of about equal sizes along a dimension; fewer than asked for where the dimension is short.
  ///
  /// While a model is traced there are as many as asked for, and a graph fails at one that does not exist.
  ///
  /// - Throws: `runtime.operator`.
  public func chunk(
    _ chunks: Int, dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.chunk.list(self, chunks, dim, count: chunks, at: CallSite(file, line))
  }

  /// Views of one size along a dimension, the last one perhaps smaller.
  ///
  /// - Parameter count: how many there are; needed while a model is traced, which knows no sizes.
  /// - Throws: `runtime.operator`; `trace.concrete-value` without the number of parts.
  public func split(
    _ size: Size, dim: Int = 0, count: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.split.list(self, size, dim, count: count, at: CallSite(file, line))
  }

  /// Views of given sizes along a dimension, which together are all of it.
  ///
  /// - Throws: `runtime.operator` where they are not.
  public func split(
    _ sizes: [Size], dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.splitSizes.list(self, sizes, dim, count: sizes.count, at: CallSite(file, line))
  }

  /// A view of each position of a dimension, which goes.
  ///
  /// - Parameter count: how many there are; needed while a model is traced, which knows no sizes.
  /// - Throws: `runtime.operator`; `trace.concrete-value` without the number of positions.
  public func unbind(
    dim: Int = 0, count: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.unbind.list(self, dim, count: count, at: CallSite(file, line))
  }

  /// For each vector a view of its elements along a dimension of its own of one grid.
  ///
  /// - Parameter indexing: `.ij` has the first vector along the first dimension, `.xy` along the second.
  /// - Throws: `runtime.operator`.
  public static func meshgrid(
    _ tensors: Tensor..., indexing: GridIndexing = .ij, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.meshgrid.list(
      tensors, indexing.rawValue, count: tensors.count, at: CallSite(file, line))
  }
}

/// Which dimensions of a grid the first two vectors vary along.
public enum GridIndexing: String, Sendable {
  /// The first along rows, as indices of a matrix.
  case ij
  /// The first along columns, as coordinates of a picture.
  case xy
}
