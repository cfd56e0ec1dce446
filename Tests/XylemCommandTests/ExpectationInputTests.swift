import Foundation
import Testing
import XylemTestSupport

/// What people get wrong in the expectations of a configuration.
@Suite(.needsRuntime) struct ExpectationInputTests {
  private let dropout = Fixtures.path("constructs/functional_dropout_half.pt")

  private func diff(_ text: String, _ more: String...) async throws -> (run: CommandRun, file: String) {
    let file = NSTemporaryDirectory() + "xylem-input-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return (await xylem(["diff", dropout, "--config", file] + more), file)
  }

  private func warnings(_ run: CommandRun, about rule: String) -> [String] {
    run.lines.filter { $0.hasPrefix("warning: ") && $0.hasSuffix("(\(rule))") }
  }

  @Test func `a tab as indentation is reported with its place and a remedy`() async throws {
    let (run, file) = try await diff("expectations:\n\t- rule: order-differs\n")
    #expect(run.status == 2)
    #expect(
      run.errors == """
        error: the configuration is not YAML: found character that cannot start any token (config.malformed)
          file: \(file):2:1
          try: indent with spaces: YAML does not allow tabs there

        """)
  }

  @Test func `an unknown rule is a finding with the nearest one and the line`() async throws {
    let (run, file) = try await diff(
      "auto-leaf: true\nexpectations:\n  - {rule: node-only-in-trian, place: mul, reason: the loss}\n")
    #expect(run.status == 1)
    #expect(
      warnings(run, about: "expectation-unknown-rule") == [
        "warning: there is no rule 'node-only-in-trian'; the nearest is 'node-only-in-train' (expectation-unknown-rule)"
      ])
    #expect(run.lines.contains("  at: \(file):3"))
  }

  @Test func `a day that does not exist accepts nothing`() async throws {
    let (run, _) = try await diff(
      "expectations:\n  - {rule: node-only-in-train, place: mul, reason: the loss, expires: 2026-02-30}\n")
    #expect(run.status == 1)
    #expect(
      warnings(run, about: "expectation-expired") == [
        "warning: the expectation 'node-only-in-train' at 'mul' expires on '2026-02-30', which is not a valid date (expectation-expired)"
      ])
    #expect(warnings(run, about: "node-only-in-train").count == 1)
  }

  @Test func `two that accept the same finding are both named, and the second one's line is given`() async throws {
    let (run, file) = try await diff(
      """
      expectations:
        - {rule: node-only-in-train, place: mul, reason: the loss}
        - {rule: node-only-in-train, place: "mu*", reason: the loss again}

      """)
    #expect(run.status == 1)
    #expect(
      warnings(run, about: "expectation-too-broad") == [
        "warning: the expectations 'node-only-in-train' at 'mul' and 'node-only-in-train' at 'mu*' both accept node-only-in-train at mul (expectation-too-broad)"
      ])
    #expect(run.lines.contains("  at: \(file):3"))
  }

  @Test(arguments: [
    ("{rule: order-differs, place: a}", "element 1 of 'expectations' has no 'reason'"),
    ("{rule: order-differs, place: a, reason: \" \"}", "element 1 of 'expectations' has no 'reason'"),
    ("{rule: order-differs, place: a, reason: \"\"}", "'reason' is empty"),
    ("{rule: order-differs, place: a, reason: b, count: 0}", "'count' is '0'; a whole number from 1 up is expected"),
    ("{rule: order-differs, place: a, reason: b, count: -3}", "'count' is '-3'; a whole number from 1 up is expected"),
    (
      "{rule: order-differs, place: a, reason: b, count: 99999999999999999999}",
      "'count' is '99999999999999999999'; a whole number from 1 up is expected"
    ),
    (
      "{rule: order-differs, place: a, reason: b, members: [abc]}",
      "'members' has 'abc'; sixteen hexadecimal digits are expected"
    ),
    (
      "{rule: order-differs, place: 1234567890123456, reason: b}",
      "'place' is the number 1234567890123456; a string is expected"
    ),
    ("{rule: order-differs, plcae: a, reason: b}", "there is no key 'plcae' here"),
    ("order-differs", "element 1 of 'expectations' is the string 'order-differs'; a mapping is expected"),
  ])
  func `an invalid value in an expectation is an error with its place`(item: String, message: String) async throws {
    let (run, file) = try await diff("expectations:\n  - \(item)\n")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: \(message) (config."), "\(run.errors)")
    #expect(run.errors.contains("\(file):2:"))
  }

  @Test func `a report that can't be written is an error before any work`() async throws {
    let run = await xylem("diff", "no-such-model.pt", "-o", "/no/such/folder/report.html", "--format", "html")
    #expect(run.status == 2 && run.errors.contains("file.unwritable"), "\(run.errors)")
    let folder = await xylem("diff", "no-such-model.pt", "-o", "/tmp")
    #expect(folder.status == 2 && folder.errors.contains("file.unwritable"))
    let (config, _) = try await diff("", "--accept", "17924b71b5ed415f", "--reason", "x", "-o", "/no/such/folder/r")
    #expect(config.status == 2 && config.output.isEmpty)
  }

  @Test func `a report does not replace the configuration that is read`() async throws {
    let (run, file) = try await diff("auto-leaf: true\n", "-o", NSTemporaryDirectory() + "unused.txt")
    #expect(run.status == 1)
    try "auto-leaf: true\n".write(toFile: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file) }
    let over = await xylem("diff", dropout, "--config", file, "-o", file)
    #expect(over.status == 64 && over.errors.contains("would overwrite"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "auto-leaf: true\n")
  }

  @Test func `many expectations and a glob of many stars are no trouble`() async throws {
    var text = "expectations:\n"
    for number in 0..<5_000 {
      text += "  - {rule: order-differs, place: \"node_\(number)\", reason: r}\n"
    }
    let stars = String(repeating: "*a", count: 40)
    text += "  - {rule: node-only-in-train, place: \"\(stars)\", reason: r}\n"
    let (run, _) = try await diff(text, "--fail-on", "never")
    #expect(run.status == 0)
    #expect(warnings(run, about: "expectation-unused").count == 5_001)
  }
}
