internal import Xylem
internal import XylemErrors
internal import XylemImage
internal import XylemNN

/// How a command prepares images for its model: the model's preset, or another one, changed by options.
struct ImagePreparation {
  let transform: ImageTransform
  /// How the EXIF orientation is treated.
  let exif: ImageOptions.ExifUse?
  /// What the options did not say or changed, for standard error.
  let notes: [String]

  /// Whether images get three channels.
  var isColored: Bool { transform.channels == 3 }

  /// Creates the preparation for a model.
  ///
  /// - Parameter definition: the built-in model. Nil for an archive, which has no preset of its own.
  /// - Throws: `usage` if the model does not take images or the preset is unknown; `image.invalid-transform`.
  init(_ options: ImageOptions, for definition: ModelDefinition?) throws {
    let base: ImageTransform
    var notes: [String] = []
    var owner: String?
    switch options.preset {
    case ImageOptions.noPreset?: base = try ImageTransform()
    case let name?:
      base = try ImageTransform(Self.chosen(name))
      owner = name
    case nil:
      let preset = try definition.flatMap { try Self.own($0) }
      base = try preset ?? ImageTransform()
      owner = preset == nil ? nil : definition?.name
      if let owner, let preset = definition?.preset {
        let levels = preset.levels.isEmpty ? "ImageNet's mean and std" : "mean / std \(preset.levels)"
        notes.append("note: images are prepared with the preset of \(owner): \(preset.sizes), \(levels)")
      }
    }
    exif = options.exif
    transform = try ImageTransform(
      resize: options.resize.map(\.pixels) ?? base.resize, crop: options.crop.map(\.pixels) ?? base.crop,
      mean: options.mean?.numbers ?? base.mean,
      standardDeviation: options.std?.numbers ?? base.standardDeviation,
      interpolation: options.interpolation ?? base.interpolation, channels: options.channels?.count ?? base.channels)
    if let owner {
      let changes = Self.changes(from: base, to: transform)
      if !changes.isEmpty {
        notes.append("note: options replace parts of the preset of \(owner): " + changes.joined(separator: ", "))
      }
    }
    if let resize = transform.resize, let crop = transform.crop, crop > resize {
      notes.append(
        "warning: the crop of \(crop) pixels is larger than the shorter side of \(resize): the border becomes black")
    }
    self.notes = notes
  }

  /// The transform of a model's own preset. Nil if it has none.
  private static func own(_ definition: ModelDefinition) throws -> ImageTransform? {
    if let shape = definition.inputShape, definition.task == .video || definition.task == .flow {
      let sizes = shape.map(String.init).joined(separator: ",")
      throw CommandErrors.input(
        "\(definition.name) does not take images: its input has the shape \(sizes)",
        remedies: ["give a tensor of that shape in a .npy or .safetensors file"])
    }
    return try definition.preset.map { try ImageTransform($0) }
  }

  /// The preset of a model that `--preset` names.
  ///
  /// - Throws: `usage` if there is no such model, or if it has no preset for images.
  static func chosen(_ name: String) throws(XylemError) -> ImagePreset {
    let definition = ModelCatalog.current[name]
    if let preset = definition?.preset, preset.resize.count <= 1 { return preset }
    let known = ModelCatalog.current.models.filter { $0.preset.map { $0.resize.count <= 1 } == true }.map(\.name)
    throw CommandErrors.usage(
      definition == nil
        ? "'--preset \(name)' does not name a built-in model" : "'\(name)' has no preset for images",
      remedies: nearMisses(of: name, among: known, limit: 2).map { "--preset \($0)" }
        + ["--preset none", "xylem models  # lists the models and their transforms"])
  }

  /// The completions of a value of `--preset`.
  static func completions(for start: String) -> [String] {
    let names = ModelCatalog.current.models.filter { $0.preset != nil }.map(\.name)
    return (names + [ImageOptions.noPreset]).filter { $0.hasPrefix(start) }.sorted()
  }

  /// The parts of a transform that another one replaces, as options.
  private static func changes(from base: ImageTransform, to transform: ImageTransform) -> [String] {
    func side(_ side: Int?) -> String { side.map(String.init) ?? ImageOptions.noPreset }
    func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
    let parts: [(option: String, before: String, after: String)] = [
      ("--resize", side(base.resize), side(transform.resize)), ("--crop", side(base.crop), side(transform.crop)),
      ("--mean", list(base.mean), list(transform.mean)),
      ("--std", list(base.standardDeviation), list(transform.standardDeviation)),
      ("--interpolation", base.interpolation.rawValue, transform.interpolation.rawValue),
      ("--channels", "\(base.channels)", "\(transform.channels)"),
    ]
    return parts.filter { $0.before != $0.after }.map { "\($0.option) \($0.after) (it has \($0.before))" }
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
