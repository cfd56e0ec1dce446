internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemImage
internal import XylemReport
internal import XylemTensor

/// Features drawn as PNG files.
struct FeaturePicture {
  let fileName: String
  let bytes: [UInt8]
  /// What the picture shows.
  let panel: FeatureSheet.Panel

  /// The pictures of all features, one each.
  ///
  /// - Throws: `extract.no-tensor` for a feature that has nothing to draw; `image.invalid-transform` if a picture would
  ///   be too large, or if a feature does not have the chosen layout.
  static func all(of features: [FeatureSheet.Feature], options: PictureOptions) throws -> [FeaturePicture] {
    var taken: Set<String> = []
    return try features.map { feature in
      let sheet = try FeatureSheet([feature], options: options.drawing)
      return FeaturePicture(
        fileName: uniqueName(safeName(feature.name), &taken) + ".png", bytes: try sheet.image.encodePNG(),
        panel: sheet.panels[0])
    }
  }

  /// All features in one picture. What does not fit is said in a warning.
  ///
  /// - Throws: as ``all(of:options:)``.
  static func contactSheet(of features: [FeatureSheet.Feature], options: PictureOptions) throws -> [UInt8] {
    let limit = FeatureSheet.maximumFeatures
    if features.count > limit {
      Terminal.warn("the contact sheet shows the first \(limit) of \(features.count) features")
    }
    return try FeatureSheet(Array(features.prefix(limit)), options: options.drawing).image.encodePNG()
  }

  /// The size of the first image that the model saw: the last two dimensions of the first tensor with at least three.
  static func imageSize(
    of arguments: [String: Value], _ extractor: FeatureExtractor
  ) throws -> FeatureLayout.InputSize? {
    for argument in extractor.plan.arguments {
      guard let value = arguments[argument.name] else { continue }
      let tensors: [Tensor] =
        switch try value.unpacked() {
        case .tensor(let tensor): [tensor]
        case .list(let elements), .tuple(let elements, _): elements.compactMap { $0.tensor }
        default: []
        }
      for sizes in try tensors.map({ try $0.sizes }) where sizes.count >= 3 {
        return .init(height: sizes[sizes.count - 2], width: sizes[sizes.count - 1])
      }
    }
    return nil
  }

  /// The first item of each feature, for drawing. Parts of a structured feature that can't be drawn are listed in
  /// warnings.
  ///
  /// - Parameter input: the size of the image that the model saw, if it is known.
  /// - Throws: `extract.no-tensor` for a feature that has nothing to draw; `image.invalid-transform` if a feature does
  ///   not have the chosen layout.
  static func drawable(
    _ entries: [FeatureEntry], input: FeatureLayout.InputSize?, options: PictureOptions
  ) throws -> [FeatureSheet.Feature] {
    var features: [FeatureSheet.Feature] = []
    var drawn: Set<String> = []
    try options.check(keys: entries.flatMap { [$0.key, $0.feature] })
    for entry in entries {
      guard let array = entry.array else { continue }
      // A tensor with one dimension is a vector; otherwise the first dimension is the batch.
      let shape = array.shape.count > 1 ? Array(array.shape.dropFirst()) : array.shape
      guard (1...4).contains(shape.count), array.count > 0, !array.dtype.isComplex else {
        if entry.key != entry.feature { Terminal.warn("'\(entry.key)', \(array), can't be drawn") }
        continue
      }
      let values = Array(try array.floats().prefix(shape.reduce(1, *)))
      let kind = options.layout(of: entry.key) ?? options.layout(of: entry.feature)
      do {
        features.append(try feature(entry.key, shape, values, kind: kind, input: input))
      } catch var error as XylemError {
        error.place.node = entry.node
        throw error
      }
      drawn.insert(entry.feature)
    }
    if let missing = entries.first(where: { !drawn.contains($0.feature) }) { throw CommandErrors.notDrawable(missing) }
    return features
  }

  /// The feature of one image, or of a clip's middle frame.
  private static func feature(
    _ name: String, _ shape: [Int], _ values: [Float], kind: FeatureLayout.Kind?, input: FeatureLayout.InputSize?
  ) throws -> FeatureSheet.Feature {
    guard shape.count == 4 else {
      let layout = try kind.map { try FeatureLayout($0, shape: shape, input: input) }
      return try FeatureSheet.Feature(name: name, shape: shape, values: values, layout: layout, input: input)
    }
    let last = Array(shape.dropFirst())
    let size = last.reduce(1, *)
    let middle = Array(values[(shape[0] / 2 * size)..<((shape[0] / 2 + 1) * size)])
    let isLast: Bool
    if let kind {
      isLast = kind == .channelsLast
    } else {
      isLast = try FeatureLayout(of: last, values: middle, input: input) == .channelsLast
    }
    func named(_ frame: Int, of count: Int) -> String { "\(name), frame \(frame) of \(count)" }
    if isLast {
      return try FeatureSheet.Feature(
        name: named(shape[0] / 2, of: shape[0]), shape: last, values: middle, layout: .channelsLast, input: input)
    }
    // [C, T, H, W]
    let (frames, map) = (shape[1], shape[2] * shape[3])
    var chosen: [Float] = []
    for channel in 0..<shape[0] {
      let start = (channel * frames + frames / 2) * map
      chosen += values[start..<(start + map)]
    }
    let sides = [shape[0], shape[2], shape[3]]
    let layout = try FeatureLayout(kind ?? .channelsFirst, shape: sides, input: input)
    return try FeatureSheet.Feature(
      name: named(frames / 2, of: frames), shape: sides, values: chosen, layout: layout, input: input)
  }

  /// What the picture shows, for the summary in JSON: `{file, key, layout, channels, drawn}`.
  var json: JSONValue {
    .object([
      "file": .string(fileName), "key": .string(panel.name), "layout": .string(panel.layout.kind.rawValue),
      "channels": .int(panel.channelCount), "drawn": .int(panel.drawnChannelCount),
    ])
  }

  /// Whether the picture shows some of the channels only.
  var isPartial: Bool { panel.drawnChannelCount < panel.channelCount }

  /// What a partial picture shows, in a line.
  var text: String {
    let unit =
      switch panel.layout.kind {
      case .vector: "values"
      case .attention: "heads"
      case .channelsFirst, .channelsLast, .tokens, .matrix: "channels"
      }
    return "\(fileName) shows \(panel.drawnChannelCount) of \(panel.channelCount) \(unit)"
  }

  /// A key as a file name: letters, digits, dots, hyphens and underscores; never hidden, at most 200 bytes.
  static func safeName(_ key: String) -> String {
    var name = ""
    for character in key {
      let isSafe = character.isLetter || character.isNumber || character == "." || character == "-" || character == "_"
      let next = isSafe ? String(character) : "_"
      guard name.utf8.count + next.utf8.count <= 200 else { break }
      name += next
    }
    if name.isEmpty { return "feature" }
    return name.hasPrefix(".") || name.hasPrefix("-") ? "_" + name.dropFirst() : name
  }

  private static func uniqueName(_ name: String, _ taken: inout Set<String>) -> String {
    var (candidate, number) = (name, 1)
    while !taken.insert(candidate.lowercased()).inserted {
      number += 1
      candidate = "\(name)-\(number)"
    }
    return candidate
  }
}
