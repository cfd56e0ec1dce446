/// An image in the form that a network expects: 32-bit floats, one plane after the other.
public struct PlanarImage: Sendable, Hashable {
  /// `[3, height, width]`: red, green and blue; or `[1, height, width]`: gray.
  public let shape: [Int]
  /// `channels * height * width` values, row-major in ``shape``'s order; unitless after normalisation.
  public let values: [Float]

  /// The image with other values of the same number.
  package func with(_ values: [Float]) -> PlanarImage {
    precondition(values.count == self.values.count, "the number of values does not match the shape")
    return PlanarImage(shape: shape, values: values)
  }
}
