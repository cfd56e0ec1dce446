public import ArgumentParser
internal import XylemErrors
public import XylemImage

/// How images become a model's input.
struct ImageOptions: ParsableArguments {
  /// A side in pixels, or none.
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

  /// Three numbers, for red, green and blue, or one for gray.
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

  /// Numbers to divide by.
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
      "Images: the shorter side becomes this long, or 'none'. (default: 256)", valueName: "pixels"))
  var resize: Side?
  @Option(
    help: ArgumentHelp(
      "Images: the side of the square cut from the centre, or 'none'. (default: 224)", valueName: "pixels"))
  var crop: Side?
  @Option(
    help: ArgumentHelp(
      "Images: what is subtracted from red, green and blue. (default: ImageNet's 0.485,0.456,0.406)",
      valueName: "r,g,b"))
  var mean: Levels?
  @Option(
    help: ArgumentHelp(
      "Images: what red, green and blue are divided by then. (default: ImageNet's 0.229,0.224,0.225)",
      valueName: "r,g,b"))
  var std: Divisors?

  @Option(
    help:
      "Images: how pixels are made when the size changes; all but nearest with antialiasing, as Pillow does it. (default: bilinear)"
  )
  var interpolation: ResampleFilter?
  @Option(
    help: "Images: 3 for red, green and blue, or 1 for gray; then --mean and --std have one number. (default: 3)")
  var channels: Channels?
  @Option(
    help:
      "Images: whether photographs are turned as their EXIF tag says. torchvision ignores the tag; without this option it is ignored with a warning."
  )
  var exif: ExifUse?

  /// How many channels an image gets.
  enum Channels: String, ExpressibleByArgument, CaseIterable {
    case color = "3"
    case gray = "1"

    var count: Int { self == .gray ? 1 : 3 }
  }

  /// What is done with a tag of orientation.
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

  /// Refuses options that say how images are read where none is, and numbers that are not one for each channel.
  ///
  /// - Throws: a validation error that names the option.
  func check(inputs: [String]) throws {
    let given = [
      ("--resize", resize != nil), ("--crop", crop != nil), ("--mean", mean != nil), ("--std", std != nil),
      ("--interpolation", interpolation != nil), ("--channels", channels != nil), ("--exif", exif != nil),
    ]
    if let option = given.first(where: \.1)?.0, !inputs.contains(where: InputReader.isImage) {
      throw ValidationError("'\(option)' is about images, and no input is one")
    }
    let count = (channels ?? .color).count
    let wanted = count == 1 ? "one number, for gray" : "three numbers, for red, green and blue"
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

  /// An image of a file; what is lost on the way is added to `losses`.
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

/// What image files have that their pixels as 8-bit red, green and blue do not, said once for all files.
struct ImageLosses {
  private var found: [(what: String, paths: [String])] = []

  /// Adds what one file loses.
  mutating func add(_ facts: ImageFacts, _ path: String, _ exif: ImageOptions.ExifUse?) {
    if facts.orientation != 1, exif == nil {
      add(
        "is turned by its EXIF tag, which is ignored as in torchvision: '--exif apply' turns it, '--exif ignore' is silent",
        path)
    }
    if facts.bitsPerLevel == 16 {
      add(
        facts.isGray && !facts.hasTransparency
          ? "has 16-bit gray levels, of which all above 255 become white, as in Pillow's convert(\"RGB\")"
          : "has 16-bit levels, of which the lower 8 bits are dropped", path)
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

  /// Says what is lost, one line for each kind.
  func warn() {
    for (what, paths) in found {
      Terminal.warn("\(paths[0]) \(what)" + (paths.count > 1 ? " (and so for \(paths.count - 1) more)" : ""))
    }
  }
}
