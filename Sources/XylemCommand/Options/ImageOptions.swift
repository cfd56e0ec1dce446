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

  /// The value of `--preset` that chooses none.
  static let noPreset = "none"

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
      "Images: prepare them for this built-in model (see 'xylem models'); 'none' uses only the defaults of the options below, which take precedence. (default: the model's own preset, or none)",
      valueName: "model"),
    completion: .custom { ImagePreparation.completions(for: $2) })
  var preset: String?
  @Option(
    help: ArgumentHelp(
      "Images: the length to resize the shorter side to, or 'none'. (default: the preset's, or 256)",
      valueName: "pixels"))
  var resize: Side?
  @Option(
    help: ArgumentHelp(
      "Images: the side length of the centre crop, or 'none'. (default: the preset's, or 224)", valueName: "pixels"))
  var crop: Side?
  @Option(
    help: ArgumentHelp(
      "Images: the mean to subtract from red, green and blue. (default: the preset's, or ImageNet's 0.485,0.456,0.406)",
      valueName: "r,g,b"))
  var mean: Levels?
  @Option(
    help: ArgumentHelp(
      "Images: the standard deviation to divide red, green and blue by. (default: the preset's, or ImageNet's 0.229,0.224,0.225)",
      valueName: "r,g,b"))
  var std: Divisors?

  @Option(
    help:
      "Images: the interpolation for resizing; all but nearest use antialiasing, as Pillow does. (default: the preset's, or bilinear)"
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

  /// Refuses options about images if no input is an image, an unknown preset, and lists that don't have one number per
  /// channel.
  ///
  /// - Throws: a validation error that names the option.
  func check(inputs: [String]) throws {
    let given = [
      ("--preset", preset != nil), ("--resize", resize != nil), ("--crop", crop != nil), ("--mean", mean != nil),
      ("--std", std != nil),
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
    do throws(XylemError) {
      if let preset, preset != Self.noPreset { _ = try ImagePreparation.chosen(preset) }
    } catch {
      throw ValidationError(error.message, remedies: error.remedies)
    }
  }
}

extension ImageOptions {
  /// How images are prepared for a model, with notes to standard error. Nil if no input is an image.
  ///
  /// - Throws: as ``ImagePreparation/init(_:for:)``.
  func preparation(of inputs: [String], for model: LoadedModel) throws -> ImagePreparation? {
    guard !inputs.isEmpty, InputReader.areImages(inputs) else { return nil }
    let preparation = try ImagePreparation(self, for: model.definition)
    for note in preparation.notes { Terminal.error(note) }
    return preparation
  }
}

extension ResampleFilter: ExpressibleByArgument {}
