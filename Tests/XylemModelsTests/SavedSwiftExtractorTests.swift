import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemModels
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

private final class Scaled: Module, Layer {
  let fc: Linear
  let scale = Buffer([3], .constant(2), isPersistent: false)
  let isDoubled: Bool
  init(_ width: Int = 3, doubled: Bool = false) {
    fc = Linear(4, width)
    isDoubled = doubled
  }
  func forward(_ x: Tensor) throws -> Tensor {
    let y = try fc(x) * scale.tensor
    return isDoubled ? try y + y : y
  }
}

/// Extractors of models written in Swift in files: case 12 of the silently wrong features.
@Suite(.needsRuntime, .serialized) struct SavedSwiftExtractorTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/features.xylem")
  }

  private func zoo(_ name: String) throws -> (any TracedModel)? {
    try ModelZoo.definition(name).map { try SwiftModel($0.make(), name: name) }
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  @Test(arguments: [
    ("resnet18", ["layer1", "bn1", "fc"]), ("googlenet", ["aux1", "output.logits"]),
    ("mobilenet_v3_small", ["features.3"]),
  ])
  func `a saved extractor is the same extractor in both modes, and is saved as the same bytes`(
    name: String, nodes: [String]
  ) throws {
    try inFolder { path in
      let found = try zoo(name)
      let model = try #require(found)
      let eval = nodes.filter { $0 != "aux1" }
      let extractor = try FeatureExtractor(
        of: model, inTrain: nodes.map { ReturnRequest($0) }, inEval: eval.map { ReturnRequest($0) },
        options: TraceOptions(naming: .exact, policy: LeafPolicy().leaf(path: "layer1.0")))
      try extractor.save(to: path)
      let first = try bytes(path)
      try extractor.save(to: path)
      #expect(try bytes(path) == first)
      let loaded = try FeatureExtractor(path: path, models: zoo)
      try loaded.save(to: path)
      #expect(try bytes(path) == first)
      let image = try Goldens.formula([2, 3, 64, 64])
      for mode in [Mode.eval, .train] {
        for each in [extractor, loaded] { try mode == .train ? each.train() : each.eval() }
        #expect(loaded.plan.keys == extractor.plan.keys && loaded.plan.graph == extractor.plan.graph)
        try TensorRuntime.setSeed(3)
        let expected = try extractor([.tensor(image)])
        try TensorRuntime.setSeed(3)
        let again = try loaded([.tensor(image)])
        for key in expected.keys {
          #expect(try again[key]?.tensor?.hostArray() == expected[key]?.tensor?.hostArray(), "\(key)")
        }
        #expect(again.copiedKeys == expected.copiedKeys)
      }
    }
  }

  @Test func `pruned nodes can't be requested: their weights are not in the file`() throws {
    try inFolder { path in
      let found = try zoo("resnet18")
      let model = try #require(found)
      try FeatureExtractor(of: model, returning: ["layer1"]).save(to: path)
      let loaded = try FeatureExtractor(path: path, models: zoo)
      #expect(loaded.traces[.eval]?.nodeNames.last == "layer1.1.relu_1")
      let error = #expect(throws: XylemError.self) {
        try FeatureExtractor(of: loaded.model, traces: loaded.traces, returning: ["fc"])
      }
      #expect(error?.id == .extractUnknownNode)
    }
  }

  @Test func `buffers outside of the state dict are saved too`() throws {
    try inFolder { path in
      let model = Scaled()
      _ = try model.scale.tensor.mul_(3)
      try FeatureExtractor(of: model, returning: ["output"]).save(to: path)
      let loaded = try FeatureExtractor(path: path) { name in name == "Scaled" ? try SwiftModel(Scaled()) : nil }
      let x = try Goldens.formula([1, 4])
      #expect(try loaded([.tensor(x)])["output"]?.tensor?.floats() == model(x).floats())
    }
  }

  @Test func `a model that is unknown, of another size or of other code is an error`() throws {
    try inFolder { path in
      try FeatureExtractor(of: Scaled(), returning: ["output"]).save(to: path)
      let unknown = #expect(throws: XylemError.self) { try FeatureExtractor(path: path) }
      #expect(unknown?.id == .extractUnreadable)
      #expect(unknown?.cause.map { String(describing: $0) }?.contains("'Scaled' is written in Swift") == true)
      for other in [Scaled(5), Scaled(doubled: true)] {
        let error = #expect(throws: XylemError.self) { try FeatureExtractor(path: path) { _ in try SwiftModel(other) } }
        #expect(error?.id == .extractUnreadable)
      }
    }
  }
}
