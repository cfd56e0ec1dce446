public import XylemErrors

private enum ShapeOperators {
  static let slice = OperatorReference("aten::slice", "t", nodeName: "getitem", resultType: "List[int]")
  static let join = OperatorReference("aten::add", "t", resultType: "List[int]")
}

// Parts of shapes, and shapes put together. Positions in ranges may be negative, as in Python.
extension Shape {
  /// The sizes from a dimension on: `shape[(-2)...]` are the last two. Negative positions count from the end, and a
  /// position beyond an end counts as that end.
  ///
  /// - Throws: the tracer's errors.
  public subscript(range: PartialRangeFrom<Int>, file: String = #fileID, line: Int = #line) -> Shape {
    get throws(XylemError) { try part(range.lowerBound, nil, at: CallSite(file, line)) }
  }

  /// The sizes before a dimension: `shape[..<(-1)]` are all but the last.
  ///
  /// - Throws: the tracer's errors.
  public subscript(range: PartialRangeUpTo<Int>, file: String = #fileID, line: Int = #line) -> Shape {
    get throws(XylemError) { try part(nil, range.upperBound, at: CallSite(file, line)) }
  }

  /// The sizes of a range of dimensions: `shape[1..<3]`.
  ///
  /// - Throws: the tracer's errors.
  public subscript(range: Range<Int>, file: String = #fileID, line: Int = #line) -> Shape {
    get throws(XylemError) { try part(range.lowerBound, range.upperBound, at: CallSite(file, line)) }
  }

  private func part(_ start: Int?, _ stop: Int?, at site: CallSite) throws(XylemError) -> Shape {
    switch storage {
    case .known(let sizes):
      let positions =
        Self.clamped(
          start ?? 0, sizes.count)..<Swift.max(
          Self.clamped(start ?? 0, sizes.count), Self.clamped(stop ?? sizes.count, sizes.count))
      return Shape(Array(sizes[positions]))
    case .standIn(let standIn):
      let bounds = [start, stop].map { bound -> Value in bound.map { .int($0) } ?? .none }
      return try Self.list(ShapeOperators.slice.results([.standIn(standIn)] + bounds + [.int(1)], at: site))
    }
  }

  private static func clamped(_ position: Int, _ count: Int) -> Int {
    let fromStart = position < 0 ? position + count : position
    return Swift.min(Swift.max(fromStart, 0), count)
  }

  private static func list(_ results: [Value]) throws(XylemError) -> Shape {
    guard case .standIn(let part)? = results.first else {
      throw RuntimeErrors.failed(.runtimeOperator, "the shape can't be read", reason: "the result is not a list")
    }
    return Shape(part)
  }

  /// The sizes of one shape, then those of another: `x.shape[..<2] + [-1]`.
  ///
  /// - Throws: the tracer's errors.
  public static func + (a: Shape, b: Shape) throws(XylemError) -> Shape {
    guard case .known(let first) = a.storage, case .known(let second) = b.storage else {
      return try list(ShapeOperators.join.results([a.value, b.value]))
    }
    return Shape(first + second)
  }
}
