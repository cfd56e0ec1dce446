import Foundation
import Testing
import XylemGraph

@Suite(.needsRuntime, .serialized) struct GraphCommandTests {
  private let norm = Fixtures.path("constructs/relu_over_norm.pt")

  @Test(arguments: ["table", "dot"])
  func `a format is as recorded`(format: String) async throws {
    let run = await xylem("graph", norm, "--format", format)
    #expect(run.status == 0)
    try expectSnapshot(run.output, "graph-\(format)")
  }

  @Test func `JSON is the graph's own form with what it belongs to, keys sorted`() async throws {
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
    #expect(json.keys.sorted() == ["copies", "instructions", "milliseconds", "peakMemoryBytes", "schema"])
    #expect((json["milliseconds"] as? [Double])?.count == 3)
    #expect((json["peakMemoryBytes"] as? Int ?? 0) > 64 * 16 * 16 * 4)
  }

  @Test(arguments: [
    ["--return", "nothing", "--input-shape", "1,3,64,64"], ["--return", "fc", "--input-shape", "1,3"],
  ])
  func `what can't run ends with 2 and no output`(options: [String]) async {
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
