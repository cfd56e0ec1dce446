public import XylemImage

/// Turns the bytes of an input into what a model takes.
///
/// Called from several threads at once.
public protocol InputPreparation: Sendable {
  /// The shape of every prepared input, `[C, H, W]`. Nil if it depends on the input: then inputs are computed one by one.
  var shape: [Int]? { get }

  /// A text that changes with everything that changes prepared inputs. A run is not resumed with another one.
  var description: String { get }

  /// Prepares an input.
  ///
  /// - Throws: any `XylemError`. The input then becomes a row without features, with the error.
  func prepare(_ bytes: [UInt8]) throws -> PreparedInput
}

/// An input as a model takes it.
public struct PreparedInput: Sendable {
  /// As in `[3, 224, 224]`.
  public var shape: [Int]
  /// The elements, row-major.
  public var values: [Float]
  /// What the image had that the prepared one has not.
  public var losses: ImageLoss

  /// Creates an input from its elements.
  public init(shape: [Int], values: [Float], losses: ImageLoss = []) {
    (self.shape, self.values, self.losses) = (shape, values, losses)
  }
}

/// What an image file has that 8-bit red, green and blue pixels lose.
public struct ImageLoss: OptionSet, Sendable, Hashable {
  /// A bit for each loss.
  public let rawValue: Int

  /// Creates a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// An orientation of the camera, which was ignored.
  public static let orientation = ImageLoss(rawValue: 1)
  /// Levels of 16 bits.
  public static let depth = ImageLoss(rawValue: 2)
  /// Transparent pixels, which became opaque.
  public static let transparency = ImageLoss(rawValue: 4)
  /// Inks, which became red, green and blue without a colour profile.
  public static let inks = ImageLoss(rawValue: 8)

  /// All single losses, in order.
  public static let all: [ImageLoss] = [.orientation, .depth, .transparency, .inks]
}

/// Decodes images, and applies a transform.
public struct ImageDecoding: InputPreparation, Hashable {
  /// The transform.
  public let transform: ImageTransform
  /// Whether images are rotated and mirrored by their EXIF orientation. torchvision ignores it.
  public let appliesOrientation: Bool

  /// Creates a preparation.
  public init(_ transform: ImageTransform, appliesOrientation: Bool = false) {
    self.transform = transform
    self.appliesOrientation = appliesOrientation
  }

  /// The shape of a cropped image. Nil without a crop.
  public var shape: [Int]? { transform.crop.map { [transform.channels, $0, $0] } }

  /// The transform, and what happens to the orientation.
  public var description: String {
    func side(_ side: Int?) -> String { side.map(String.init) ?? "none" }
    func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
    return "resize \(side(transform.resize)), crop \(side(transform.crop)), \(transform.interpolation.rawValue), "
      + "\(transform.channels) channels, mean \(list(transform.mean)), std \(list(transform.standardDeviation)), "
      + "exif \(appliesOrientation ? "apply" : "ignore")"
  }

  /// Decodes an image, and applies the transform.
  ///
  /// - Throws: `image.undecodable`, `file.unsupported`, `image.invalid-transform`.
  public func prepare(_ bytes: [UInt8]) throws -> PreparedInput {
    let facts = ImageFacts(bytes)
    var image = try PixelImage.decode(bytes: bytes)
    if appliesOrientation { image = image.upright(from: facts.orientation) }
    let planes = try transform.apply(to: image)
    var losses: ImageLoss = []
    if facts.orientation != 1, !appliesOrientation { losses.insert(.orientation) }
    if facts.bitsPerLevel == 16 { losses.insert(.depth) }
    if facts.hasTransparency { losses.insert(.transparency) }
    if facts.isInk { losses.insert(.inks) }
    return PreparedInput(shape: planes.shape, values: planes.values, losses: losses)
  }
}
