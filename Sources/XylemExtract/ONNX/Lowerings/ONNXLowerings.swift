/// Writes a call of one operator as ONNX nodes, and returns its value.
typealias ONNXLowering = @Sendable (ONNXCall) throws -> ONNXValue

/// How operators of the tensor runtime are written as ONNX, by their names without overloads.
///
/// An in-place operator is written as its functional twin.
enum ONNXLowerings {
  /// All lowerings.
  static let table: [String: ONNXLowering] = [
    convolutions, normalizations, pointwise, comparisons, reductions, pooling, shapes, indexing, products, creation,
    numbers,
    resizing, attention,
  ].reduce(into: [:]) { all, family in all.merge(family) { first, _ in first } }
}
