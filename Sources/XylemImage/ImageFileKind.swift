/// The kind of a file, by its first bytes.
enum ImageFileKind: Equatable {
  case jpeg
  case png
  /// A file that can't be decoded, with its format if it is a common one.
  case other(Other?)

  /// A format that is not decoded.
  struct Other: Equatable, CustomStringConvertible {
    /// A description of the file, as in `a GIF file`.
    let description: String
    /// Whether an image program could convert it.
    let isImage: Bool
  }

  /// The number of bytes that ``init(signature:)`` reads.
  static let signatureLength = 12

  /// Recognises the kind by the first ``signatureLength`` bytes, or by all bytes of a shorter file.
  init(signature: some Collection<UInt8>) {
    let bytes = Array(signature.prefix(Self.signatureLength))
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      self = .other(Self.format(of: bytes))
    }
  }

  private static func format(of bytes: [UInt8]) -> Other? {
    func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
    func image(_ name: String) -> Other { Other(description: "a \(name) file", isImage: true) }
    if has("GIF8") { return image("GIF") }
    if has("RIFF"), has("WEBP", at: 8) { return image("WebP") }
    if has("II*\0") || has("MM\0*") { return image("TIFF") }
    if has("ftypavif", at: 4) { return Other(description: "an AVIF file", isImage: true) }
    if has("ftyphei", at: 4) || has("ftypmif1", at: 4) { return image("HEIF") }
    if has("BM") { return image("BMP") }
    if has("%PDF") { return image("PDF") }
    if has("<svg") || has("<?xml") { return Other(description: "an SVG or XML file", isImage: true) }
    if has("PK") { return Other(description: "a zip file", isImage: false) }
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      return Other(description: "a .npy file with another name", isImage: false)
    }
    return nil
  }
}
