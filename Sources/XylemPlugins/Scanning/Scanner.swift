internal import CXylemGuard
internal import Foundation
internal import Glibc
internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// Loads a plugin in another process first, so that a crash or a hang only affects that process.
struct Scanner {
  /// The result of a scan.
  struct Verdict: Sendable {
    /// Where and why the plugin failed; nil if it passed.
    var failure: (stage: PluginReport.Stage, error: XylemError)?
    /// Whether another try may give another result because the process was too slow.
    var isPassing = false
  }

  /// The program that loads plugins.
  let program: String
  let timeLimit: Duration

  /// Finds the program.
  ///
  /// - Throws: `plugin.scanner-not-found`.
  init(timeLimit: Duration) throws(XylemError) {
    guard let program = Self.found else { throw ScanErrors.scannerNotFound(searched: Self.candidates()) }
    self.program = program
    self.timeLimit = timeLimit
  }

  /// The program, if it is found.
  static var found: String? { candidates().first { unsafe access($0, X_OK) == 0 } }

  /// The paths that are searched for the program: only that of `XYLEM_SCANNER` if it is set; otherwise next to the
  /// executable, in `../libexec`, and next to a test bundle.
  static func candidates() -> [String] {
    if let named = PluginPolicy.environment("XYLEM_SCANNER") { return [absolutePath(named)] }
    let name = "xylem-scan"
    var found: [String] = []
    if let folder = OwnProcess.folder {
      found.append(folder + "/" + name)
      found.append(URL(fileURLWithPath: folder).deletingLastPathComponent().path + "/libexec/" + name)
    }
    for argument in OwnProcess.arguments where argument.hasSuffix(".xctest") {
      found.append(URL(fileURLWithPath: argument).deletingLastPathComponent().appendingPathComponent(name).path)
    }
    return found
  }

  /// Loads and opens the plugin in another process, and inspects its leaves.
  ///
  /// - Throws: `plugin.scanner-not-found`; every other error is part of the verdict.
  func scan(_ file: PluginFile) throws(XylemError) -> Verdict {
    let ending = try run(
      ScanRequest(path: absolutePath(file.path), digest: file.digest, seconds: seconds))
    var verdict = Verdict()
    do throws(XylemError) {
      let report = try ScanReport(ending.report, path: file.path)
      if let error = report.failure, ending.cause == .exited(0) {
        verdict.failure = (report.step.stage, error)
      } else if let error = failure(ending, report, path: file.path) {
        verdict.failure = (.scan, error)
        verdict.isPassing = ending.cause == .timedOut
      }
    } catch {
      verdict.failure = (.scan, error)
    }
    return verdict
  }

  /// Runs the program with a request.
  ///
  /// - Throws: `plugin.scanner-not-found`.
  func run(_ request: ScanRequest) throws(XylemError) -> ChildProcess.Ending {
    let text: String
    do { text = try JSONText.sorted(request) } catch { throw ScanErrors.incomprehensible(request.path, "\(error)") }
    return try ChildProcess.run(program, text, timeLimit: timeLimit)
  }

  /// The limit in whole seconds plus a few more. By then the parent process is gone.
  var seconds: Int { Int(timeLimit.components.seconds) + 5 }

  /// Why a process did not finish; nil if it did.
  private func failure(_ ending: ChildProcess.Ending, _ report: ScanReport, path: String) -> XylemError? {
    switch ending.cause {
    case .timedOut: ScanErrors.timedOut(path, limit: timeLimit, step: report.step.words)
    case .exited(0) where report.isDone: nil
    case .exited, .signalled:
      ScanErrors.crashed(path, how: ending.cause.words, step: report.step.words, errors: ending.lastErrors)
    }
  }
}

extension ChildProcess.Cause {
  /// Completes "the process …".
  var words: String {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .signalled(let number): "was terminated by \(signalName(number))"
    case .timedOut: "did not end in time"
    }
  }
}

extension ChildProcess.Ending {
  /// The end of the output on standard error.
  var lastErrors: String {
    String(decoding: errors, as: UTF8.self).split(separator: "\n").suffix(4).joined(separator: "\n")
  }
}

/// As in `SIGSEGV (Segmentation fault)`.
func signalName(_ number: CInt) -> String {
  guard let name = unsafe xylem_signal_name(number), let text = unsafe xylem_signal_text(number) else {
    return "signal \(number)"
  }
  return unsafe "SIG\(String(cString: name)) (\(String(cString: text)))"
}

/// The system's message for an error number.
func systemText(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }

extension Duration {
  /// As in `10 s` or `250 ms`.
  var text: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}
