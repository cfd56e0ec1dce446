/// A picture of one feature: its channels side by side as coloured maps, or the values of a vector as bars.
///
/// Low values are dark violet, high values yellow. Values that are not finite are red (255, 0, 64), and channels with
/// all values equal have the lowest colour. Maps are in a near-square grid, row by row in channel order, with two white
/// pixels between them, each value a square of ``Options/scale`` pixels. A vector's values are bars from a gray line at
/// zero, up to 256 in a row, coloured by their position in the vector's range.
///
///     let grid = try FeatureMapGrid(shape: [512, 7, 7], values: values)
///     print(grid.drawnChannelCount, "of", grid.channelCount)  // 64 of 512
///     let png = try grid.encodePNG()
public struct FeatureMapGrid: Sendable {
  /// The range of values that the colours represent.
  public enum Normalization: Sendable, Hashable, CaseIterable {
    /// Each channel's own minimum and maximum.
    case perChannel
    /// The minimum and maximum of all drawn channels, so that channels can be compared.
    case shared
  }

  /// How a feature is drawn.
  public struct Options: Sendable, Hashable {
    /// The number of drawn channels, from the first; 1...4096. Vectors ignore it and are drawn up to 16,384 values.
    public var maximumChannels: Int
    /// The range of the colours. Vectors always have one range.
    public var normalization: Normalization
    /// The side of a value's square in pixels, 1...256; for a vector the width of a bar. Nil selects the smallest that
    /// makes a map 64 pixels wide or high.
    public var scale: Int?

    /// Creates options. All of them have defaults.
    public init(maximumChannels: Int = 64, normalization: Normalization = .perChannel, scale: Int? = nil) {
      self.maximumChannels = maximumChannels
      self.normalization = normalization
      self.scale = scale
    }
  }

  /// The picture.
  public let image: PixelImage
  /// The channels of the feature; of a vector, its values.
  public let channelCount: Int
  /// The number of channels in the picture, from the first.
  public let drawnChannelCount: Int

  /// Draws a feature of shape `[C, H, W]`, a single map `[H, W]`, or a vector `[C]`; `[C, 1, 1]` is treated as a
  /// vector.
  ///
  /// `values` are row-major in that order.
  ///
  /// - Throws: `image.invalid-transform` for other shapes, for a shape that does not match the number of values, for
  ///   options out of range and for a picture of more than ``PixelImage/maximumPixelCount`` pixels; `image.too-small`
  ///   if there are no values.
  public init(shape: [Int], values: [Float], options: Options = Options()) throws {
    try Self.check(shape, values.count)
    try options.check()
    let (height, width) = shape.count == 1 ? (1, 1) : (shape[shape.count - 2], shape[shape.count - 1])
    channelCount = shape.count == 2 ? 1 : shape[0]
    if shape.count != 2, height == 1, width == 1 {
      let bars = FeatureBars(values: values, scale: options.scale)
      drawnChannelCount = bars.values.count
      image = try bars.draw()
    } else {
      drawnChannelCount = min(channelCount, options.maximumChannels)
      let drawn = values.prefix(drawnChannelCount * height * width)
      let maps = FeatureMaps(height: height, width: width, values: drawn, options: options)
      image = try maps.draw()
    }
  }

  /// The picture as the bytes of a PNG file. The same feature and options give the same bytes.
  ///
  /// - Throws: `image.undecodable` if there is not enough memory.
  public func encodePNG() throws -> [UInt8] {
    try image.encodePNG()
  }

  /// Refuses shapes that can't be drawn or have another number of values.
  static func check(_ shape: [Int], _ count: Int) throws {
    guard (1...3).contains(shape.count), !shape.contains(where: { $0 < 0 }) else {
      throw ImageErrors.featureShape(shape)
    }
    var expected = 1
    for side in shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: side)
      guard !overflow else { throw ImageErrors.featureCount(shape, count) }
      expected = product
    }
    guard expected == count else { throw ImageErrors.featureCount(shape, count) }
    guard count > 0 else { throw ImageErrors.featureEmpty(shape) }
  }
}

extension FeatureMapGrid.Options {
  /// Refuses options out of range.
  func check() throws {
    let channels = 1...4096
    guard channels.contains(maximumChannels) else {
      throw ImageErrors.gridOption("the maximum of channels", maximumChannels, channels)
    }
    let scales = 1...256
    if let scale, !scales.contains(scale) { throw ImageErrors.gridOption("the scale", scale, scales) }
  }
}
