import Glibc

/// A failed system call, with its error number.
struct SystemCallFailure: Error, Hashable, CustomStringConvertible {
  /// The call's name, as in `open`.
  let call: String
  /// The value of `errno`.
  let code: CInt

  /// The failure of the most recent call on this thread.
  static func last(_ call: String) -> SystemCallFailure { SystemCallFailure(call: call, code: errno) }

  /// Whether the file, or a folder on its path, does not exist.
  var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  /// The reason, in words.
  var reason: String {
    switch code {
    case EACCES, EPERM: "no permission"
    case ENOSPC: "the disk is full"
    case EDQUOT: "the disk quota is used up"
    case EROFS: "the file system is read-only"
    case EISDIR: "it is a folder"
    case ELOOP: "its links form a cycle"
    case ENAMETOOLONG: "its name is too long"
    case EMFILE, ENFILE: "too many files are open"
    case EFBIG: "it would exceed the allowed size"
    case EPIPE: "its reader is gone"
    case EINVAL where call == "name": "its name has a zero byte"
    default: text
    }
  }

  /// The call and the system's own message, as in `open: Permission denied (errno 13)`.
  var description: String { "\(call): \(text) (errno \(code))" }

  private var text: String {
    var buffer = [CChar](repeating: 0, count: 256)
    let failed = unsafe buffer.withUnsafeMutableBufferPointer { unsafe strerror_r(code, $0.baseAddress!, $0.count) }
    guard failed == 0, let end = buffer.firstIndex(of: 0) else { return "error \(code)" }
    return String(decoding: buffer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
