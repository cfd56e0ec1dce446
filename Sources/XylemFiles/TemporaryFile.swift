import Glibc
import XylemErrors

/// A file beside its target that takes the target's place, or is removed when it goes.
struct TemporaryFile: ~Copyable {
  var writer: AtomicFile.Writer
  private let name: String
  private let target: String
  private let path: String
  private var isCommitted = false

  /// Makes the file.
  ///
  /// - Parameters:
  ///   - target: The file to replace, no link.
  ///   - existing: What is there now; nil where nothing is.
  ///   - path: The path that errors name.
  /// - Throws: `file.unwritable`.
  init(beside target: String, replacing existing: WriteTarget.Existing?, path: String) throws(XylemError) {
    // What may be secret is nobody else's to read until the permissions are taken over.
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

  /// Brings the contents to the disk and puts the file in the target's place.
  ///
  /// - Throws: `file.unwritable`.
  mutating func commit() throws(XylemError) {
    try writer.finish(syncing: true)
    guard unsafe rename(name, target) == 0 else { throw XylemError.unwritable(path, .last("rename")) }
    isCommitted = true
    // The new name is in place; that it also lasts through a power cut is not every file system's to promise.
    let folder = unsafe open(WriteTarget.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Gives the file the permissions, and where possible the owner, of the one it replaces.
  ///
  /// - Throws: `file.unwritable`.
  func takeOver(_ existing: WriteTarget.Existing) throws(XylemError) {
    // Only the superuser may give files away; changing the owner drops set-id bits, so it comes first.
    _ = fchown(writer.descriptor, existing.owner, existing.group)
    guard fchmod(writer.descriptor, existing.permissions) == 0 else {
      throw XylemError.unwritable(path, .last("fchmod"))
    }
  }
}
