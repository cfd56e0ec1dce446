import Foundation

/// Reads image files whole, so far as they can be images.
enum ImageFile {
  /// The most bytes that a file may have: 1 GiB.
  static let maximumByteCount = 1 << 30

  /// All bytes of the file at `path`, which may be a pipe too. Stops at the first block where that is no image.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, or `file.unsupported` for other formats and oversize.
  static func read(_ path: String) throws -> [UInt8] {
    let handle = try open(path)
    defer { try? handle.close() }
    var bytes: [UInt8] = []
    while true {
      let block: Data?
      do {
        block = try handle.read(upToCount: 1 << 20)
      } catch {
        throw ImageErrors.unreadable(path, cause: error)
      }
      guard let block, !block.isEmpty else { return bytes }
      bytes.append(contentsOf: block)
      if bytes.count >= ImageFileKind.signatureLength, case .other(let name) = ImageFileKind(signature: bytes) {
        throw ImageErrors.otherFormat(name)
      }
      guard bytes.count <= maximumByteCount else { throw ImageErrors.fileTooLarge(limit: maximumByteCount) }
    }
  }

  private static func open(_ path: String) throws -> FileHandle {
    do {
      return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      if FileManager.default.fileExists(atPath: path) { throw ImageErrors.unreadable(path, cause: error) }
      throw ImageErrors.notFound(path)
    }
  }
}
