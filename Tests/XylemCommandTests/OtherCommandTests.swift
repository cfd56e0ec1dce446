import Foundation
import Testing
import XylemGraph
import XylemReport
import XylemTestSupport

@testable import XylemCommand

@Suite(.needsRuntime, .serialized) struct GraphCommandTests {
  private let norm = Fixtures.path("constructs/relu_over_norm.pt")

  @Test(arguments: ["table", "dot"])
  func `a format is as recorded`(format: String) async throws {
    let run = await xylem("graph", norm, "--format", format)
    #expect(run.status == 0)
    try expectSnapshot(run.output, "graph-\(format)")
  }

  @Test func `JSON is the graph's own format with its origin, keys sorted`() async throws {
    let run = await xylem("graph", norm, "--format", "json", "--mode", "train")
    #expect(run.output.hasPrefix("{\"graph\":{\"calls\":["))
    let json = try run.json()
    #expect(json.keys.sorted() == ["graph", "mode", "model", "naming", "schema"])
    #expect(json["mode"] as? String == "train")
    let data = try JSONSerialization.data(withJSONObject: try #require(json["graph"]))
    let graph = try JSONDecoder().decode(Graph.self, from: data)
    #expect(graph.nodeNames == ["x", "conv", "bn", "relu", "sub", "relu_1", "add"])
    #expect(await xylem("graph", norm, "--format", "json", "--mode", "train").output == run.output)
  }
}

@Suite(.needsRuntime, .serialized) struct BenchCommandTests {
  private let resnet = Fixtures.path("zoo/resnet18.pt")

  @Test func `the object has the contract's keys, and a time for each run`() async throws {
    let run = await xylem(
      "bench", resnet, "--return", "layer1", "layer2", "--input-shape", "1,3,64,64", "--runs", "3", "--warmup", "1",
      "--threads", "1", "--precision", "f32", "--format", "json")
    #expect(run.status == 0, "\(run.errors)")
    let json = try run.json()
    #expect(json.keys.sorted() == ["copies", "engine", "instructions", "milliseconds", "peakMemoryBytes", "schema"])
    #expect((json["milliseconds"] as? [Double])?.count == 3)
    #expect((json["peakMemoryBytes"] as? Int ?? 0) > 64 * 16 * 16 * 4)
  }

  @Test func `a device that can't be used is an error that says why, and another text is a wrong use`() async throws {
    let bench = ["bench", resnet, "--return", "layer1", "--input-shape", "1,3,32,32", "--device"]
    let missing = await xylem(bench + ["cuda:1"])
    // A machine with two GPUs computes on the second.
    if missing.status != 0 {
      #expect(missing.status == 2 && missing.output.isEmpty)
      #expect(missing.errors.hasPrefix("error: the device 'cuda:1' can't be used (runtime.device)\n"))
      #expect(missing.errors.contains("\n  try: --device cpu  # computes on the processor\n"))
    }
    #expect(await xylem(bench + ["gpu"]).status == 64)
    #expect(await xylem(bench + ["cpu", "--runs", "1", "--warmup", "0", "--engine", "torch"]).status == 0)
  }

  @Test func `for a person there is a table, at a terminal by itself`() async throws {
    let options = ["bench", resnet, "--return", "layer1", "--input-shape", "1,3,32,32", "--runs", "2", "--warmup", "0"]
    let text = await xylem(options + ["--format", "text", "--threads", "1"])
    #expect(text.lines.first == "2 runs after 0 warmup runs, 1 thread, f32")
    #expect(
      text.lines.dropFirst(2).prefix(8).map { String($0.prefix { $0 != " " }) } == [
        "fastest", "median", "mean", "95th", "slowest", "memory", "instructions", "features",
      ])
    #expect(await xylem(options).output.hasPrefix("{"))
    let terminal = await xylem(options, style: OutputStyle(columns: 80, hasColors: false))
    #expect(terminal.lines.first?.hasPrefix("2 runs after 0 warmup runs") == true)
  }

  @Test func `times in JSON have four digits after the point at most`() {
    let report = BenchReport(
      milliseconds: [2901.1203809999997, 0.12345678, 3], peakMemoryBytes: 1, instructions: 2, copies: 0, warmup: 5,
      threads: 1, precision: "f32")
    #expect(
      report.json.text
        == #"{"copies":0,"instructions":2,"milliseconds":[2901.1204,0.1235,3.0],"peakMemoryBytes":1,"schema":1}"#)
    #expect(
      report.text(.plain) == """
        3 runs after 5 warmup runs, 1 thread, f32

        fastest             0.123  ms
        median              3.000  ms
        mean                968.1  ms
        95th percentile      2901  ms
        slowest              2901  ms
        memory at its peak      1  B
        instructions            2
        features copied         0
        """)
  }

  @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (46_000_000, "43.9 MiB"), (1 << 40, "1.0 TiB")])
  func `bytes have a unit that fits`(count: Int, text: String) {
    #expect(ByteCount(count).description == text)
  }

  @Test(arguments: [
    ["--return", "nothing", "--input-shape", "1,3,64,64"], ["--return", "fc", "--input-shape", "1,3"],
  ])
  func `a model that can't run ends with 2 and no output`(options: [String]) async {
    let run = await xylem(["bench", resnet, "--runs", "1"] + options)
    #expect(run.status == 2 && run.output.isEmpty)
  }

  @Test func `a model with several inputs is refused with their names`() async {
    let run = await xylem(
      "bench", Fixtures.path("constructs/multiple_inputs_outputs.pt"), "--return", "add", "--input-shape", "2,4")
    #expect(run.status == 2 && run.errors.contains("a, b"))
  }
}

@Suite(.needsRuntime) struct DoctorCommandTests {
  @Test func `a runtime that works is described`() async throws {
    let text = await xylem("doctor")
    #expect(text.status == 0 && text.output.contains("libtorch") && text.errors.isEmpty)
    let json = try await xylem("doctor", "--format", "json").json()
    #expect(json["usable"] as? Bool == true)
    #expect(json["error"] is NSNull)
  }
}
