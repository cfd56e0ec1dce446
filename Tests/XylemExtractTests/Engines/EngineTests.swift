import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Features that an engine computes, compared with libtorch's.
@Suite("Engines", .needsRuntime, .needsEngine)
struct EngineTests: EngineComparing {
  @Test(
    "every construct of the language has libtorch's values, compiled, and for other elements of the same shapes",
    arguments: ConstructTests.cases)
  func constructs(_ item: ConstructTests.Case) throws {
    guard !ConstructTests.needsKernels.contains(item.name) else { return }
    let golden = try #require(try JSONSerialization.jsonObject(with: item.json) as? [String: Any])
    for run in golden["cases"] as? [[String: Any]] ?? [] {
      guard let method = run["method"] as? String, method == "forward" || method == "forward__0",
        let result = run["eval"] as? [String: Any], result["raises"] == nil
      else { continue }
      let inputs: () throws -> [Value] = { try (run["inputs"] as? [Any] ?? []).map(Goldens.value) }
      func extractor(_ engine: Engine) throws -> FeatureExtractor {
        // Some constructs write their own attributes.
        let model = try ScriptModel(path: item.path)
        let options = TraceOptions(mode: .eval, makesLeaves: true, symbolic: try model.names(of: inputs()))
        let extractor = try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [.eval])
        extractor.engineOptions = EngineOptions(engine)
        return extractor
      }
      let (exact, compiled) = (try extractor(.torch), try extractor(.openvino))
      for call in 0..<4 {
        let (first, second) =
          call < 2
          ? (try inputs(), try inputs())
          : (try EngineSubjects.reversed(inputs()), try EngineSubjects.reversed(inputs()))
        if item.name.contains("random") { try TensorRuntime.setSeed(7) }
        let expected: Features
        do { expected = try features(exact, first) } catch {
          #expect(throws: XylemError.self, "\(item.name), call \(call)") { try features(compiled, second) }
          continue
        }
        if item.name.contains("random") { try TensorRuntime.setSeed(7) }
        let found = try features(compiled, second)
        try compare(found["output"], expected["output"], "\(item.name), call \(call)")
        // What the model writes into its inputs reaches the caller.
        for (input, other) in zip(first, second) { try compare(other, input, "\(item.name), input of call \(call)") }
      }
    }
  }

  @Test("one compiled part computes a whole network, and the report says so")
  func wholeNetwork() throws {
    let extractor = try EngineSubjects.compiled(EngineSubjects.resnet(), ["layer1", "layer4"])
    #expect(extractor.engineReport == nil)
    let x = try Goldens.formula(EngineSubjects.image)
    _ = try features(extractor, [.tensor(x)])
    let report = try #require(extractor.engineReport)
    #expect(report.note == nil)
    #expect(report.parts.count == 1)
    #expect(report.parts.first?.engine.hasPrefix("openvino ") == true)
    #expect(report.parts.first?.instructionCount == extractor.plan.instructionCount)
    #expect((report.parts.first?.difference ?? 1) < 1e-4)
  }

  @Test("a shape that changes between calls is compiled anew, and the oldest is dropped")
  func shapes() throws {
    let model = try EngineSubjects.resnet()
    let extractor = try EngineSubjects.compiled(model, ["layer4"])
    extractor.engineOptions.keptShapes = 2
    let exact = try FeatureExtractor(of: model, returning: ["layer4"], modes: [.eval])
    for size in [64, 96, 64, 80, 64, 96] {
      let x = try Goldens.formula([1, 3, size, size])
      let (found, expected) = (try features(extractor, [.tensor(x)]), try features(exact, [.tensor(x)]))
      try compare(found["layer4"], expected["layer4"], "\(size)")
    }
  }

  @Test("weights that change, in place or as attributes, change the features")
  func weights() throws {
    let model = try EngineSubjects.resnet()
    let extractor = try EngineSubjects.compiled(model, ["relu"])
    let exact = try FeatureExtractor(of: model, returning: ["relu"], modes: [.eval])
    let x = try Goldens.formula(EngineSubjects.image)
    _ = try features(extractor, [.tensor(x)])
    let conv = try #require(model.archive.root().submodule(at: "conv1"))
    let weight = try #require(conv.attribute("weight")?.tensor)
    _ = try TensorRuntime.withGradients(false) {
      try TensorOperator.call("aten::mul_", overload: "Scalar", [.tensor(weight), .float(2)])
    }
    try compare(
      features(extractor, [.tensor(x)])["relu"], features(exact, [.tensor(x)])["relu"], "a weight changed in place")
    let other = try TensorOperator.call("aten::neg", [.tensor(try weight.detach())])
    try conv.setAttribute("weight", to: .tensor(other))
    try compare(
      features(extractor, [.tensor(x)])["relu"], features(exact, [.tensor(x)])["relu"], "another tensor as weight")
  }

  @Test("train mode and calls that record gradients stay in libtorch, and the report says why")
  func obstacles() throws {
    let model = try EngineSubjects.resnet()
    let extractor = try FeatureExtractor(of: model, returning: ["layer1"])
    extractor.engineOptions = EngineOptions(.openvino)
    let x = try Goldens.formula([2, 3, 64, 64])
    let recorded = try extractor(x)
    #expect(extractor.engineReport?.note?.hasPrefix("gradients are recorded") == true)
    #expect(recorded["layer1"]?.tensor?.requiresGrad == true)
    try extractor.train()
    _ = try features(extractor, [.tensor(x)])
    #expect(extractor.engineReport?.note == "the extractor is in train mode")
  }

  @Test("several threads call an extractor at once")
  func threads() async throws {
    let model = try EngineSubjects.resnet()
    let extractor = try EngineSubjects.compiled(model, ["layer2"])
    let x = try Goldens.formula(EngineSubjects.image)
    let expected = try features(FeatureExtractor(of: model, returning: ["layer2"], modes: [.eval]), [.tensor(x)])
    let target = try #require(expected["layer2"]?.tensor)
    try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let found = try features(extractor, [.tensor(x)])["layer2"]?.tensor
          return try found?.largestDifference(from: target) ?? 1
        }
      }
      for try await difference in group { #expect(difference < 1e-4) }
    }
  }
}
