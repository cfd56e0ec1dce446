extension Tensor {
  /// An image that a transform has made, `[C, H, W]`, with its values.
  ///
  ///     let x = try Tensor(batch: [ImageTransform().apply(to: .decode(path: "cat.jpg"))])  // [1, 3, 224, 224]
  ///
  /// - Throws: `runtime.tensor`, `runtime.not-found`.
  public init(_ image: PlanarImage) throws { try self.init(image.values, shape: image.shape) }

  /// Images of one size as a batch, `[N, C, H, W]`.
  ///
  /// - Throws: `image.invalid-transform` for no images, and for images of different sizes; `runtime.tensor`,
  ///   `runtime.not-found`.
  public init(batch images: [PlanarImage]) throws {
    let shape = try Self.commonShape(of: images.map(\.shape))
    var values: [Float] = []
    values.reserveCapacity(images.count * shape.reduce(1, *))
    for image in images { values += image.values }
    try self.init(values, shape: [images.count] + shape)
  }

  /// An image as it is, `[3, H, W]`: red, green and blue, from 0 to 1.
  ///
  /// Models want images resized and normalised: see `ImageTransform`.
  ///
  /// - Throws: `runtime.tensor`, `runtime.not-found`.
  public init(_ image: PixelImage) throws {
    try self.init(Self.planes(of: image), shape: [3, image.height, image.width])
  }

  /// Images of one size as a batch, `[N, 3, H, W]`, from 0 to 1.
  ///
  /// - Throws: `image.invalid-transform` for no images, and for images of different sizes; `runtime.tensor`,
  ///   `runtime.not-found`.
  public init(batch images: [PixelImage]) throws {
    let shape = try Self.commonShape(of: images.map { [3, $0.height, $0.width] })
    try self.init(images.flatMap(Self.planes), shape: [images.count] + shape)
  }

  private static func commonShape(of shapes: [[Int]]) throws -> [Int] {
    guard let first = shapes.first else {
      throw XylemError(.imageInvalidTransform, "a batch of no images has no shape")
    }
    if let other = shapes.firstIndex(where: { $0 != first }) {
      throw XylemError(
        .imageInvalidTransform,
        "the images of a batch have different sizes: image 0 is \(first) and image \(other) is \(shapes[other])",
        remedies: ["ImageTransform(resize: 256, crop: 224)", "images.map { try Tensor($0) }  // one tensor for each"])
    }
    return first
  }

  /// The levels, divided by 255, one plane after the other.
  private static func planes(of image: PixelImage) -> [Float] {
    let count = image.width * image.height
    var values = [Float](repeating: 0, count: 3 * count)
    for (index, level) in image.pixels.enumerated() { values[index % 3 * count + index / 3] = Float(level) / 255 }
    return values
  }
}
