import Testing
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

@testable import XylemCommand

private final class Split: Module, Layer {
  let trained = Linear(4, 2)
  let used = Linear(4, 2)
  func forward(_ x: Tensor) throws -> Tensor { try isTraining ? trained(x) : used(x) }
}

/// What is offered for a node that one mode has and the other has not; all of it is followed.
@Suite(.needsRuntime, .serialized) struct ModeRemedyTests {
  private let model = Fixtures.path("constructs/auxiliary_head.pt")

  /// Expects the remedies of a run that fails, each of which succeeds in place of the requests, and after them.
  private func expect(_ expected: [String], for requests: [String], _ rest: [String]) async throws {
    let run = await xylem(["extract", model] + requests + rest)
    #expect(run.status == 2)
    #expect(run.errors.contains("(extract.unknown-node)"), "\(run.errors)")
    let remedies = run.errors.split(separator: "\n").filter {
      $0.hasPrefix("  try: --") && !$0.hasPrefix("  try: --return")
    }.map { String($0.dropFirst(7)) }
    for remedy in remedies {
      let words = try RemedyScenario.words(of: String(remedy.split(separator: "  # ")[0]))
      for arguments in [words + (words.contains { $0.hasSuffix("-return") } ? [] : requests), requests + words] {
        let run = await xylem(["extract", model] + arguments + rest)
        #expect(run.status == 0, "\(arguments): \(run.errors)")
      }
    }
    #expect(remedies == expected)
  }

  @Test func `a run in one mode is offered the other one`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([Float](repeating: 1, count: 8), shape: [2, 4]), to: folder + "/x.npy")
      let run = ["--input", folder + "/x.npy", "--suppress-diff-warning"]
      try await expect(
        [
          "--mode train  # has it", "--train-return aux --mode train  # the nodes that train mode has",
        ], for: ["--return", "aux"], run)
      try await expect(
        [
          "--mode train  # has it", "--train-return body aux=logits --mode train  # the nodes that train mode has",
        ], for: ["--return", "body", "aux=logits"], run)
      try await expect(
        [
          "--mode train  # has it", "--train-return 'aux*' --mode train  # the nodes that train mode has",
        ], for: ["--return", "aux*"], run)
      try await expect(
        [
          "--train-return aux --mode train  # the nodes that train mode has"
        ], for: ["--eval-return", "aux"], run)
    }
  }

  @Test func `an extractor of both modes is offered the nodes of each`() async throws {
    try await withTemporaryFolder { folder in
      let save = ["--save", folder + "/f.xylem", "--suppress-diff-warning"]
      try await expect(["--train-return aux --eval-return output"], for: ["--return", "aux"], save)
      try await expect(["--train-return body aux --eval-return body"], for: ["--return", "body", "aux"], save)
      try await expect(["--train-return aux=k --eval-return output=k"], for: ["--return", "aux=k"], save)
    }
  }

  @Test func `a command that runs in one mode says so, and offers no option that it does not have`() async {
    let bench = await xylem("bench", model, "--return", "aux", "--input-shape", "2,4")
    #expect(bench.status == 2)
    #expect(bench.errors.contains("\n  cause: train mode has it, but this command runs in eval mode\n"))
    #expect(!bench.errors.contains("--mode train"))
    let page = await xylem("graph", model, "--format", "html", "--return", "aux")
    #expect(page.status == 2 && page.errors.contains("\n  try: --mode train  # has it\n"), "\(page.errors)")
    let drawn = await xylem("graph", model, "--format", "html", "--return", "aux", "--mode", "train")
    #expect(drawn.status == 0, "\(drawn.errors)")
  }

  @Test func `if no mode has everything, each is offered its nodes`() async throws {
    let models = [ModelDefinition("split", "a layer for each mode", inputShape: [2, 4]) { Split() }]
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([Float](repeating: 1, count: 8), shape: [2, 4]), to: folder + "/x.npy")
      for (arguments, remedy) in [
        (
          ["extract", "split", "--return", "trained", "used", "--input", folder + "/x.npy"],
          "--train-return trained --mode train"
        ),
        (["graph", "split", "--format", "html", "--return", "trained", "used"], "--return trained --mode train"),
        (
          ["extract", "split", "--return", "trained", "used", "--save", folder + "/f.xylem"],
          "--train-return trained --eval-return used"
        ),
      ] {
        let run = await xylem(arguments, models: models)
        #expect(run.status == 2 && run.errors.contains("\n  try: \(remedy)"), "\(run.errors)")
        #expect(!run.errors.contains("has it"))
        let words = try RemedyScenario.words(of: remedy)
        let followed = await xylem(RemedyScenario.changed(arguments, by: words), models: models)
        #expect(followed.status == 0, "\(followed.errors)")
      }
    }
  }

  @Test func `the substitute for a request is reported`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([Float](repeating: 1, count: 8), shape: [2, 4]), to: folder + "/x.npy")
      let run = await xylem(
        "extract", model, "--return", "head", "--eval-return", "body", "--input", folder + "/x.npy",
        "--suppress-diff-warning")
      #expect(run.status == 0)
      #expect(run.lines.count == 2 && run.lines[1].hasPrefix("body "))
      #expect(run.errors == "note: '--return' has no effect: '--eval-return' replaces it\n")
    }
  }
}
