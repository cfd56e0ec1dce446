internal import ArgumentParser
internal import XylemErrors
internal import XylemImage

/// Options for drawing features.
struct PictureOptions: ParsableArguments {
  /// The range that the colours represent.
  enum Range: String, ExpressibleByArgument, CaseIterable { case channel, shared }

  /// A layout for one feature, or for all.
  struct Layout: ExpressibleByArgument {
    /// Nil for all features.
    let key: String?
    let kind: FeatureLayout.Kind

    init?(argument: String) {
      let separator = argument.lastIndex(of: "=")
      key = separator.map { String(argument[..<$0]) }
      guard key != "",
        let kind = FeatureLayout.Kind(
          rawValue: String(separator.map { argument[argument.index(after: $0)...] } ?? argument[...]))
      else { return nil }
      self.kind = kind
    }

    static var allValueStrings: [String] { FeatureLayout.Kind.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
  }

  @Option(
    name: .customLong("images"),
    help: ArgumentHelp(
      "Draw the channels of each feature, for the first item of the batch, as PNG files in this folder.",
      valueName: "folder"),
    completion: .directory)
  var folder: String?
  @Option(
    help: ArgumentHelp(
      "Draw all features in one PNG file, a row of channels each, for the first item of the batch.",
      valueName: "file"),
    completion: .file(extensions: ["png"]))
  var contactSheet: String?
  @Option(
    name: .customLong("image-channels"),
    help: ArgumentHelp("Pictures: the maximum number of channels. (default: 64)", valueName: "n"))
  var channels: WholeNumber<1, 4096>?
  @Option(
    name: .customLong("image-range"),
    help: "Pictures: whether each channel has its own range of colours, or all share one. (default: channel)")
  var range: Range?
  @Option(
    name: .customLong("image-layout"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Pictures: what the dimensions of features mean: channels-first, channels-last, tokens, attention, matrix or vector. Detected where this is not given.",
      valueName: "[key=]layout"))
  var layouts: [Layout] = []

  /// Whether anything is drawn.
  var isUsed: Bool { folder != nil || contactSheet != nil }

  /// Refuses options that have no effect, and a folder without a name.
  ///
  /// - Throws: a validation error that names the option.
  func check() throws {
    let dependent = [
      ("--image-channels", channels != nil), ("--image-range", range != nil), ("--image-layout", !layouts.isEmpty),
    ]
    if !isUsed, let option = dependent.first(where: \.1)?.0 {
      throw ValidationError(
        "'\(option)' has no effect without '--images' or '--contact-sheet'", remedies: ["--images maps"])
    }
    if folder?.isEmpty == true { throw ValidationError("'--images' needs the name of a folder") }
    if folder.map(OutputFile.isStandardOutput) == true {
      throw ValidationError("'--images' writes files to a folder, not to standard output", remedies: ["--images maps"])
    }
    if let contactSheet, !contactSheet.hasSuffix(".png") {
      throw ValidationError("'--contact-sheet' needs a file that ends in .png", remedies: ["--contact-sheet maps.png"])
    }
    for (index, layout) in layouts.enumerated() where layouts[..<index].contains(where: { $0.key == layout.key }) {
      throw ValidationError(
        "'--image-layout' is given twice " + (layout.key.map { "for '\($0)'" } ?? "for all features"))
    }
  }

  /// Refuses layouts of keys that no feature has.
  ///
  /// - Throws: `usage`.
  func check(keys: [String]) throws(XylemError) {
    for layout in layouts {
      guard let key = layout.key, !keys.contains(key) else { continue }
      throw CommandErrors.layoutOfNothing(key, layout.kind.rawValue, keys)
    }
  }

  /// The layout that was chosen for a feature. Nil if it is to be detected.
  func layout(of key: String) -> FeatureLayout.Kind? {
    (layouts.first { $0.key == key } ?? layouts.first { $0.key == nil })?.kind
  }

  /// How features are drawn.
  var drawing: FeatureMapGrid.Options {
    .init(
      maximumChannels: channels?.value ?? FeatureMapGrid.Options().maximumChannels,
      normalization: range == .shared ? .shared : .perChannel)
  }
}
