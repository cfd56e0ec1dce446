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
      } else if let number = Int(argument), (1...ImageTransform.maximumSide).contains(number) {
        self = .pixels(number)
      } else {
        return nil
      }
    }

    static var allValueStrings: [String] { ["at least 1 and at most \(ImageTransform.maximumSide), or 'none'"] }
    static var defaultCompletionKind: CompletionKind { .default }
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

    static var allValueStrings: [String] { ["three finite numbers"] }
    static var defaultCompletionKind: CompletionKind { .default }
    var defaultValueDescription: String { numbers.map { "\($0)" }.joined(separator: ",") }
  }

  /// Three numbers to divide by.
  struct Divisors: ExpressibleByArgument {
    let numbers: [Double]

    init(_ numbers: [Double]) { self.numbers = numbers }

    init?(argument: String) {
      guard let levels = Levels(argument: argument), levels.numbers.allSatisfy({ $0 > 0 }) else { return nil }
      numbers = levels.numbers
    }

    static var allValueStrings: [String] { ["three finite numbers above 0"] }
    static var defaultCompletionKind: CompletionKind { .default }
    var defaultValueDescription: String { Levels(numbers).defaultValueDescription }
  }

  @Option(help: ArgumentHelp("Images: the shorter side becomes this long, or 'none'.", valueName: "pixels"))
  var resize: Side = .pixels(256)
  @Option(help: ArgumentHelp("Images: the side of the square cut from the centre, or 'none'.", valueName: "pixels"))
  var crop: Side = .pixels(224)
  @Option(help: ArgumentHelp("Images: what is subtracted from red, green and blue.", valueName: "r,g,b"))
  var mean = Levels(ImageTransform.imageNetMean)
  @Option(help: ArgumentHelp("Images: what red, green and blue are divided by then.", valueName: "r,g,b"))
  var std = Divisors(ImageTransform.imageNetStandardDeviation)

  /// The transform that the options describe.
  ///
  /// - Throws: `image.invalid-transform`.
  func transform() throws -> ImageTransform {
    try ImageTransform(
      resize: resize.pixels, crop: crop.pixels, mean: mean.numbers, standardDeviation: std.numbers)
  }
}
