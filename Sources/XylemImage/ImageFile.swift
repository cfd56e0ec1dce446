import XylemErrors
import XylemFiles

/// Reads image files whole, so far as they can be images.
enum ImageFile {
  /// The most bytes that a file may have: 1 GiB.
  static let maximumByteCount = 1 << 30

  /// All bytes of the file at `path`, which may be a pipe that the shell hands over. Stops at the first block where that is no image.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, or `file.unsupported` for other formats and oversize.
  static func read(_ path: String) throws(XylemError) -> [UInt8] {
    var bytes: [UInt8] = []
    do throws(XylemError) {
      var file = try InputFile(path, regularOnly: false, refuse: ImageErrors.notRegular)
      while true {
        let block = try file.rest(upTo: 1 << 20)
        guard !block.isEmpty else { return bytes }
        bytes += block
        if bytes.count >= ImageFileKind.signatureLength, case .other(let kind) = ImageFileKind(signature: bytes) {
          throw ImageErrors.otherFormat(kind, path: path)
        }
        guard bytes.count <= maximumByteCount else { throw ImageErrors.fileTooLarge(limit: maximumByteCount) }
      }
    } catch { throw error.id == .fileNotFound ? ImageErrors.notFound(path) : error }
  }
}
