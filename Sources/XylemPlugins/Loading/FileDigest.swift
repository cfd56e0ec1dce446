internal import Glibc
package import XylemErrors

/// The SHA-256 digest of a file.
package enum FileDigest {
  /// The digest of a file's bytes, in hexadecimal. Holds no more than a mebibyte of them.
  ///
  /// - Throws: `file.unreadable`.
  package static func sha256(_ path: String) throws(XylemError) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var digest = ContentDigest()
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return digest.finish() }
      digest.add(count == block.count ? block : Array(block[..<count]))
    }
  }

  private static func unreadable(_ path: String) -> XylemError {
    XylemError(
      .fileUnreadable, "the file can't be read: \(unsafe String(cString: strerror(errno)))", at: .init(file: path))
  }
}
