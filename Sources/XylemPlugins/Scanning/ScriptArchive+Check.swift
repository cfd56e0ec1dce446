public import XylemErrors
public import XylemScript

extension ScriptArchive {
  /// Loads an untrusted archive in another process. Whatever loading does to that process is reported as an error.
  ///
  /// Takes as long as loading the runtime and the archive, half a second for a small one; nothing of it is kept. A
  /// success means that the archive can be loaded; it says nothing about what its code does when it is traced or run.
  ///
  ///      try ScriptArchive.check("downloaded.pt")
  ///      let archive = try ScriptArchive(path: "downloaded.pt")
  ///
  /// - Parameters:
  ///   - path: the archive's file.
  ///   - timeLimit: the time after which the process is stopped.
  /// - Throws: the errors of ``ScriptArchive/init(path:)``; `runtime.crashed` if the process crashed,
  ///   `runtime.overloaded` at the time limit; `plugin.scanner-not-found` without the program `xylem-scan`.
  public static func check(_ path: String, timeLimit: Duration = .seconds(60)) throws(XylemError) {
    let scanner = try Scanner(timeLimit: timeLimit)
    let ending = try scanner.run(
      ScanRequest(path: absolutePath(path), isArchive: true, digest: "", seconds: scanner.seconds))
    let report = try ScanReport(ending.report, path: path)
    switch ending.cause {
    case .exited(0) where report.failure == nil && report.isDone: return
    case .exited(0):
      guard var error = report.failure else { fallthrough }
      error.place.file = path
      throw error
    case .timedOut:
      throw XylemError(
        .runtimeOverloaded, "the tensor runtime took too long while loading \(path)",
        cause: Reason("the limit is \(timeLimit.text)"))
    case .exited, .signalled:
      throw XylemError(
        .runtimeCrashed, "the tensor runtime crashed while loading \(path)",
        cause: Reason((["the process \(ending.cause.words)"] + [ending.lastErrors]).joined(separator: "\n")),
        remedies: ["copy or download the file again"])
    }
  }
}
