internal import CXylemGuard
internal import Glibc
internal import XylemErrors

extension CommandErrors {
  /// The error for a child that was ended by a signal.
  static func crashed(signal: CInt, _ reports: ChildReports) -> XylemError {
    error(.runtimeCrashed, "the tensor runtime crashed", Reason(ending(by: signal)), reports)
  }

  /// As in "it was ended by SIGSEGV (Segmentation fault)".
  static func ending(by signal: CInt) -> String {
    let words = "it was ended by \(name(of: signal))"
    return signal == SIGKILL ? words + ": by another process, or because memory ran out" : words
  }

  /// The error for a child that the watchdog ended.
  static func overloaded(_ failure: LoadingWatchdog.Failure, _ reports: ChildReports) -> XylemError {
    switch failure {
    case .time(let seconds):
      return error(
        .runtimeOverloaded, "the tensor runtime took too long",
        Reason("it had \(seconds) seconds for a file of this size"),
        reports)
    case .memory(let bytes):
      return error(
        .runtimeOverloaded, "the tensor runtime took too much memory",
        Reason("it had \(bytes >> 20) MB for a file of this size"), reports)
    }
  }

  private static func error(
    _ id: ErrorID, _ message: String, _ cause: Reason, _ reports: ChildReports
  ) -> XylemError {
    let stage = reports.stage.isEmpty ? "starting" : reports.stage
    var remedies = ["\(Supervisor.variable)=0 xylem …  # runs in one process, for a debugger"]
    if reports.isLoading { remedies.insert("copy or download the file again", at: 0) }
    return XylemError(
      id, "\(message) while \(stage)", at: .init(file: reports.isLoading ? nil : reports.loaded.last), cause: cause,
      remedies: remedies)
  }

  /// As in `SIGSEGV (Segmentation fault)`.
  private static func name(of signal: CInt) -> String {
    guard let name = xylem_signal_name(signal), let text = xylem_signal_text(signal) else { return "signal \(signal)" }
    return "SIG\(String(cString: name)) (\(String(cString: text)))"
  }
}
