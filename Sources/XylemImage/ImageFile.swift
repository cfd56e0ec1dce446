import Glibc
import XylemErrors

/// Reads image files whole, so far as they can be images.
enum ImageFile {
  /// The most bytes that a file may have: 1 GiB.
  static let maximumByteCount = 1 << 30

  /// All bytes of the file at `path`, which may be a pipe that the shell hands over. Stops at the first block where that is no image.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, or `file.unsupported` for other formats and oversize.
  static func read(_ path: String) throws(XylemError) -> [UInt8] {
    var named = stat()
    // To open a pipe that has a name in a folder may wait for ever.
    if unsafe lstat(path, &named) == 0, named.st_mode & S_IFMT == S_IFIFO { throw ImageErrors.pipe(path) }
    let descriptor = path.utf8.contains(0) ? -1 : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw ImageErrors.notFound(path) }
      throw ImageErrors.unreadable(path, lastReason())
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while let block = try block(of: descriptor, path: path) {
      bytes += block
      if bytes.count >= ImageFileKind.signatureLength, case .other(let kind) = ImageFileKind(signature: bytes) {
        throw ImageErrors.otherFormat(kind, path: path)
      }
      guard bytes.count <= maximumByteCount else { throw ImageErrors.fileTooLarge(limit: maximumByteCount) }
    }
    return bytes
  }

  /// The next bytes; nil at the end.
  private static func block(of descriptor: CInt, path: String) throws(XylemError) -> [UInt8]? {
    var failure: CInt = 0
    let block = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, filled in
      while true {
        let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        (filled, failure) = (max(count, 0), count < 0 ? errno : 0)
        return
      }
    }
    if failure == EISDIR { throw ImageErrors.folder(path) }
    guard failure == 0 else { throw ImageErrors.unreadable(path, lastReason(failure)) }
    return block.isEmpty ? nil : block
  }

  private static func lastReason(_ code: CInt = errno) -> String { unsafe String(cString: strerror(code)) }
}
