internal import Foundation
public import XylemErrors
internal import XylemFiles

/// The result of `xylem plugin check` for a plugin: the stages it passed, and the behaviour of its leaves.
public struct PluginCheck: Sendable {
  /// The result of one test of the plugin or of one of its leaves.
  public struct Finding: Sendable {
    /// How a test ended.
    public enum Outcome: Sendable {
      /// Nothing is wrong. The string is an optional detail.
      case passed(String?)
      /// Something is wrong.
      case failed(XylemError)
      /// It was not run, with the reason.
      case notTried(String)
    }

    /// The test.
    public let test: CheckTest
    /// The leaf, or nil for the whole plugin.
    public let leaf: String?
    /// How it ended.
    public let outcome: Outcome
  }

  /// The stages, the last of which summarises the findings.
  public let report: PluginReport
  /// Every test, the plugin's first, then each leaf's; empty if an earlier stage failed.
  public let findings: [Finding]

  /// Whether nothing is wrong.
  public var isPassing: Bool { report.failure == nil }

  /// Checks a plugin. None of its code runs in this process, and each test runs in its own process. The scan is
  /// repeated, and its verdict stored.
  ///
  /// - Parameters:
  ///   - path: the file, with a slash in it.
  ///   - samples: arguments for leaves, by name.
  /// - Returns: the result, which includes everything that is wrong.
  public static func run(
    _ path: String, policy: PluginPolicy = PluginPolicy(), samples: [String: LeafSample] = [:]
  ) -> PluginCheck {
    var report = PluginReport(path: path)
    do throws(XylemError) {
      let file = try Inspection(path, report: &report).file
      try report.stage(.policy) { () throws(XylemError) in try policy.check(file) }
      try policy.scan(file, trustsCache: false, report: &report)
      report.record(.handshake, .passed(nil))
      report.record(.symbols, .passed(nil))
      let findings = try CheckRun(file: file, scanner: Scanner(timeLimit: policy.timeLimit), samples: samples).run()
      report.record(.selfTest, outcome(findings))
      return PluginCheck(report: report, findings: findings)
    } catch {
      // The report has the error.
      if report.failure == nil { report.record(.selfTest, .failed(error)) }
      return PluginCheck(report: report, findings: [])
    }
  }

  private static func outcome(_ findings: [Finding]) -> PluginReport.Outcome {
    for finding in findings {
      if case .failed(let error) = finding.outcome { return .failed(error) }
    }
    let untried = findings.count { if case .notTried = $0.outcome { true } else { false } }
    return .passed(untried == 0 ? nil : "\(untried) of \(findings.count) tests were not tried")
  }
}

/// The tests of one plugin.
private struct CheckRun {
  let file: PluginFile
  let scanner: Scanner
  let samples: [String: LeafSample]

  func run() throws(XylemError) -> [PluginCheck.Finding] {
    var findings: [PluginCheck.Finding] = []
    var printed: (text: String, tests: [String]) = ("", [])
    func add(_ test: CheckTest, _ leaf: String?) throws(XylemError) {
      let (outcome, output) = try tryOnce(test, leaf)
      findings.append(PluginCheck.Finding(test: test, leaf: leaf, outcome: outcome))
      guard !output.isEmpty else { return }
      if printed.tests.isEmpty { printed.text = String(decoding: output.prefix(80), as: UTF8.self) }
      printed.tests.append(test.rawValue)
    }
    for test in CheckTest.ofPlugins { try add(test, nil) }
    if file.manifest.modules.isEmpty && file.manifest.functions.isEmpty { try add(.bareHost, nil) }
    for leaf in file.manifest.modules.map(\.type) + file.manifest.functions.map(\.name) {
      let isFunction = file.manifest.functions.contains { $0.name == leaf }
      for test in CheckTest.ofLeaves where !(isFunction && test == .modes) { try add(test, leaf) }
    }
    let tests = printed.tests.removingDuplicates()
    let outcome: PluginCheck.Finding.Outcome =
      tests.isEmpty ? .passed(nil) : .failed(CheckErrors.prints(printed.text.debugDescription, tests))
    findings.insert(PluginCheck.Finding(test: .prints, leaf: nil, outcome: outcome), at: CheckTest.ofPlugins.count)
    return findings
  }

  private func tryOnce(
    _ test: CheckTest, _ leaf: String?
  ) throws(XylemError) -> (PluginCheck.Finding.Outcome, output: [UInt8]) {
    let request = ScanRequest(
      path: absolutePath(file.path), digest: file.digest, test: test, leaf: leaf,
      sample: leaf.flatMap { samples[$0] }, seconds: scanner.seconds)
    let ending = try scanner.run(request)
    do throws(XylemError) {
      return (try outcome(ending, leaf), ending.output)
    } catch {
      return (.failed(error), ending.output)
    }
  }

  private func outcome(
    _ ending: ChildProcess.Ending, _ leaf: String?
  ) throws(XylemError) -> PluginCheck.Finding.Outcome {
    let report = try ScanReport(ending.report, path: file.path)
    if let fault = report.fault, let leaf {
      return .failed(CheckErrors.writesInput(leaf, name: fault.name, offset: fault.offset))
    }
    switch ending.cause {
    case .timedOut: return .failed(CheckErrors.timedOut(leaf, limit: scanner.timeLimit, doing: report.step.words))
    case .exited(0):
      if let error = report.failure { return .failed(error) }
      guard report.isDone else { fallthrough }
      return report.notTried.map { .notTried($0) } ?? .passed(report.detail)
    case .exited, .signalled:
      return .failed(
        CheckErrors.crashed(leaf, how: ending.cause.words, doing: report.step.words, errors: ending.lastErrors))
    }
  }
}

extension PluginCheck: CustomStringConvertible {
  /// The report, then a line for each test under its leaf, without a line break at the end.
  public var description: String {
    let failed = findings.count { if case .failed = $0.outcome { true } else { false } }
    var lines = [report.text(summary: failed == 0 ? nil : "\(failed) of \(findings.count) tests")]
    var leaf: String??
    for finding in findings {
      if leaf != .some(finding.leaf) {
        leaf = .some(finding.leaf)
        lines.append("    " + (finding.leaf ?? "the plugin"))
      }
      let name = finding.test.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0)
      switch finding.outcome {
      case .passed(let detail): lines.append("      \(name)  passed" + (detail.map { ": \($0)" } ?? ""))
      case .notTried(let reason): lines.append("      \(name)  not tried: \(reason)")
      case .failed(let error):
        lines.append("      \(name)  FAILED")
        lines += String(describing: error).split(separator: "\n").map { "        \($0)" }
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension PluginCheck: Encodable {
  private struct Row: Encodable {
    var test: CheckTest
    var leaf: String?
    var outcome: String
    var detail: String?
    var error: ErrorRecord?
  }

  private enum Key: String, CodingKey { case passes, report, tests }

  /// Encodes whether nothing is wrong, the report and every test.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(isPassing, forKey: .passes)
    try container.encode(report, forKey: .report)
    let rows = findings.map { finding in
      switch finding.outcome {
      case .passed(let detail): Row(test: finding.test, leaf: finding.leaf, outcome: "passed", detail: detail)
      case .notTried(let reason): Row(test: finding.test, leaf: finding.leaf, outcome: "not-tried", detail: reason)
      case .failed(let error):
        Row(test: finding.test, leaf: finding.leaf, outcome: "failed", error: ErrorRecord(error))
      }
    }
    try container.encode(rows, forKey: .tests)
  }
}

extension PluginCheck {
  /// Returns the check as JSON on one line, with sorted keys.
  ///
  /// - Throws: an `EncodingError`; no case is known.
  public func jsonText() throws -> String { try JSONText.sorted(self) }
}
