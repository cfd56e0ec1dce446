internal import Glibc
internal import XylemErrors

/// A regular file that stays open, so that what was digested and what is loaded can be compared.
final class OpenedFile: Sendable {
  /// What tells files apart: two paths lead to one file where these are equal.
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let node: UInt64

    /// The identity of what a path leads to; nil where nothing is there.
    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      self.init(status)
    }

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      node = UInt64(status.st_ino)
    }
  }

  /// Larger files than this are not looked into: no plugin is.
  static let sizeLimit = 1 << 30

  let path: String
  let byteCount: Int
  let identity: Identity
  let descriptor: CInt

  /// Opens a file. Neither waits for a writer of a pipe, nor opens a device.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `plugin.not-a-plugin` for what is no regular file.
  init(_ path: String) throws(XylemError) {
    guard !path.utf8.contains(0) else { throw PluginFileErrors.unreadable(path, code: EINVAL) }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw PluginFileErrors.unreadable(path, code: errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw PluginFileErrors.unreadable(path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw PluginFileErrors.notRegular(path, kind: status.st_mode & S_IFMT)
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
    identity = Identity(status)
  }

  deinit { close(descriptor) }

  /// The `count` bytes at `offset`; nil where the file has fewer, or can't be read.
  func bytes(_ count: Int, at offset: Int) -> [UInt8]? {
    guard count >= 0, offset >= 0, count <= byteCount, offset <= byteCount - count else { return nil }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = unsafe UnsafeMutableRawBufferPointer(buffer)[filled..<count]
        let got = unsafe pread(
          descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        filled += got
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// The text at `offset` up to its null byte; nil where there is none within `limit` bytes and the file, or it is not UTF-8.
  func text(at offset: Int, limit: Int = 4096) -> String? {
    guard offset >= 0, offset < byteCount, let bytes = bytes(min(limit, byteCount - offset), at: offset),
      let end = bytes.firstIndex(of: 0)
    else { return nil }
    return String(validating: bytes[..<end], as: UTF8.self)
  }

  /// The SHA-256 of the file's bytes as they are now.
  ///
  /// - Throws: `file.unreadable`, also where the file is cut short meanwhile.
  func digest() throws(XylemError) -> String {
    var digest = ContentDigest()
    var offset = 0
    while offset < byteCount {
      let count = min(1 << 20, byteCount - offset)
      guard let piece = bytes(count, at: offset) else { throw PluginFileErrors.cutShort(path) }
      digest.add(piece)
      offset += count
    }
    return digest.finish()
  }
}
