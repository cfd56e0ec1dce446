public import XylemErrors

private enum SplittingOperators {
  static let chunk = OperatorReference("aten::chunk", resultType: "List[Tensor]")
  static let split = OperatorReference("aten::split", "Tensor", resultType: "List[Tensor]")
  static let splitSizes = OperatorReference("aten::split", "sizes", resultType: "List[Tensor]")
  static let unbind = OperatorReference("aten::unbind", "int", resultType: "List[Tensor]")
  static let meshgrid = OperatorReference("aten::meshgrid", "indexing", resultType: "List[Tensor]")
}

extension OperatorReference {
  /// The maximum number of parts that a trace extracts from a list: each is a node.
  private static let mostParts = 65_536

  /// Runs an operator that returns a list of tensors. While a model is traced, `count` of them are extracted by nodes.
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
          .runtimeOperator, "\(nodeName) into \(count) parts can't be recorded",
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
        .runtimeOperator, "\(fullName) did not return a list of tensors", reason: "its result has another type")
    }
  }
}

extension Tensor {
  /// Views of about equal sizes along a dimension, or fewer views if the dimension is short.
  ///
  /// While a model is traced there are always `chunks` views, and a graph fails at one that does not exist.
  ///
  /// - Throws: `runtime.operator`.
  public func chunk(
    _ chunks: Int, dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.chunk.list(self, chunks, dim, count: chunks, at: CallSite(file, line))
  }

  /// Views of one size along a dimension; the last one may be smaller.
  ///
  /// - Parameter count: the number of views; required while a model is traced, when sizes are unknown.
  /// - Throws: `runtime.operator`; `trace.concrete-value` without the number of parts.
  public func split(
    _ size: any SizeConvertible, dim: Int = 0, count: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.split.list(self, size.size, dim, count: count, at: CallSite(file, line))
  }

  /// Views of given sizes along a dimension; the sizes must add up to its size.
  ///
  /// - Throws: `runtime.operator` if they don't.
  public func split(
    _ sizes: [any SizeConvertible], dim: Int = 0, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.splitSizes.list(self, sizes.map(\.size), dim, count: sizes.count, at: CallSite(file, line))
  }

  /// A view of each position of a dimension. The dimension is removed.
  ///
  /// - Parameter count: the number of views; required while a model is traced, when sizes are unknown.
  /// - Throws: `runtime.operator`; `trace.concrete-value` without the number of positions.
  public func unbind(
    dim: Int = 0, count: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.unbind.list(self, dim, count: count, at: CallSite(file, line))
  }

  /// For each vector, a view of its elements along its own dimension of a grid.
  ///
  /// - Parameter indexing: `.ij` puts the first vector along the first dimension, `.xy` along the second.
  /// - Throws: `runtime.operator`.
  public static func meshgrid(
    _ tensors: Tensor..., indexing: GridIndexing = .ij, file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> [Tensor] {
    try SplittingOperators.meshgrid.list(
      tensors, indexing.rawValue, count: tensors.count, at: CallSite(file, line))
  }
}

/// The dimensions of a grid along which the first two vectors vary.
public enum GridIndexing: String, Sendable {
  /// The first along rows, like matrix indices.
  case ij
  /// The first along columns, like image coordinates.
  case xy
}
