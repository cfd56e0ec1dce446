import Glibc
import XylemErrors

/// A lock that everybody who changes files of a folder in several steps takes, so that no step of one falls between those of another.
///
/// Works between processes and between threads, leaves no file behind, and ends with the process. It does *not* keep anybody from the
/// folder who doesn't ask for it.
public enum FolderLock {
  /// Runs `body` while no one else holds the lock of the folder that the file at `path` is in, after its links.
  ///
  /// Waits as long as another holds it. Not to be taken again within `body`.
  ///
  /// - Parameter body: is told whether there is a lock: some network file systems have none for folders, and a pipe or a device
  ///   is in none.
  /// - Throws: `file.unwritable` where the folder can't be opened, and what `body` throws.
  public static func withLock<Result>(on path: String, _ body: (_ isLocked: Bool) throws -> Result) throws -> Result {
    let folder: String
    switch try WriteTarget(path) {
    case .file(let final, _): folder = WriteTarget.folder(of: final)
    case .stream(let stream):
      close(stream)
      return try body(false)
    }
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw XylemError.unwritable(path, .last("open")) }
    // Closing lets go of the lock.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      switch errno {
      case EINTR: continue
      case EBADF, EINVAL, ENOLCK, EOPNOTSUPP, ENOSYS: return try body(false)
      default: throw XylemError.unwritable(path, .last("flock"))
      }
    }
    return try body(true)
  }
}
