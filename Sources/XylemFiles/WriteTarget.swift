import Glibc
import XylemErrors

/// The destination of the bytes for a path.
enum WriteTarget {
  /// A regular file after following all links, existing (with its permissions and owner) or not.
  case file(String, Existing?)
  /// A pipe, a device or an open stream. The receiver owns the descriptor.
  case stream(CInt)

  /// The properties that a new file takes from the one that it replaces.
  struct Existing {
    let permissions: mode_t
    let owner: uid_t
    let group: gid_t
  }

  /// Follows the links from `path` and examines the destination.
  ///
  /// - Throws: `file.unwritable`.
  init(_ path: String) throws(XylemError) {
    guard !path.isEmpty else { throw XylemError.unwritable(path, SystemCallFailure(call: "open", code: ENOENT)) }
    guard !path.utf8.contains(0) else {
      throw XylemError.unwritable(path, SystemCallFailure(call: "name", code: EINVAL))
    }
    var current = path
    for _ in 0..<40 {
      if let number = Self.standardStream(current) {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw XylemError.unwritable(path, .last("fcntl")) }
        self = .stream(copy)
        return
      }
      guard let link = try Self.link(at: current, path: path) else {
        self = try Self.look(at: current, path: path)
        return
      }
      current = link.hasPrefix("/") ? link : Self.folder(of: current) + "/" + link
    }
    throw XylemError.unwritable(path, SystemCallFailure(call: "readlink", code: ELOOP))
  }

  /// The folder of a path, `.` if it has none.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path itself or its nearest existing parent. Nil if not even the current folder exists.
  static func nearestExisting(to path: String) -> (path: String, isFolder: Bool, isWritable: Bool)? {
    var current = path
    while true {
      var status = stat()
      if unsafe stat(current, &status) == 0 {
        let isWritable = unsafe faccessat(AT_FDCWD, current, W_OK | X_OK, AT_EACCESS) == 0
        return (current, status.st_mode & S_IFMT == S_IFDIR, isWritable)
      }
      let above = folder(of: current)
      guard above != current else { return nil }
      current = above
    }
  }

  /// The descriptor of a name like `/dev/stdout`.
  ///
  /// Such names may lead to files (`> file`, `>> file`), which must be neither replaced nor reopened at their start.
  private static func standardStream(_ path: String) -> CInt? {
    switch path {
    case "/dev/stdout": return 1
    case "/dev/stderr": return 2
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return CInt(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  private static func link(at current: String, path: String) throws(XylemError) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe buffer.withUnsafeMutableBytes { (bytes) in
      unsafe readlink(current, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    if length >= 0 { return String(decoding: buffer[..<length], as: UTF8.self) }
    let failure = SystemCallFailure.last("readlink")
    switch failure.code {
    case EINVAL, ENOENT: return nil
    case ENOTDIR: throw XylemError.folderIsFile(folder(of: current), of: path)
    default: throw XylemError.unwritable(path, failure)
    }
  }

  private static func look(at final: String, path: String) throws(XylemError) -> WriteTarget {
    var status = stat()
    guard unsafe lstat(final, &status) == 0 else {
      let failure = SystemCallFailure.last("stat")
      guard failure.code == ENOENT else { throw XylemError.unwritable(path, failure) }
      guard !final.hasSuffix("/") else { throw XylemError.missingFolder(final, of: path) }
      return .file(final, nil)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw XylemError.targetIsFolder(path)
    case S_IFREG:
      // A rename would bypass a file's own write protection.
      guard unsafe faccessat(AT_FDCWD, final, W_OK, AT_EACCESS) == 0 else {
        throw XylemError.unwritable(path, .last("faccessat"))
      }
      let existing = Existing(permissions: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid)
      return .file(final, existing)
    default:
      let descriptor = unsafe open(final, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw XylemError.unwritable(path, .last("open")) }
      return .stream(descriptor)
    }
  }
}
