import Glibc
import XylemErrors

/// A lock for changing files of a folder in several steps without interference from other processes and threads that
/// take it.
///
/// It works between processes and between threads, leaves no file behind, and ends with the process. It does *not*
/// prevent access by code that does not take the lock.
public enum FolderLock {
  /// Runs `body` while holding the lock of the folder of the file at `path`, after following links.
  ///
  /// Blocks while another holder has it. Must not be taken again within `body`.
  ///
  /// - Parameter body: gets whether there is a lock: some network file systems have none for folders, and pipes and
  ///   devices are not in a folder.
  /// - Throws: `file.unwritable` if the folder can't be opened, and the errors of `body`.
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
    // Closing releases the lock.
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
