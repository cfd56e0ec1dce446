internal import XylemImage

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
