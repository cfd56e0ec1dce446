import Foundation
import Testing
import XylemTestSupport

@Suite(.needsRuntime) struct DiffWarningTests {
  private let dropout = Fixtures.path("constructs/functional_dropout_half.pt")

  private func warnings(_ run: CommandRun) -> [String] {
    run.errors.split(separator: "\n").filter { $0.hasPrefix("warning: the modes may differ at ") }
      .map { $0.split(separator: " ").last.map(String.init) ?? "" }
  }

  private func withConfiguration(_ text: String, _ body: (String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try text.write(to: file, atomically: true, encoding: .utf8)
    try await body(file.path)
  }

  @Test func `nodes of both modes warns of findings without a known cause, and of nothing for one mode`() async throws {
    let run = await xylem("nodes", dropout, "--mode", "both")
    #expect(warnings(run) == ["[node-only-in-train]"])
    #expect(run.errors.contains("'xylem diff \(dropout)' explains"))
    #expect(warnings(await xylem("nodes", dropout)).isEmpty)
    #expect(warnings(await xylem("nodes", dropout, "--mode", "both", "--suppress-diff-warning")).isEmpty)
  }

  @Test func `an expectation silences a warning, and another warning stays`() async throws {
    try await withConfiguration(
      "expectations:\n  - {rule: node-only-in-train, place: mul, reason: scales the loss}\n"
    ) { file in
      let run = await xylem("nodes", dropout, "--mode", "both", "--config", file)
      #expect(run.status == 0 && warnings(run).isEmpty)
    }
    try await withConfiguration(
      "expectations:\n  - {rule: node-only-in-train, place: elsewhere, reason: another place}\n"
    ) { file in
      let run = await xylem("nodes", dropout, "--mode", "both", "--config", file)
      #expect(warnings(run) == ["[node-only-in-train]"])
      #expect(run.errors.contains("matches nothing [expectation-unused]"))
    }
  }

  @Test func `extract warns of operations that run, not of pruned ones`() async throws {
    let input = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).npy")
    defer { try? FileManager.default.removeItem(at: input) }
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }"
    header += String(repeating: " ", count: 117 - header.count) + "\n"
    var bytes = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
    bytes.append(Data(count: 32))
    try bytes.write(to: input)
    let whole = await xylem("extract", dropout, "--return", "output", "--mode", "train", "--input", input.path)
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(warnings(whole) == ["[node-only-in-train]"])
    let start = await xylem("extract", dropout, "--return", "fc", "--mode", "train", "--input", input.path)
    #expect(start.status == 0 && warnings(start).isEmpty)
    let silent = await xylem(
      "extract", dropout, "--return", "output", "--mode", "train", "--input", input.path, "--seed", "1",
      "--suppress-diff-warning")
    #expect(silent.status == 0 && warnings(silent).isEmpty)
  }

  @Test func `rows of both modes are aligned by operation, not by name`() async {
    let run = await xylem("nodes", dropout, "--mode", "both")
    #expect(
      run.lines == [
        "   train      eval", "   x          x", "   fc         fc", "   dropout    dropout", "-  dropout_1", "-  mul",
      ])
    let renamed = await xylem("nodes", Fixtures.path("constructs/buffer_assignment.pt"), "--mode", "both")
    #expect(
      renamed.lines.suffix(5) == [
        "-  setattr_1", "-  average_1", "   sub        sub", "-  steps_1", "~  add_2      add",
      ])
  }
}
