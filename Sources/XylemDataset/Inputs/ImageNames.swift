/// Which files are images, by their names.
enum ImageNames {
  /// The endings of image files, in lower case, without the dot.
  static let endings: Set<String> = ["jpg", "jpeg", "jpe", "png"]

  /// Whether a file's name ends like that of an image. Hidden files are none: some systems keep notes on each image in
  /// a file `._name.jpg`.
  static func isImage(_ name: [UInt8]) -> Bool {
    guard name.first != UInt8(ascii: "."), let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return isEnding(name[(dot + 1)...])
  }

  /// Whether these are the bytes of an image file's ending, without the dot.
  static func isEnding(_ bytes: some Sequence<UInt8>) -> Bool {
    endings.contains(String(decoding: Array(bytes), as: UTF8.self).lowercased())
  }

  /// Whether a path has one of the endings, in lower case with a dot.
  static func has(_ path: [UInt8], ending: String) -> Bool {
    String(decoding: path.suffix(ending.utf8.count), as: UTF8.self).lowercased() == ending
  }
}
