internal import XylemFiles
internal import XylemImage

/// A feature drawn as a PNG file.
struct FeaturePicture {
  let fileName: String
  let bytes: [UInt8]

  /// The pictures of all features: the first item of each, with its channels as maps or its values as bars. Parts of a
  /// structured feature that can't be drawn are listed in warnings.
  ///
  /// - Throws: `extract.no-tensor` for a feature that has nothing to draw; `image.invalid-transform` if a picture would
  ///   be too large.
  static func all(of entries: [FeatureEntry]) throws -> [FeaturePicture] {
    var taken: Set<String> = []
    var pictures: [FeaturePicture] = []
    var drawn: Set<String> = []
    for entry in entries {
      guard let array = entry.array else { continue }
      // A tensor with one dimension is a vector; otherwise the first dimension is the batch.
      let shape = array.shape.count > 1 ? Array(array.shape.dropFirst()) : array.shape
      guard (1...3).contains(shape.count), array.count > 0, !array.dtype.isComplex else {
        if entry.key != entry.feature { Terminal.warn("'\(entry.key)', \(array), can't be drawn") }
        continue
      }
      let values = try array.floats().prefix(shape.reduce(1, *))
      let grid = try FeatureMapGrid(shape: shape, values: Array(values))
      let name = uniqueName(safeName(entry.key), &taken)
      pictures.append(FeaturePicture(fileName: name + ".png", bytes: try grid.encodePNG()))
      drawn.insert(entry.feature)
    }
    if let missing = entries.first(where: { !drawn.contains($0.feature) }) { throw CommandErrors.notDrawable(missing) }
    return pictures
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
