internal import XylemErrors
public import XylemTensor

/// Sizes of the spatial dimensions as functional forms take them: one number for all, or one for each. An `Int`, a `Size`,
/// a `Shape`, ``Sizes``, or an array of numbers.
///
///     try F.avgPool2d(x, kernelSize: 2)
///     try F.avgPool2d(x, kernelSize: x.shape[(-2)...])
public protocol SpatialSizes: Sendable {
  /// The numbers as given.
  var spatialShape: Shape { get }
}

extension Int: SpatialSizes {
  /// One number for all dimensions.
  public var spatialShape: Shape { [self] }
}

extension Size: SpatialSizes {
  /// One number for all dimensions.
  public var spatialShape: Shape { [self] }
}

extension Shape: SpatialSizes {
  /// The sizes.
  public var spatialShape: Shape { self }
}

extension Sizes: SpatialSizes {
  /// The numbers.
  public var spatialShape: Shape { Shape(values) }
}

extension Array: SpatialSizes where Element: SizeConvertible {
  /// The numbers.
  public var spatialShape: Shape { Shape(map(\.size)) }
}

extension SpatialSizes {
  /// A size for each of `count` dimensions. A shape that is known only when the traced model runs is left as it is.
  ///
  /// - Throws: `model.argument` unless there is one number, or exactly `count`.
  func spread(over count: Int) throws(XylemError) -> Shape {
    let shape = spatialShape
    guard let sizes = shape.listed, sizes.count != count else { return shape }
    if sizes.count == 1 { return Shape(Array(repeating: sizes[0], count: count)) }
    throw XylemError(
      .modelArgument, "\(shape) are \(sizes.count) sizes",
      cause: Reason("one number is allowed, or \(count), one for each dimension"))
  }
}
