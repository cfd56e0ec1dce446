public import XylemErrors
public import XylemScript

extension ScriptArchive {
  /// Loads an archive in a process of its own, for one that may come from anybody: whatever loading it does to that process is an
  /// error here.
  ///
  /// It takes as long as loading the runtime and the archive, half a second for a small one; nothing of it is kept. It says that the
  /// archive can be loaded, and nothing of what its code does when it is traced or run.
  ///
  ///     try ScriptArchive.check("downloaded.pt")
  ///     let archive = try ScriptArchive(path: "downloaded.pt")
  ///
  /// - Parameters:
  ///   - path: the archive's file.
  ///   - timeLimit: after which the process is ended.
  /// - Throws: as ``ScriptArchive/init(path:)``; `runtime.crashed` where the process ended, `runtime.overloaded` where its time was over;
  ///   `plugin.scanner-not-found` without the program `xylem-scan`.
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
        cause: Reason("it had \(timeLimit.text)"))
    case .exited, .signalled:
      throw XylemError(
        .runtimeCrashed, "the tensor runtime crashed while loading \(path)",
        cause: Reason((["the process \(ending.cause.words)"] + [ending.lastErrors]).joined(separator: "\n")),
        remedies: ["copy or download the file again"])
    }
  }
}
