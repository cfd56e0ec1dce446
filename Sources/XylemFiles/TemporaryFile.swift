import Glibc
import XylemErrors

/// A file in its target's folder that replaces the target, or is removed when it is released.
struct TemporaryFile: ~Copyable {
  var writer: AtomicFile.Writer
  /// The path of the temporary file.
  let name: String
  private let target: String
  private let path: String
  private var isCommitted = false

  /// Creates the file.
  ///
  /// - Parameters:
  ///   - target: the file to replace, not a link.
  ///   - existing: the existing file; nil if there is none.
  ///   - path: the path that errors name.
  /// - Throws: `file.unwritable`.
  init(beside target: String, replacing existing: WriteTarget.Existing?, path: String) throws(XylemError) {
    // The contents may be secret: other users must not read them before the permissions are copied.
    let made = try Self.create(beside: target, permissions: existing == nil ? 0o666 : 0o600, path: path)
    name = made.name
    writer = AtomicFile.Writer(made.descriptor, path: path)
    self.target = target
    self.path = path
  }

  private static func create(
    beside target: String, permissions: mode_t, path: String
  ) throws(XylemError) -> (name: String, descriptor: CInt) {
    let folder = WriteTarget.folder(of: target)
    AbandonedFiles.remove(in: folder)
    while true {
      let name = (folder.hasSuffix("/") ? folder : folder + "/") + TemporaryName().text
      TemporaryFileLog.note(.made(name))
      let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      guard descriptor < 0 else { return (name, descriptor) }
      let failure = SystemCallFailure.last("open")
      TemporaryFileLog.note(.gone(name))
      switch failure.code {
      case EEXIST, EINTR: continue
      case ENOENT: throw XylemError.missingFolder(folder, of: path)
      case ENOTDIR: throw XylemError.folderIsFile(folder, of: path)
      default: throw XylemError.unwritable(path, failure)
      }
    }
  }

  deinit {
    if !isCommitted { unsafe _ = unlink(name) }
    TemporaryFileLog.note(.gone(name))
  }

  /// Flushes the contents to disk and replaces the target.
  ///
  /// - Throws: `file.unwritable`.
  mutating func commit() throws(XylemError) {
    try writer.finish(syncing: true)
    try replaceTarget()
  }

  /// Replaces the target with the contents, which were flushed to disk before.
  ///
  /// - Throws: `file.unwritable`.
  mutating func replaceTarget() throws(XylemError) {
    guard unsafe rename(name, target) == 0 else { throw XylemError.unwritable(path, .last("rename")) }
    isCommitted = true
    // The new name is in place. Not every file system guarantees that it survives a power failure.
    Folder.flush(WriteTarget.folder(of: target))
  }

  /// Gives the file the permissions, and if possible the owner, of the file that it replaces.
  ///
  /// - Throws: `file.unwritable`.
  func takeOver(_ existing: WriteTarget.Existing) throws(XylemError) {
    // Only the superuser may change the owner, which clears set-id bits, so it comes first.
    _ = fchown(writer.descriptor, existing.owner, existing.group)
    guard fchmod(writer.descriptor, existing.permissions) == 0 else {
      throw XylemError.unwritable(path, .last("fchmod"))
    }
  }
}
