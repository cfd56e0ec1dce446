internal import CXylemGuard
internal import Glibc

/// How this process was started. Nothing is read from `/proc`, which a container may lack.
package enum OwnProcess {
  /// The arguments, the program's name first.
  package static let arguments: [String] = {
    var count: CInt = 0
    guard let words = unsafe xylem_own_arguments(&count) else { return [] }
    return (0..<Int(count)).compactMap { index in unsafe words[index].map { unsafe String(cString: $0) } }
  }()

  /// The absolute path of the program's file, without links. Nil if the system does not report it.
  package static let executable: String? = {
    guard let path = unsafe xylem_own_executable() else { return nil }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }()

  /// The folder of the program's file.
  package static var folder: String? {
    executable.map { path in path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
  }
}
