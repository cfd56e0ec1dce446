import Foundation
import Testing
import XylemTestSupport

/// `xylem diff --base OTHER`.
@Suite(.needsRuntime) struct BaseCommandTests {
  private let now = Fixtures.path("constructs/dropout_half.pt")
  private let before = Fixtures.path("constructs/functional_dropout_half.pt")

  private func withReport(_ text: String? = nil, _ body: @Sendable (String) async throws -> Void) async throws {
    let file = NSTemporaryDirectory() + "xylem-base-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    if let text {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    } else {
      #expect(await xylem("diff", before, "--format", "json", "-o", file, "--fail-on", "never").status == 0)
    }
    try await body(file)
  }

  @Test(arguments: ["text", "json", "markdown", "junit", "sarif", "html"])
  func `a saved report stands for its model, in every format`(format: String) async throws {
    try await withReport { file in
      let model = await xylem("diff", now, "--base", before, "--format", format)
      let report = await xylem("diff", now, "--base", file, "--format", format)
      #expect(model.status == 1 && report.status == 1)
      // The place in the source is no part of what a report is compared by.
      func plain(_ run: CommandRun) -> String {
        run.output.replacing(/constructs_modules.py:\d+/, with: "").replacing(/"location":(""|null)/, with: "")
          .replacing(/"physicalLocation":\{[^}]*\},"region":\{[^}]*\}\}/, with: "")
          .replacing(/,"cause":("[a-z ]*"|null)/, with: "").replacing(/"cause":("[a-z ]*"|null),/, with: "")
      }
      if format != "sarif" { #expect(plain(model) == plain(report)) }
    }
  }

  @Test func `findings that the base has too are unchanged and don't fail`() async throws {
    try await withReport { file in
      let same = await xylem("diff", before, "--base", file)
      #expect(same.status == 0)
      #expect(same.lines.contains("verdict: nothing new to review; 1 difference already known"))
      #expect(same.lines.contains("base: 0 added, 0 changed, 0 removed, 3 unchanged since \(before)"))
      let json = try await xylem("diff", before, "--base", file, "--format", "json").json()
      let findings = try #require(json["findings"] as? [[String: Any]])
      #expect(findings.map { $0["change"] as? String } == ["unchanged", "unchanged", "unchanged"])
    }
  }

  @Test func `added and removed findings are distinguished`() async throws {
    let json = try await xylem("diff", now, "--base", before, "--format", "json").json()
    let findings = try #require(json["findings"] as? [[String: Any]])
    #expect(findings.map { $0["change"] as? String } == ["added", "added", "added"])
    let base = try #require(json["base"] as? [String: Any])
    #expect(base.keys.sorted() == ["hiddenSince", "model", "removed", "shownSince", "unchanged"])
    let removed = try #require(base["removed"] as? [[String: Any]])
    #expect(removed.map { $0["rule"] as? String } == ["node-only-in-train", "attribute-differs", "node-only-in-train"])
    let sarif = try await xylem("diff", now, "--base", before, "--format", "sarif").json()
    let results = try #require((sarif["runs"] as? [[String: Any]])?.first?["results"] as? [[String: Any]])
    #expect(results.map { $0["baselineState"] as? String } == ["new", "new", "new", "absent", "absent", "absent"])
  }

  @Test func `without a base the reports say nothing of one`() async throws {
    let json = try await xylem("diff", now, "--format", "json").json()
    #expect(json["base"] == nil)
    #expect((json["findings"] as? [[String: Any]])?.allSatisfy { $0["change"] == nil } == true)
    #expect(await xylem("diff", now, "--format", "sarif").output.contains("baselineState") == false)
  }

  @Test(arguments: [
    ("{", "it is not JSON, or is truncated"),
    ("{}", "it has no 'schema'"),
    ("{\"schema\": 2}", "its schema is 2; this version reads 1"),
    ("{\"schema\": \"1\"}", "a value has the wrong type in schema"),
    ("{\"schema\": 1, \"model\": \"m\", \"hidden\": []}", "it has no 'findings'"),
    (
      "{\"schema\": 1, \"model\": \"m\", \"hidden\": [], \"findings\": [1]}",
      "a value has the wrong type in findings, 1"
    ),
    (
      "{\"schema\": 1, \"model\": \"m\", \"hidden\": [{\"path\": \"\", \"kind\": \"x\"}], \"findings\": []}",
      "it has a hidden part of the unknown kind 'x'"
    ),
    (
      "{\"schema\": 1, \"model\": \"m\", \"hidden\": [], \"findings\": [{\"rule\": \"no-such-rule\", \"level\": \"info\", \"fingerprint\": \"0123456789abcdef\", \"module\": \"\", \"message\": \"\"}]}",
      "finding 1 has an invalid rule, level or fingerprint: no-such-rule"
    ),
    (
      "{\"autoLeaves\":[],\"eval\":[],\"model\":\"m\",\"naming\":\"exact\",\"schema\":1,\"train\":[]}",
      "it has no 'hidden'"
    ),
  ])
  func `a file that is not a report is an error with the reason`(text: String, reason: String) async throws {
    try await withReport(text) { file in
      let run = await xylem("diff", now, "--base", file)
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(
        run.errors.hasPrefix("error: this is not a report to compare with: \(reason) (diff.unreadable)\n"),
        "\(run.errors)")
    }
  }

  @Test func `an endlessly nested report, and a file that is neither report nor model, are errors`() async throws {
    let deep = "{\"schema\": 1, \"a\": " + String(repeating: "[", count: 100_000)
    try await withReport(deep) { file in #expect(await xylem("diff", now, "--base", file).status == 2) }
    try await withReport("text") { file in #expect(await xylem("diff", now, "--base", file).status == 2) }
    #expect(await xylem("diff", now, "--base", "no-such.json").status == 2)
    #expect(await xylem("diff", now, "--base", "/tmp").status == 2)
    try await withReport { file in
      let over = await xylem("diff", now, "--base", file, "-o", file)
      #expect(over.status == 64 && over.errors.contains("would overwrite"), "\(over.errors)")
    }
  }
}
