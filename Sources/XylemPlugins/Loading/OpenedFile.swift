internal import XylemErrors
internal import XylemFiles

/// A regular file that stays open, so that the digested bytes and the loaded bytes can be compared.
final class OpenedFile: Sendable {
  /// The maximum size of a file. No plugin is larger.
  static let sizeLimit = 1 << 30

  private let file: InputFile
  var path: String { file.path }
  var byteCount: Int { file.size ?? 0 }
  var identity: InputFile.Identity { file.identity }
  var descriptor: CInt { file.descriptor }

  /// Opens a file. Neither waits for the writer of a pipe nor reads a device.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `plugin.not-a-plugin` if it is not a regular file.
  init(_ path: String) throws(XylemError) {
    file = try InputFile(path, regularOnly: true, refuse: PluginFileErrors.notRegular)
  }

  /// Returns `count` bytes at `offset`, or nil if the file has fewer or can't be read.
  func bytes(_ count: Int, at offset: Int) -> [UInt8]? {
    guard count >= 0, offset >= 0, count <= byteCount, offset <= byteCount - count else { return nil }
    return try? file.read(count, at: offset, "the library")
  }

  /// Returns the string at `offset` up to its null byte, or nil if there is none within `limit` bytes and the file, or
  /// if it is not UTF-8.
  func text(at offset: Int, limit: Int = 4096) -> String? {
    guard offset >= 0, offset < byteCount, let bytes = bytes(min(limit, byteCount - offset), at: offset),
      let end = bytes.firstIndex(of: 0)
    else { return nil }
    return String(validating: bytes[..<end], as: UTF8.self)
  }

  /// Returns the SHA-256 of the file's current bytes.
  ///
  /// - Throws: `file.unreadable`, also if the file is truncated meanwhile.
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
