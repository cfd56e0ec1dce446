import XylemErrors
import XylemFiles

/// The messages of this module's errors.
enum ImageErrors {
  // MARK: Files

  static func notFound(_ path: String) -> XylemError {
    .missingFile(path, what: "image file")
  }

  /// The error for a path that is not a file.
  static func notRegular(_ path: String, _ kind: InputFile.Kind) -> XylemError {
    XylemError(
      .fileUnreadable, "this is a \(kind == .folder ? "folder" : "pipe"), not an image file", at: .init(file: path),
      remedies: [
        kind == .folder
          ? "ls \(shellWord(path))  # shows the files in it" : "cat \(shellWord(path)) > copy.png  # then give copy.png"
      ])
  }

  static func otherFormat(_ kind: ImageFileKind.Other?, path: String?) -> XylemError {
    let what = kind.map { "this is \($0.description)" } ?? "this file is not in a known image format"
    guard let kind, kind.isImage else {
      return XylemError(
        .fileUnsupported, "\(what); images are JPEG or PNG files",
        remedies: ["give tensors in a file that ends in .safetensors, .npz or .npy"])
    }
    return XylemError(
      .fileUnsupported, "\(what); only JPEG and PNG are supported", remedies: [conversion(of: path, "")])
  }

  /// The command that converts an image to a PNG file.
  private static func conversion(of path: String?, _ options: String) -> String {
    let source = path ?? "image.webp"
    let stem = source.lastIndex(of: ".").map { String(source[..<$0]) } ?? source
    func quoted(_ text: String) -> String {
      "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    return "magick \(quoted(source)) \(options)\(quoted(stem + ".png"))"
  }

  static func fileTooLarge(limit: Int) -> XylemError {
    XylemError(.fileUnsupported, "the image file has more than \(limit) bytes")
  }

  static func tooLarge(width: Int, height: Int) -> XylemError {
    XylemError(
      .fileUnsupported,
      "an image of \(width) x \(height) pixels is too large; at most \(PixelImage.maximumPixelCount) pixels are supported",
      remedies: ["magick FILE -resize 4096x4096 FILE.png  # makes a smaller PNG file"])
  }

  // MARK: Decoding

  static func noBytes() -> XylemError {
    XylemError(.imageUndecodable, "the image is empty: it has no bytes", remedies: ["copy or download the file again"])
  }

  static func damaged(_ format: String, _ reason: String) -> XylemError {
    XylemError(
      .imageUndecodable, "the \(format) image is damaged or incomplete: \(reason)",
      remedies: ["copy or download the file again"])
  }

  static func unsupportedVariant(_ format: String, _ reason: String) -> XylemError {
    XylemError(
      .fileUnsupported, "this kind of \(format) image is not supported: \(reason)",
      remedies: ["magick FILE FILE.png  # converts it to a PNG file"])
  }

  static func noMemory(_ format: String) -> XylemError {
    XylemError(.imageUndecodable, "there is not enough memory for the \(format) image")
  }

  static func emptyImage(width: Int, height: Int) -> XylemError {
    XylemError(.imageUndecodable, "an image of \(width) x \(height) pixels has no pixels")
  }

  static func wrongPixelCount(width: Int, height: Int, count: Int) -> XylemError {
    XylemError(
      .imageUndecodable,
      "an image of \(width) x \(height) pixels has \(width * height * 3) red, green and blue levels, not \(count)")
  }

  // MARK: Transforms

  static func invalidSide(_ option: String, _ value: Int) -> XylemError {
    XylemError(
      .imageInvalidTransform, "\(option) must be from 1 to \(ImageTransform.maximumSide) pixels, not \(value)",
      remedies: ["--resize 256 --crop 224"])
  }

  static func invalidCount(_ option: String, _ count: Int, channels: Int) -> XylemError {
    let wanted = channels == 1 ? "1 number, for grayscale" : "3 numbers, for red, green and blue"
    return XylemError(
      .imageInvalidTransform, "\(option) must have \(wanted), not \(count)",
      remedies: [channels == 1 ? "--mean 0.5 --std 0.5" : "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225"])
  }

  static func invalidChannels(_ count: Int) -> XylemError {
    XylemError(
      .imageInvalidTransform, "an image has 3 channels, for red, green and blue, or 1, for grayscale, not \(count)",
      remedies: ["--channels 1 --mean 0.5 --std 0.5"])
  }

  static func notFinite(_ option: String, _ value: Double) -> XylemError {
    XylemError(.imageInvalidTransform, "\(option) must consist of finite 32-bit numbers, not \(value)")
  }

  static func notPositive(_ option: String, _ value: Double) -> XylemError {
    XylemError(.imageInvalidTransform, "\(option) is a divisor and must be above zero, not \(value)")
  }

  static func resultTooLarge(width: Int, height: Int, from: PixelImage) -> XylemError {
    XylemError(
      .imageInvalidTransform,
      "resizing \(from.width) x \(from.height) pixels gives \(width) x \(height) pixels; the limit is "
        + "\(PixelImage.maximumPixelCount) pixels",
      remedies: ["use a smaller --resize, or an image that is less narrow"])
  }

  // MARK: Feature maps

  static func featureShape(_ shape: [Int]) -> XylemError {
    XylemError(
      .imageInvalidTransform,
      "a feature of shape \(shape) can't be drawn; use [channels], [height, width] or [channels, height, width]")
  }

  static func cropOutside(x: Int, y: Int, width: Int, height: Int, of image: PixelImage) -> XylemError {
    XylemError(
      .imageInvalidTransform,
      "a crop of \(width) x \(height) pixels at (\(x), \(y)) is not within an image of \(image.width) x \(image.height) pixels"
    )
  }

  static func blurOutOfRange(_ sigma: Double) -> XylemError {
    XylemError(.imageInvalidTransform, "a blur's sigma must be above 0 and at most 100, not \(sigma)")
  }

  static func noFeatures() -> XylemError {
    XylemError(.imageTooSmall, "there is no feature to draw")
  }

  static func featureLayout(_ kind: FeatureLayout.Kind, _ shape: [Int]) -> XylemError {
    let needed =
      switch kind {
      case .channelsFirst: "[channels, height, width]"
      case .channelsLast: "[height, width, channels]"
      case .tokens: "[tokens, channels]"
      case .attention: "[heads, tokens, tokens]"
      case .matrix: "[height, width]"
      case .vector: "[channels]"
      }
    return XylemError(
      .imageInvalidTransform, "a feature of shape \(shape) can't be drawn as '\(kind.rawValue)', which is \(needed)")
  }

  static func tokenCount(_ count: Int) -> XylemError {
    XylemError(.imageInvalidTransform, "\(count) tokens do not form a grid, with or without a class token")
  }

  static func featureCount(_ shape: [Int], _ count: Int) -> XylemError {
    XylemError(.imageInvalidTransform, "a feature of shape \(shape) does not have \(count) values")
  }

  static func featureEmpty(_ shape: [Int]) -> XylemError {
    XylemError(.imageTooSmall, "a feature of shape \(shape) has no values to draw")
  }

  static func gridOption(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> XylemError {
    XylemError(
      .imageInvalidTransform, "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
  }

  static func gridTooLarge(width: Int, height: Int) -> XylemError {
    XylemError(
      .imageInvalidTransform,
      "the grid would have \(width) x \(height) pixels; at most \(PixelImage.maximumPixelCount) are drawn",
      remedies: ["draw fewer channels", "use a smaller scale"])
  }
}
