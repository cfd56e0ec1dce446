/// What a file holds, by its first bytes.
enum ImageFileKind: Equatable {
  case jpeg
  case png
  /// Nothing that is decoded; the name where it is a format that people bring.
  case other(name: String?)

  /// How many bytes ``init(signature:)`` looks at.
  static let signatureLength = 12

  /// Recognises the kind by the first ``signatureLength`` bytes, or by all there are where a file has fewer.
  init(signature: some Collection<UInt8>) {
    let bytes = Array(signature.prefix(Self.signatureLength))
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      self = .other(name: Self.name(of: bytes))
    }
  }

  private static func name(of bytes: [UInt8]) -> String? {
    func has(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
    if has("GIF8") { return "GIF" }
    if has("RIFF"), has("WEBP", at: 8) { return "WebP" }
    if has("II*\0") || has("MM\0*") { return "TIFF" }
    if has("ftypavif", at: 4) { return "AVIF" }
    if has("ftyphei", at: 4) || has("ftypmif1", at: 4) { return "HEIF" }
    if has("BM") { return "BMP" }
    if has("%PDF") { return "PDF" }
    if has("<svg") || has("<?xml") { return "SVG or XML" }
    if has("PK") { return "ZIP" }
    return nil
  }
}
