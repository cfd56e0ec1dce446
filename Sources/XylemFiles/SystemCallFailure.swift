import Glibc

/// A call to the system that failed, with the number it left.
struct SystemCallFailure: Error, Hashable, CustomStringConvertible {
  /// The call's name, as in `open`.
  let call: String
  /// What it left in `errno`.
  let code: CInt

  /// The failure of the call that was made last on this thread.
  static func last(_ call: String) -> SystemCallFailure { SystemCallFailure(call: call, code: errno) }

  /// Whether the file, or a folder on the way to it, is not there.
  var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  /// Why, in words for a person.
  var reason: String {
    switch code {
    case EACCES, EPERM: "no permission"
    case ENOSPC: "the disk is full"
    case EDQUOT: "the disk quota is used up"
    case EROFS: "the file system is read-only"
    case EISDIR: "it is a folder"
    case ELOOP: "its links lead in a circle"
    case ENAMETOOLONG: "its name is too long"
    case EMFILE, ENFILE: "too many files are open"
    case EFBIG: "it would be larger than is allowed"
    case EPIPE: "nobody reads from it any more"
    case EINVAL where call == "name": "its name has a zero byte"
    default: text
    }
  }

  /// The call and the system's own words, as in `open: Permission denied (errno 13)`.
  var description: String { "\(call): \(text) (errno \(code))" }

  private var text: String {
    var buffer = [CChar](repeating: 0, count: 256)
    let failed = unsafe buffer.withUnsafeMutableBufferPointer { unsafe strerror_r(code, $0.baseAddress!, $0.count) }
    guard failed == 0, let end = buffer.firstIndex(of: 0) else { return "error \(code)" }
    return String(decoding: buffer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
