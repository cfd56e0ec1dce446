/// A picture of features with what is needed to read it: each feature's name and shape, which of its channels are
/// shown, their numbers, and the range of the values.
///
/// One feature is drawn as a nearly square grid of its channels; several are drawn below each other, a row of channels
/// each. What is not a map is drawn apart: the values of a vector, and of a transformer's class token, are bars.
///
///     let features = [
///       try FeatureSheet.Feature(name: "layer1", shape: [64, 56, 56], values: early),
///       try FeatureSheet.Feature(name: "layer4", shape: [512, 7, 7], values: late),
///     ]
///     let sheet = try FeatureSheet(features)
///     let png = try sheet.image.encodePNG()
public struct FeatureSheet: Sendable {
  /// The feature of one image.
  public struct Feature: Sendable {
    /// The title.
    public var name: String
    /// The dimensions that ``layout`` describes, without the batch.
    public var shape: [Int]
    /// The values, row-major.
    public var values: [Float]
    /// What the dimensions mean.
    public var layout: FeatureLayout

    /// Creates a feature.
    ///
    /// - Parameters:
    ///   - layout: what the dimensions mean. Nil tells it from the values, as ``FeatureLayout/init(of:values:input:)``.
    ///   - input: the size of the image that the model saw, if it is known.
    /// - Throws: `image.invalid-transform` for shapes that can't be drawn or do not match the number of values;
    ///   `image.too-small` if there are no values.
    public init(
      name: String, shape: [Int], values: [Float], layout: FeatureLayout? = nil, input: FeatureLayout.InputSize? = nil
    ) throws {
      try FeatureMapGrid.check(shape, values.count)
      self.name = name
      self.shape = shape
      self.values = values
      self.layout = try layout ?? FeatureLayout(of: shape, values: values, input: input)
      try self.layout.check(fits: shape)
    }
  }

  /// What is shown of a feature.
  public struct Panel: Sendable, Hashable {
    /// The feature's name.
    public let name: String
    /// What its dimensions mean.
    public let layout: FeatureLayout
    /// Its channels, heads or values.
    public let channelCount: Int
    /// Those in the picture, from the first.
    public let drawnChannelCount: Int
  }

  /// The maximum number of features in one picture.
  public static let maximumFeatures = 64
  /// The width that a row of channels fills, unless one map is wider, in pixels.
  static let rowWidth = 1200
  /// White pixels around the picture and between features.
  static let margin = 12

  /// The picture.
  public let image: PixelImage
  /// What is shown, feature by feature.
  public let panels: [Panel]

  /// Draws features.
  ///
  /// - Parameters:
  ///   - features: at least one, at most ``maximumFeatures``.
  ///   - options: how they are drawn. The maximum of channels is that of each feature; where several are drawn, no
  ///     more are shown than one row of the picture holds.
  /// - Throws: `image.invalid-transform` for options out of range, too many features, and a picture of more than
  ///   ``PixelImage/maximumPixelCount`` pixels; `image.too-small` if there is no feature.
  public init(_ features: [Feature], options: FeatureMapGrid.Options = .init()) throws {
    try options.check()
    guard let first = features.first else { throw ImageErrors.noFeatures() }
    guard features.count <= Self.maximumFeatures else {
      throw ImageErrors.gridOption("the number of features", features.count, 1...Self.maximumFeatures)
    }
    let drawn =
      features.count == 1
      ? [try FeaturePanel(first, options: options, isRow: false)]
      : try features.map { try FeaturePanel($0, options: options, isRow: true) }
    panels = drawn.map(\.panel)
    let width = (drawn.map(\.width).max() ?? 0) + 2 * Self.margin
    let height = drawn.reduce(Self.margin) { $0 + $1.height + Self.margin }
    guard width * height <= PixelImage.maximumPixelCount else {
      throw ImageErrors.gridTooLarge(width: width, height: height)
    }
    var canvas = PixelCanvas(width: width, height: height, color: .paper)
    var top = Self.margin
    for panel in drawn {
      panel.draw(on: &canvas, x: Self.margin, y: top)
      top += panel.height + Self.margin
    }
    image = canvas.image
  }
}
