import Foundation
import Testing
import XylemTestSupport

@Suite(.needsRuntime) struct DiffCommandTests {
  private let dropout = Fixtures.path("constructs/functional_dropout_half.pt")
  private let googlenet = Fixtures.path("zoo/googlenet.pt")
  private let norm = Fixtures.path("constructs/relu_over_norm.pt")

  @Test func `auxiliary heads are one finding each, at the level info, with the cause named`() async {
    let run = await xylem("diff", googlenet)
    #expect(run.status == 0)
    #expect(run.lines.contains("verdict: every difference is by design, or accepted"))
    let findings = run.lines.filter { $0.hasPrefix("info: ") || $0.hasPrefix("warning: ") || $0.hasPrefix("error: ") }
    #expect(findings.count == 4)
    for head in ["aux1", "aux2"] {
      #expect(findings.contains { $0.hasPrefix("info: the auxiliary head \(head) (InceptionAux), 9 nodes") })
    }
  }

  @Test func `dropout that gets its mode from an argument is found if the names are equal`() async throws {
    let run = await xylem("diff", dropout, "--format", "json")
    let findings = try #require(try run.json()["findings"] as? [[String: Any]])
    let found = findings.first { $0["rule"] as? String == "attribute-differs" }
    #expect(found?["node"] as? String == "dropout" && found?["level"] as? String == "info")
    #expect((found?["location"] as? String)?.hasPrefix("constructs_modules.py:") == true)
  }

  @Test(arguments: [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
  func `the exit code follows --fail-on`(level: String, status: Int32) async {
    #expect(await xylem("diff", dropout, "--fail-on", level).status == status)
  }

  @Test(arguments: ["text", "json", "markdown", "junit", "sarif", "html"])
  func `the report is the same bytes run after run`(format: String) async {
    let first = await xylem("diff", googlenet, "--format", format)
    #expect(first.status == 0 && !first.output.isEmpty)
    #expect(await xylem("diff", googlenet, "--format", format).output == first.output)
  }

  @Test func `accepted findings don't count, and an expectation that matches nothing is a finding`()
    async throws
  {
    let before = try await xylem("diff", dropout, "--format", "json").json()
    let findings = try #require(before["findings"] as? [[String: Any]])
    let fingerprint = try #require(
      findings.first { $0["level"] as? String == "warning" }?["fingerprint"] as? String)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    func write(_ place: String, _ more: String = "") throws {
      try """
      expectations:
        - rule: node-only-in-train
          place: "\(place)"
          reason: scales the loss
      \(more)
      """.write(to: file, atomically: true, encoding: .utf8)
    }
    try write(fingerprint)
    let accepted = await xylem("diff", dropout, "--config", file.path)
    #expect(accepted.status == 0)
    #expect(accepted.output.contains("because: scales the loss"))
    try write("0000000000000000")
    let unused = await xylem("diff", dropout, "--config", file.path)
    #expect(unused.status == 1)
    #expect(unused.output.contains("(expectation-unused)"))
    try write(fingerprint, "    expires: 2026-02-30")
    let expired = await xylem("diff", dropout, "--config", file.path)
    #expect(expired.status == 1)
    try "expectations: [{ rule: x, place: y }]".write(to: file, atomically: true, encoding: .utf8)
    let unreasoned = await xylem("diff", dropout, "--config", file.path)
    #expect(unreasoned.status == 2 && unreasoned.errors.contains("has no 'reason'"))
  }

  @Test func `a return node that one mode lacks comes with a request for both`() async {
    let run = await xylem("diff", googlenet, "--return", "aux1", "--fail-on", "error")
    #expect(run.output.contains("(return-node-missing-in-mode)"))
    #expect(run.output.contains("--train-return") || run.output.contains("--eval-return"))
  }

  @Test func `the model is left as it was`() async {
    let before = await xylem("nodes", norm, "--mode", "both")
    _ = await xylem("diff", norm)
    #expect(await xylem("nodes", norm, "--mode", "both").output == before.output)
  }

  @Test func `the options to paste make an extractor of both modes, globs and keys included`() async throws {
    let model = Fixtures.path("constructs/buffer_assignment.pt")
    for (model, requests) in [(googlenet, ["aux1", "fc=logits", "inception5*"]), (model, ["add_2=sum", "output"])] {
      let json = try await xylem(["diff", model, "--return"] + requests + ["--format", "json"]).json()
      let options = try #require(json["returnOptions"] as? String)
      #expect(options.hasPrefix("--train-return ") && options.contains(" --eval-return "))
      let path = NSTemporaryDirectory() + "xylem-return-\(UUID().uuidString).xylem"
      defer { try? FileManager.default.removeItem(atPath: path) }
      let run = await xylem(["extract", model, "--save", path] + options.split(separator: " ").map(String.init))
      #expect(run.status == 0, "\(options): \(run.errors)")
    }
    let found = try await xylem("diff", googlenet, "--return", "inception5*", "--format", "json").json()
    #expect(found["returnOptions"] as? String == "--return inception5a inception5b")
    #expect(
      (found["returns"] as? [[String: Any]])?.compactMap { $0["eval"] as? String } == ["inception5a", "inception5b"])
  }
}
