/// What a picture of a tensor shows.
public enum PictureForm: Sendable {
  /// The images that the tensor contains, in colour: three channels with levels from 0 to 1, or of type uint8.
  case image
  /// Its channels as coloured maps, with their numbers and a scale: see `FeatureSheet`.
  case maps
}

extension Tensor {
  /// Writes a picture of the tensor, a PNG or JPEG file: see ``picture(as:)``.
  ///
  ///     try x.savePicture(to: "layer3.png")
  ///
  /// - Parameters:
  ///   - path: ends in `.png`, `.jpg` or `.jpeg`. An existing file is replaced as a whole.
  ///   - form: what the picture shows; nil for what ``picture(as:)`` selects.
  /// - Throws: as ``picture(as:)``; `file.unsupported` for another ending, `file.unwritable`.
  public func savePicture(to path: String, as form: PictureForm? = nil) throws {
    let image = try picture(as: form)
    switch path.split(separator: ".").last?.lowercased() {
    case "png": try AtomicFile.write(image.encodePNG(), to: path)
    case "jpg", "jpeg": try AtomicFile.write(image.encodeJPEG(quality: 95), to: path)
    default:
      throw XylemError(
        .fileUnsupported, "pictures are written as PNG and JPEG files", at: .init(file: path),
        remedies: ["try x.savePicture(to: \"picture.png\")"])
    }
  }

  /// A picture of a tensor `[H, W]`, `[C, H, W]` or `[N, C, H, W]`, or of a vector `[C]`.
  ///
  /// An image of three channels with all values from 0 to 1, or of type uint8, is drawn in its colours, and a batch of
  /// them side by side, with two white pixels between. Everything else is drawn as maps of its channels, up to 64, with
  /// their numbers and a scale; the items of a batch, up to 64, below each other.
  ///
  /// - Parameter form: `.maps` draws the channels of an image too. `.image` draws values outside 0 to 1 as the nearest
  ///   level. Nil selects as described.
  /// - Throws: `image.invalid-transform` for other shapes and for too many items, and with `.image` for other channels
  ///   than three; `image.too-small` if there are no values; `runtime.tensor`, `trace.concrete-value` while tracing.
  public func picture(as form: PictureForm? = nil) throws -> PixelImage {
    let (shape, isLevels) = (try sizes, dtype == .uint8)
    let values = try doubles().map(Float.init)
    let hasColors = shape.count >= 3 && shape.count <= 4 && shape[shape.count - 3] == 3 && !values.isEmpty
    guard form != .image || hasColors else {
      throw XylemError(
        .imageInvalidTransform, "a tensor of shape \(shape) is no image of three channels",
        remedies: ["try x.savePicture(to: \"picture.png\", as: .maps)"])
    }
    if form == .image || (form == nil && hasColors && (isLevels || values.allSatisfy { $0 >= 0 && $0 <= 1 })) {
      return try TensorPicture.colors(isLevels ? values.map { $0 / 255 } : values, shape)
    }
    return try TensorPicture.maps(values, shape)
  }
}

/// Draws tensors.
private enum TensorPicture {
  /// White pixels between images.
  static let gap = 2

  /// The images of a batch in rows, as near to a square as there are images.
  static func colors(_ values: [Float], _ shape: [Int]) throws -> PixelImage {
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let count = shape.count == 4 ? shape[0] : 1
    var columns = 1
    while columns * columns < count { columns += 1 }
    let rows = (count + columns - 1) / columns
    let (fullWidth, fullHeight) = (columns * (width + gap) - gap, rows * (height + gap) - gap)
    guard fullWidth * fullHeight <= PixelImage.maximumPixelCount else {
      throw XylemError(
        .imageInvalidTransform, "a picture of \(count) images of \(width) by \(height) pixels is too large")
    }
    var pixels = [UInt8](repeating: 255, count: fullWidth * fullHeight * 3)
    for item in 0..<count {
      let (left, top) = (item % columns * (width + gap), item / columns * (height + gap))
      for channel in 0..<3 {
        let plane = (item * 3 + channel) * height * width
        for y in 0..<height {
          for x in 0..<width {
            let value = values[plane + y * width + x]
            let level = value.isNaN ? 0 : min(max(value, 0), 1) * 255
            pixels[((top + y) * fullWidth + left + x) * 3 + channel] = UInt8(level.rounded())
          }
        }
      }
    }
    return try PixelImage(width: fullWidth, height: fullHeight, pixels: pixels)
  }

  /// The channels of each item of a batch.
  static func maps(_ values: [Float], _ shape: [Int]) throws -> PixelImage {
    guard (1...4).contains(shape.count) else {
      throw XylemError(
        .imageInvalidTransform, "a tensor of shape \(shape) can't be drawn",
        remedies: shape.count > 4
          ? ["try x.flatten(startDim: 0, endDim: -4).savePicture(to: \"picture.png\")  // one batch dimension"] : [])
    }
    let isBatch = shape.count == 4
    let item = isBatch ? Array(shape.dropFirst()) : shape
    let title = shape.map(String.init).joined(separator: " x ")
    guard isBatch, shape[0] != 1 else {
      return try FeatureSheet([FeatureSheet.Feature(name: title, shape: item, values: values)]).image
    }
    let size = item.reduce(1, *)
    return try FeatureSheet(
      (0..<shape[0]).map { number in
        try FeatureSheet.Feature(
          name: "\(number) of \(title)", shape: item, values: Array(values[(number * size)..<((number + 1) * size)]))
      }
    ).image
  }
}
