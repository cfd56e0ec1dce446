import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

/// Every plugin of `Plugins/Misbehaving` ends in its own error, and this process goes on.
@Suite struct MisbehavingTests {
  @Test(arguments: [
    ("TrapsInConstructor", "scan", ErrorID.pluginScanCrashed), ("CrashesInOpen", "scan", .pluginScanCrashed),
    ("EndsInOpen", "scan", .pluginScanCrashed), ("CrashesAtExit", "scan", .pluginScanCrashed),
    ("MalformedNote", "note", .pluginNoteMalformed), ("NeedsNewerABI", "note", .pluginABITooNew),
    ("UndefinedFunction", "scan", .pluginUnloadable), ("MissingSymbol", "handshake", .pluginMissingSymbol),
    ("WrongMagic", "handshake", .pluginWrongMagic), ("ShortStruct", "handshake", .pluginShortStruct),
    ("OpenFails", "handshake", .pluginOpenFailed), ("AnswersEverything", "handshake", .pluginUnknownExtension),
    ("NoteDisagrees", "symbols", .pluginMismatch),
  ])
  func `a plugin that can't be loaded fails in its stage, with its error`(
    name: String, stage: String, id: ErrorID
  ) throws {
    let (plugin, report) = LeafPlugin.attempt(Fixtures.misbehaving(name), policy: policy())
    #expect(plugin == nil)
    #expect(report.failure?.id == id, "\(report)")
    let failed = PluginReport.Stage.allCases.filter { if case .failed = report.outcome($0) { true } else { false } }
    #expect(failed.map(\.rawValue) == [stage], "\(report)")
    let after = PluginReport.Stage.allCases.drop { $0.rawValue != stage }.dropFirst()
    #expect(after.allSatisfy { if case .notReached = report.outcome($0) { true } else { false } }, "\(report)")
  }

  @Test func `a plugin that never gets beyond its constructor is ended in time`() throws {
    let start = ContinuousClock.now
    let error = #expect(throws: XylemError.self) {
      _ = try LeafPlugin.load(
        Fixtures.misbehaving("SleepsInConstructor"), policy: policy(timeLimit: .milliseconds(700)))
    }
    #expect(error?.id == .pluginScanTimedOut)
    #expect(
      error?.message
        == "the process that tries the plugin was stopped after 700 ms while it loaded the plugin's constructors and libraries"
    )
    #expect(start.duration(to: .now) < .seconds(20))
  }

  @Test(arguments: [
    ("WritesInput", CheckTest.readOnlyInputs, ErrorID.pluginWritesInput),
    ("WritesModuleInput", .readOnlyInputs, .pluginWritesInput), ("FreesTwice", .lifecycle, .pluginCrashed),
    ("LiesAboutMode", .modes, .pluginModeMismatch), ("Prints", .prints, .pluginPrints),
    ("NotDeterministic", .deterministic, .pluginNotDeterministic),
  ])
  func `a plugin that does not behave as declared is detected`(name: String, test: CheckTest, id: ErrorID) throws {
    let check = PluginCheck.run(Fixtures.misbehaving(name), policy: policy())
    let outcome = check.findings.first { $0.test == test }?.outcome
    guard case .failed(let error) = outcome else {
      Issue.record("\(name) passed: \(check)")
      return
    }
    #expect(error.id == id, "\(check)")
    #expect(!check.isPassing)
    #expect(
      PluginReport.Stage.allCases.dropLast().allSatisfy {
        if case .passed = check.report.outcome($0) { true } else { false }
      })
  }

  @Test(.disabled(if: Sanitizer.isUsed, "a sanitizer's own malloc tells nothing of its use"))
  func `memory that is kept each time is found out`() throws {
    let check = PluginCheck.run(Fixtures.misbehaving("Leaks"), policy: policy())
    #expect(check.report.failure?.id == .pluginLeaks, "\(check)")
  }

  @Test func `a call that never returns is ended in time`() throws {
    let check = PluginCheck.run(Fixtures.misbehaving("HangsInCall"), policy: policy(timeLimit: .milliseconds(700)))
    let ids = check.findings.compactMap { if case .failed(let error) = $0.outcome { error.id } else { nil } }
    #expect(Set(ids) == [.pluginTimedOut], "\(check)")
  }

  @Test func `a leaf that writes to an input is named, with the argument and the place`() throws {
    let check = PluginCheck.run(Fixtures.misbehaving("WritesInput"), policy: policy())
    #expect(
      check.report.failure?.message == "the leaf 'doubled' writes to its argument 0 (byte 0), but does not declare it")
  }

  @Test func `note and table that disagree are both quoted`() throws {
    let error = #expect(throws: XylemError.self) {
      _ = try LeafPlugin.load(Fixtures.misbehaving("NoteDisagrees"), policy: policy())
    }
    let cause = error?.cause.map { "\($0)" } ?? ""
    #expect(error?.message == "the note and the table disagree about the leaf function 'half'")
    #expect(cause.contains("the note: (f64, f64) -> f64") && cause.contains("the table: (f64) -> f64"), "\(cause)")
  }

  @Test func `without a scan the handshake finds the same in this process`() throws {
    var policy = policy()
    policy.scans = false
    for (name, id) in [
      ("MissingSymbol", ErrorID.pluginMissingSymbol), ("WrongMagic", .pluginWrongMagic),
      ("ShortStruct", .pluginShortStruct), ("OpenFails", .pluginOpenFailed), ("NoteDisagrees", .pluginMismatch),
    ] {
      let error = #expect(throws: XylemError.self) {
        _ = try LeafPlugin.load(Fixtures.misbehaving(name), policy: policy)
      }
      #expect(error?.id == id)
    }
  }
}

/// What this process was built with.
enum Sanitizer {
  /// Whether `make sanitize` runs the tests.
  static let isUsed = ProcessInfo.processInfo.environment["XYLEM_SANITIZE"] == "1"
}
