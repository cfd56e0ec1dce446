import CXylem
import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemGraph
import XylemPlugins
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Leaves of plugins, wrapped functions and regions between parts that an engine computes.
@Suite(.needsRuntime, .needsEngine) struct EngineLeafTests: EngineComparing {
  /// Compares what an engine computes with libtorch, on inputs that it was checked with and on others.
  ///
  /// - Returns: what computed which part, with `openvino`.
  @discardableResult
  private func compared(
    _ model: ScriptModel, _ requests: [String], _ options: TraceOptions, _ inputs: [[Value]], bound: Double = 1e-4
  ) throws -> EngineReport {
    func extractor(_ engine: Engine) throws -> FeatureExtractor {
      let extractor = try FeatureExtractor(
        of: model, returning: requests.map { ReturnRequest($0) }, options: options, modes: [.eval])
      extractor.engineOptions = EngineOptions(engine)
      return extractor
    }
    let exact = try extractor(.torch)
    var report: EngineReport?
    for engine in [Engine.openvino, .auto] {
      let compiled = try extractor(engine)
      for (number, input) in ([inputs[0]] + inputs).enumerated() {
        let (found, expected) = (try features(compiled, input), try features(exact, input))
        for key in expected.keys {
          try compare(found[key], expected[key], "\(key), \(engine), call \(number)", bound: bound)
        }
      }
      if engine == .openvino { report = compiled.engineReport }
    }
    return try #require(report)
  }

  /// Of what computes the parts, in order, without the version.
  private func engines(_ report: EngineReport) -> [String] {
    report.parts.map { String($0.engine.prefix { $0 != " " }) }
  }

  @Test func `Conv2dSame of a plugin stays in libtorch, and what lies between its nodes is compiled`() throws {
    let plugin = try ExamplePlugins.load("SamePadding")
    let goldens = try SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors"))
    let input = try Tensor(goldens.array("input"))
    let report = try compared(
      ScriptModel(path: Fixtures.path("models/efficientnet_lite0.pt")), goldens.names.filter { $0 != "input" },
      TraceOptions(policy: LeafPolicy().leaves(of: plugin)),
      [[.tensor(input)], [.tensor(try TensorOperator.call("aten::flip", [.tensor(input), .list([.int(3)])]))]])
    #expect(report.note == nil)
    let own = report.parts.filter { $0.engine == "torch" }
    #expect(
      own.map(\.nodes.first) == [
        "conv_stem", "blocks.1.0.conv_dw", "blocks.2.0.conv_dw", "blocks.3.0.conv_dw", "blocks.5.0.conv_dw",
      ])
    #expect(own.allSatisfy { $0.instructionCount == 1 && $0.reason == "Swift or plugin code" })
    #expect(report.parts.count == 10)
  }

  @Test(arguments: ["maskrcnn_small", "retinanet_small"])
  func `A detector with the plugin's operators has libtorch's detections`(name: String) throws {
    _ = try ExamplePlugins.load("DetectionOps")
    let golden = try #require(DetectionTests.goldens[name] as? [String: Any])
    let shapes = try #require(golden["inputs"] as? [[Int]])
    func images(_ shift: Int) throws -> [Value] {
      var shift = shift
      return [
        .list(
          try shapes.map { shape in
            defer { shift += shape.reduce(1, *) }
            return .tensor(try Goldens.formula(shape, shift: shift))
          })
      ]
    }
    let requests = try #require(golden["features"] as? [String: Any]).keys.sorted() + ["output"]
    let report = try compared(
      ScriptModel(path: Fixtures.path("detection/\(name).pt")), requests, TraceOptions(makesLeaves: true),
      [images(0), images(11)])
    // A detector that writes what its values share is left to libtorch, with a note.
    #expect(report.note != nil || engines(report).contains("openvino"))
  }

  @Test func `Functions that are wrapped stay in libtorch`() throws {
    let model = try ScriptModel(
      ScriptArchive(
        source: """
          class Wrapped(Module):
            __parameters__ = []
            __buffers__ = []
            training : bool
            def forward(self, x: Tensor) -> Tensor:
              a = torch.mul(torch.relu(x), 2)
              b = __torch__.clipped(a, 3)
              return torch.add(torch.neg(b), a)

          def clipped(x: Tensor, limit: int) -> Tensor:
            y = torch.clamp(x, None, limit)
            return torch.tanh(y)

          """, root: "Wrapped"))
    let inputs = try (0..<2).map { [Value.tensor(try Goldens.formula([3, 5], shift: $0))] }
    let report = try compared(
      model, ["output"], TraceOptions(policy: LeafPolicy().wrap("clipped")), inputs)
    #expect(
      report.parts.contains { $0.nodes.first == "clipped" && $0.nodes.last == "clipped" } || report.parts.count == 1)
  }

  @Test func `A leaf of a plugin that returns its argument shares memory with a compiled part`() throws {
    let type = try RawLeaf.register("BatchNorm2d", digest: "engine-same") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(call.argument)
      return XYLEM_OK
    }
    let inputs = try (0..<2).map { [Value.tensor(try Goldens.formula([2, 3, 8, 8], shift: $0))] }
    // The model's ReLU is in place, over the leaf's value.
    try compared(
      ScriptModel(path: Fixtures.path("constructs/relu_over_norm.pt")), ["bn", "relu", "conv"],
      TraceOptions(policy: LeafPolicy().leaf(PluginLeaf(type))), inputs)
  }
}
