internal import CXylemGuard
internal import Glibc
internal import XylemFiles
internal import XylemTensor

/// This process as the child of a supervisor, to which it reports its work.
enum SupervisedProcess {
  /// The descriptor to report to. Nil if this process is not supervised. Read from the environment on first use.
  private static let descriptor: CInt? = {
    let found = xylem_supervised()
    return found < 0 ? nil : found
  }()

  /// Whether this process was started by a supervisor. If so, temporary files are reported from here on.
  static func begin() -> Bool {
    guard descriptor != nil else { return false }
    TemporaryFileLog.observe { event in
      switch event {
      case .made(let path): report(.made(absolute(path)))
      case .gone(let path): report(.gone(absolute(path)))
      }
    }
    EngineActivity.observe { report(.engine(isActive: $0)) }
    return true
  }

  /// Reports the current work of the process to the supervisor, if there is one.
  ///
  /// - Parameter words: as in "crashed while …".
  static func stage(_ words: String) { report(.stage(words)) }

  private static func report(_ report: ChildReport) {
    guard let descriptor else { return }
    var bytes = report.bytes[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if written == 0 || errno != EINTR {
        return  // The supervisor is gone and needs no reports.
      }
    }
  }

  /// The supervisor may run in a folder that this process has left.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
  }
}
