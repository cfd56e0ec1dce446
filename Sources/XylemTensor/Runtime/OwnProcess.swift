internal import CXylemGuard
internal import Glibc

/// What this process was started with. Nothing of it is read from `/proc`, which a container need not have.
package enum OwnProcess {
  /// The arguments, the program's name first.
  package static let arguments: [String] = {
    var count: CInt = 0
    guard let words = unsafe xylem_own_arguments(&count) else { return [] }
    return (0..<Int(count)).compactMap { index in unsafe words[index].map { unsafe String(cString: $0) } }
  }()

  /// The absolute path of the program's file, without links; nil where the system does not say.
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
