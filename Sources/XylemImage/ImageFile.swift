import XylemErrors
import XylemFiles

/// Reads whole image files, and stops early at files that are not images.
enum ImageFile {
  /// The maximum size of a file: 1 GiB.
  static let maximumByteCount = 1 << 30

  /// All bytes of the file at `path`, which may be a pipe of the shell. Stops after the first block if it is not an
  /// image.
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
