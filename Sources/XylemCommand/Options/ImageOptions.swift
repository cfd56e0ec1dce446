public import ArgumentParser
internal import XylemErrors
public import XylemImage

/// Options for converting images into a model's input.
struct ImageOptions: ParsableArguments {
  /// A side length in pixels, or none.
  enum Side: ExpressibleByArgument {
    case pixels(Int)
    case none

    init?(argument: String) {
      if argument == "none" {
        self = .none
      } else if let number = Int(argument), (1...ImageTransform.maximumSide).contains(number) {
        self = .pixels(number)
      } else {
        return nil
      }
    }

    static var allValueStrings: [String] { ["at least 1 and at most \(ImageTransform.maximumSide), or 'none'"] }
    static var defaultCompletionKind: CompletionKind { .default }
    var pixels: Int? {
      if case .pixels(let number) = self { return number }
      return nil
    }
  }

  /// Three numbers, for red, green and blue, or one for grayscale.
  struct Levels: ExpressibleByArgument {
    let numbers: [Double]

    init?(argument: String) {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
      guard [1, 3].contains(numbers.count), parts.count == numbers.count else { return nil }
    }

    static var allValueStrings: [String] { ["one or three finite numbers"] }
    static var defaultCompletionKind: CompletionKind { .default }
  }

  /// Divisors for the channels.
  struct Divisors: ExpressibleByArgument {
    let numbers: [Double]

    init?(argument: String) {
      guard let levels = Levels(argument: argument), levels.numbers.allSatisfy({ $0 > 0 }) else { return nil }
      numbers = levels.numbers
    }

    static var allValueStrings: [String] { ["one or three finite numbers above 0"] }
    static var defaultCompletionKind: CompletionKind { .default }
  }

  @Option(
    help: ArgumentHelp(
      "Images: the length to resize the shorter side to, or 'none'. (default: 256)", valueName: "pixels"))
  var resize: Side?
  @Option(
    help: ArgumentHelp(
      "Images: the side length of the centre crop, or 'none'. (default: 224)", valueName: "pixels"))
  var crop: Side?
  @Option(
    help: ArgumentHelp(
      "Images: the mean to subtract from red, green and blue. (default: ImageNet's 0.485,0.456,0.406)",
      valueName: "r,g,b"))
  var mean: Levels?
  @Option(
    help: ArgumentHelp(
      "Images: the standard deviation to divide red, green and blue by. (default: ImageNet's 0.229,0.224,0.225)",
      valueName: "r,g,b"))
  var std: Divisors?

  @Option(
    help:
      "Images: the interpolation for resizing; all but nearest use antialiasing, as Pillow does. (default: bilinear)"
  )
  var interpolation: ResampleFilter?
  @Option(
    help: "Images: 3 for red, green and blue, or 1 for grayscale; --mean and --std then take one number. (default: 3)")
  var channels: Channels?
  @Option(
    help:
      "Images: whether to rotate photographs by their EXIF orientation. torchvision ignores it; without this option it is ignored with a warning."
  )
  var exif: ExifUse?

  /// The number of channels of an image.
  enum Channels: String, ExpressibleByArgument, CaseIterable {
    case color = "3"
    case gray = "1"

    var count: Int { self == .gray ? 1 : 3 }
  }

  /// How the EXIF orientation is treated.
  enum ExifUse: String, ExpressibleByArgument, CaseIterable { case apply, ignore }

  /// Whether images get three channels.
  var isColored: Bool { channels != .gray }

  /// The transform that the options describe.
  ///
  /// - Throws: `image.invalid-transform`.
  func transform() throws -> ImageTransform {
    try ImageTransform(
      resize: (resize ?? .pixels(256)).pixels, crop: (crop ?? .pixels(224)).pixels,
      mean: mean?.numbers ?? ImageTransform.imageNetMean,
      standardDeviation: std?.numbers ?? ImageTransform.imageNetStandardDeviation,
      interpolation: interpolation ?? .bilinear, channels: (channels ?? .color).count)
  }

  /// Refuses options about images if no input is an image, and lists that don't have one number per channel.
  ///
  /// - Throws: a validation error that names the option.
  func check(inputs: [String]) throws {
    let given = [
      ("--resize", resize != nil), ("--crop", crop != nil), ("--mean", mean != nil), ("--std", std != nil),
      ("--interpolation", interpolation != nil), ("--channels", channels != nil), ("--exif", exif != nil),
    ]
    if let option = given.first(where: \.1)?.0, !inputs.contains(where: InputReader.isImage) {
      throw ValidationError("'\(option)' is about images, but no input is an image")
    }
    let count = (channels ?? .color).count
    let wanted = count == 1 ? "one number, for grayscale" : "three numbers, for red, green and blue"
    for (option, numbers) in [("--mean", mean?.numbers), ("--std", std?.numbers)] {
      if let numbers, numbers.count == count { continue }
      if numbers == nil, count == 3 { continue }
      throw ValidationError(
        numbers == nil
          ? "'--channels 1' needs '\(option)' with \(wanted)"
          : "'\(option)' must be \(wanted), not \(numbers?.count ?? 0)",
        remedies: count == 1
          ? ["--mean 0.5 --std 0.5"] : ["--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225"])
    }
  }

  /// An image from a file. Information that the conversion loses is added to `losses`.
  ///
  /// - Throws: as ``PixelImage/decode(path:)``.
  func decode(_ path: String, _ losses: inout ImageLosses) throws -> PixelImage {
    let bytes = try PixelImage.bytes(path: path)
    let facts = ImageFacts(bytes)
    let image: PixelImage
    do { image = try PixelImage.decode(bytes: bytes) } catch var error as XylemError {
      error.place.file = path
      throw error
    }
    losses.add(facts, path, exif)
    return exif == .apply ? image.upright(from: facts.orientation) : image
  }
}

extension ResampleFilter: ExpressibleByArgument {}

/// Information of image files that 8-bit red, green and blue pixels lose, collected over all files.
struct ImageLosses {
  private var found: [(what: String, paths: [String])] = []

  /// Adds the losses of one file.
  mutating func add(_ facts: ImageFacts, _ path: String, _ exif: ImageOptions.ExifUse?) {
    if facts.orientation != 1, exif == nil {
      add(
        "has an EXIF orientation, which is ignored as in torchvision: '--exif apply' applies it, '--exif ignore' silences this warning",
        path)
    }
    if facts.bitsPerLevel == 16 {
      add(
        facts.isGray && !facts.hasTransparency
          ? "has 16-bit gray levels: all above 255 become white, as in Pillow's convert(\"RGB\")"
          : "has 16-bit levels: the lower 8 bits are dropped", path)
    }
    if facts.hasTransparency { add("has transparent pixels, which become opaque", path) }
    if facts.isInk { add("has CMYK inks, which become red, green and blue without a colour profile", path) }
  }

  private mutating func add(_ what: String, _ path: String) {
    if let index = found.firstIndex(where: { $0.what == what }) {
      found[index].paths.append(path)
    } else {
      found.append((what, [path]))
    }
  }

  /// Prints the losses, one line for each kind.
  func warn() {
    for (what, paths) in found {
      Terminal.warn("\(paths[0]) \(what)" + (paths.count > 1 ? " (and \(paths.count - 1) more)" : ""))
    }
  }
}
