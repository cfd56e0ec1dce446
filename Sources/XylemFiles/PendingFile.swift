import Glibc
package import XylemErrors

/// A file that is written over a longer time, and then replaces its target at once.
///
/// Like ``AtomicFile``, for contents that don't come from one closure. Until ``commit()`` the target is unchanged; a
/// file that is not committed is removed with its last reference. Not safe to use from several threads at once.
package final class PendingFile {
  /// The target.
  package let path: String
  private var file: TemporaryFile

  /// Creates an empty file in the folder of the target.
  ///
  /// - Throws: `file.unwritable`, also for a target that is not a regular file.
  package init(_ path: String) throws(XylemError) {
    switch try WriteTarget(path) {
    case .stream(let descriptor):
      close(descriptor)
      throw XylemError.unwritable(path, SystemCallFailure(call: "rename", code: EINVAL))
    case .file(let final, let existing):
      self.path = path
      file = try TemporaryFile(beside: final, replacing: existing, path: path)
      if let existing { try file.takeOver(existing) }
    }
  }

  /// Writes bytes at an offset. Bytes that are never written are zero.
  ///
  /// - Throws: `file.unwritable`.
  package func write(_ bytes: [UInt8], at offset: Int) throws(XylemError) {
    let descriptor = file.writer.descriptor
    let failure: SystemCallFailure? = unsafe bytes.withUnsafeBytes { (bytes) -> SystemCallFailure? in
      var done = 0
      while done < bytes.count {
        let count = min(bytes.count - done, 1 << 30)
        let written = unsafe pwrite(descriptor, bytes.baseAddress! + done, count, off_t(offset + done))
        if written < 0, errno == EINTR { continue }
        if written < 0 { return .last("write") }
        done += written
      }
      return nil
    }
    if let failure { throw XylemError.unwritable(path, failure) }
  }

  /// When the contents were last written, by the file system's clock, in seconds.
  ///
  /// - Throws: `file.unwritable`.
  func modificationTime() throws(XylemError) -> Int {
    var status = stat()
    guard unsafe fstat(file.writer.descriptor, &status) == 0 else { throw XylemError.unwritable(path, .last("fstat")) }
    return status.st_mtim.tv_sec
  }

  /// Flushes the contents to disk. Nothing can be written afterwards.
  ///
  /// - Returns: the size in bytes and the SHA-256 of the contents.
  /// - Throws: `file.unwritable`, also if the folder has been removed meanwhile; `file.unreadable`.
  package func finish() throws(XylemError) -> (byteCount: Int, digest: String) {
    try file.writer.finish(syncing: true)
    guard let byteCount = Folder.size(ofFile: file.name) else {
      let folder = WriteTarget.folder(of: path)
      guard Folder.kind(of: PathBytes(folder)) == nil else {
        throw XylemError.unwritable(path, SystemCallFailure(call: "stat", code: ENOENT))
      }
      throw XylemError.missingFolder(folder, of: path)
    }
    return (byteCount, try ContentDigest.ofFile(file.name))
  }

  /// Replaces the target, after ``finish()``.
  ///
  /// - Throws: `file.unwritable`.
  package func commit() throws(XylemError) { try file.replaceTarget() }
}
