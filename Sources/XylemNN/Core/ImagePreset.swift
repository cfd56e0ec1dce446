/// The preparation of images that the weights of a model expect: resizing, a centre crop and normalisation of levels
/// from 0 to 1.
///
///     ImagePreset(resize: [232], crop: 224)  // torchvision's for the newer weights of ResNet-50
public struct ImagePreset: Sendable, Hashable {
  /// The interpolation for resizing, with torchvision's names. All but ``nearest`` use antialiasing.
  public enum Interpolation: String, Sendable, Hashable, CaseIterable {
    /// The pixel that contains the point.
    case nearest
    /// A triangle of base 2.
    case bilinear
    /// Two cubic pieces.
    case bicubic
  }

  /// The size after resizing, in pixels: one number is the length of the shorter side, two are height and width. Empty
  /// if the size stays.
  public let resize: [Int]
  /// The side of the square centre crop, in pixels. Nil if there is none.
  public let crop: Int?
  /// The interpolation for resizing.
  public let interpolation: Interpolation
  /// The mean that is subtracted from red, green and blue.
  public let mean: [Double]
  /// The standard deviation that red, green and blue are then divided by.
  public let standardDeviation: [Double]

  /// ImageNet's mean of red, green and blue.
  public static let imageNetMean = [0.485, 0.456, 0.406]
  /// ImageNet's standard deviation of red, green and blue.
  public static let imageNetStandardDeviation = [0.229, 0.224, 0.225]

  /// Creates a preset. The defaults are those of most ImageNet classifiers.
  public init(
    resize: [Int] = [256], crop: Int? = 224, interpolation: Interpolation = .bilinear,
    mean: [Double] = imageNetMean, standardDeviation: [Double] = imageNetStandardDeviation
  ) {
    self.resize = resize
    self.crop = crop
    self.interpolation = interpolation
    self.mean = mean
    self.standardDeviation = standardDeviation
  }
}
