import Testing
import XylemFiles
import XylemTestSupport
import XylemTrace

/// How often commands trace a model: once per mode that they need.
@Suite(.needsRuntime) struct TraceCountTests {
  private let model = Fixtures.path("constructs/named_like_operations.pt")

  /// The modes that a run of the command line traced, in order.
  private func modes(_ arguments: [String], status: Int32 = 0) async -> [Mode] {
    let log = TraceLog()
    let run = await TraceLog.$current.withValue(log) { await xylem(arguments) }
    #expect(run.status == status, "\(run.errors)")
    return log.options.map(\.mode)
  }

  private func withInput(_ body: (String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([1, 2, 3, 4] as [Float], shape: [1, 4]), to: folder + "/x.npy")
      try await body(folder)
    }
  }

  @Test func `extract traces its own mode, and the other one to compare them`() async throws {
    try await withInput { folder in
      let extract = ["extract", model, "--return", "add_2", "flatten", "--input", folder + "/x.npy"]
      #expect(await modes(extract) == [.eval, .train])
      #expect(await modes(extract + ["--mode", "train"]) == [.train, .eval])
      #expect(await modes(extract + ["--suppress-diff-warning"]) == [.eval])
      #expect(await modes(extract + ["--explain", "--naming", "torchvision"]) == [.eval, .train])
    }
  }

  @Test func `extract traces both modes once to save them`() async throws {
    try await withInput { folder in
      let save = ["extract", model, "--return", "add_2", "--input", folder + "/x.npy", "--save", folder + "/f.xylem"]
      #expect(Set(await modes(save)) == [.train, .eval])
      #expect(await modes(save).count == 2)
      #expect(await modes(["nodes", folder + "/f.xylem", "--mode", "both"]) == [])
    }
  }

  @Test func `a request that only the other mode has needs one trace of each`() async throws {
    try await withInput { folder in
      let extract = ["extract", Fixtures.path("constructs/auxiliary_head.pt"), "--input", folder + "/x.npy"]
      #expect(await modes(extract + ["--return", "auxiliary"], status: 2).count == 2)
    }
  }

  @Test(arguments: [
    ("nodes", [], [Mode.eval]), ("nodes", ["--mode", "both", "--long"], [.train, .eval]),
    ("nodes", ["--long", "--input-shape", "1,4"], [.eval]), ("graph", ["--mode", "train"], [.train]),
    ("graph", ["--format", "html", "--return", "add_2", "--input-shape", "1,4"], [.eval]),
    ("diff", ["--witness", "--input-shape", "1,4"], [.train, .eval]),
    ("bench", ["--return", "add_2", "--input-shape", "1,4", "--runs", "1"], [.eval]),
  ]) func `other commands trace each mode once`(_ command: String, _ options: [String], _ expected: [Mode]) async {
    #expect(await modes([command, model] + options) == expected)
  }
}
