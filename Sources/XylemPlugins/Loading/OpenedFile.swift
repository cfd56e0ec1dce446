internal import XylemErrors
internal import XylemFiles

/// A regular file that stays open, so that what was digested and what is loaded can be compared.
final class OpenedFile: Sendable {
  /// Larger files than this are not looked into: no plugin is.
  static let sizeLimit = 1 << 30

  private let file: InputFile
  var path: String { file.path }
  var byteCount: Int { file.size ?? 0 }
  var identity: InputFile.Identity { file.identity }
  var descriptor: CInt { file.descriptor }

  /// Opens a file. Neither waits for a writer of a pipe, nor reads a device.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `plugin.not-a-plugin` for what is no regular file.
  init(_ path: String) throws(XylemError) {
    file = try InputFile(path, regularOnly: true, refuse: PluginFileErrors.notRegular)
  }

  /// The `count` bytes at `offset`; nil where the file has fewer, or can't be read.
  func bytes(_ count: Int, at offset: Int) -> [UInt8]? {
    guard count >= 0, offset >= 0, count <= byteCount, offset <= byteCount - count else { return nil }
    return try? file.read(count, at: offset, "the library")
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
