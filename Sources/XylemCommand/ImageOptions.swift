internal import ArgumentParser
internal import XylemErrors
internal import XylemImage

/// How images become a model's input.
struct ImageOptions: ParsableArguments {
  /// A side in pixels, or none.
  enum Side: ExpressibleByArgument {
    case pixels(Int)
    case none

    init?(argument: String) {
      if argument == "none" {
        self = .none
      } else if let number = Int(argument), number > 0 {
        self = .pixels(number)
      } else {
        return nil
      }
    }

    var defaultValueDescription: String { pixels.map(String.init) ?? "none" }

    var pixels: Int? {
      if case .pixels(let number) = self { return number }
      return nil
    }
  }

  /// Three numbers, for red, green and blue.
  struct Levels: ExpressibleByArgument {
    let numbers: [Double]

    init(_ numbers: [Double]) { self.numbers = numbers }

    init?(argument: String) {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == 3, parts.count == 3 else { return nil }
    }

    var defaultValueDescription: String { numbers.map { "\($0)" }.joined(separator: ",") }
  }

  @Option(help: ArgumentHelp("Images: the shorter side becomes this long, or 'none'.", valueName: "pixels"))
  var resize: Side = .pixels(256)
  @Option(help: ArgumentHelp("Images: the side of the square cut from the centre, or 'none'.", valueName: "pixels"))
  var crop: Side = .pixels(224)
  @Option(help: ArgumentHelp("Images: what is subtracted from red, green and blue.", valueName: "r,g,b"))
  var mean = Levels(ImageTransform.imageNetMean)
  @Option(help: ArgumentHelp("Images: what red, green and blue are divided by then.", valueName: "r,g,b"))
  var std = Levels(ImageTransform.imageNetStandardDeviation)

  /// The transform that the options describe.
  ///
  /// - Throws: `image.invalid-transform`.
  func transform() throws -> ImageTransform {
    try ImageTransform(
      resize: resize.pixels, crop: crop.pixels, mean: mean.numbers, standardDeviation: std.numbers)
  }
}
