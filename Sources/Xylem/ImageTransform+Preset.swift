extension ImageTransform {
  /// Creates the transform that a model's preset describes.
  ///
  ///     let definition = ModelZoo.definition("resnet50")
  ///     let input = try definition?.preset.map { try ImageTransform($0).apply(to: PixelImage.decode(path: "cat.jpg")) }
  ///
  /// - Throws: `image.invalid-transform` for a preset that gives both sides, as those of models of clips do, and as the
  ///   other initialiser.
  public init(_ preset: ImagePreset) throws {
    guard preset.resize.count <= 1 else {
      throw XylemError(
        .imageInvalidTransform,
        "the preset resizes to \(preset.resize.map(String.init).joined(separator: " by ")) pixels, without regard to the proportions",
        remedies: ["give the sides in ImageTransform(resize:crop:)"])
    }
    let filters: [ImagePreset.Interpolation: ResampleFilter] = [
      .nearest: .nearest, .bilinear: .bilinear, .bicubic: .bicubic,
    ]
    try self.init(
      resize: preset.resize.first, crop: preset.crop, mean: preset.mean,
      standardDeviation: preset.standardDeviation, interpolation: filters[preset.interpolation] ?? .bilinear,
      channels: preset.mean.count)
  }
}
