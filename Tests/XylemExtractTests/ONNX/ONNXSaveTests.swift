import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Features that ONNX Runtime computes from a saved file are those of the extractor.
@Suite("Saving as ONNX", .needsRuntime)
struct ONNXSaveTests {
  /// A model, what is asked of it, the shape that it is traced with, and the shapes that the file runs with.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let requests: [String]
    var shape: [Int]?
    let inputs: [[Int]]
    var testDescription: String { name }
  }

  static let zoo: [Case] = [
    Case(
      name: "zoo/resnet18", requests: ["layer4", "bn1", "relu", "layer1.0.bn2", "layer2.0.relu", "fc"],
      inputs: [[2, 3, 64, 64], [1, 3, 50, 71]]),
    Case(
      name: "zoo/mobilenet_v3_small", requests: ["features.3", "features.11", "classifier"],
      inputs: [[1, 3, 64, 64], [2, 3, 70, 33]]),
    Case(name: "zoo/shufflenet_v2_x1_0", requests: ["stage2", "fc"], inputs: [[2, 3, 64, 96]]),
    Case(
      name: "zoo/swin_t", requests: ["features.1", "features.3", "head"], shape: [1, 3, 64, 60],
      inputs: [[2, 3, 64, 60]]),
    Case(name: "values/vit_tiny_scripted", requests: ["output"], shape: [1, 3, 224, 224], inputs: [[2, 3, 224, 224]]),
  ]

  @Test(
    "models give the same features at several sizes",
    .enabled(if: Checkers.hasONNX || Checkers.areRequired, "no onnxruntime: bash .ci/fetch-checkers.sh"),
    arguments: zoo)
  func models(_ item: Case) throws {
    let extractor = try FeatureExtractor(
      of: ScriptModel(path: Fixtures.path(item.name + ".pt")), returning: item.requests.map { ReturnRequest($0) },
      options: TraceOptions(shapes: item.shape.map { ["": KnownShape($0)] } ?? [:]))
    try withTemporaryFolder { folder in
      try extractor.saveONNX(to: folder + "/model.onnx")
      for shape in item.inputs { try compare(extractor, folder + "/model.onnx", shape, in: folder) }
    }
  }

  @Test(
    "a file above the limit has its weights beside it",
    .enabled(if: Checkers.hasONNX || Checkers.areRequired, "no onnxruntime: bash .ci/fetch-checkers.sh"))
  func externalData() throws {
    let extractor = try Self.resnet(["layer1"])
    try withTemporaryFolder { folder in
      let path = folder + "/model.onnx"
      try extractor.saveONNX(to: path, options: ONNXOptions(largestFile: 10_000))
      let size = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
      #expect(size < 100_000)
      try compare(extractor, path, [1, 3, 64, 64], in: folder)
    }
  }

  @Test("the same extractor gives the same bytes, with names and keys of the model") func names() throws {
    let extractor = try Self.resnet(["layer1.0.relu_1", "maxpool=pooled"])
    try withTemporaryFolder { folder in
      for name in ["a", "b"] { try extractor.saveONNX(to: "\(folder)/\(name).onnx") }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.onnx"))
      #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: folder + "/b.onnx")))
      for name in ["layer1.0.conv1.weight", "layer1.0.bn2.running_var", "layer1.0.add", "layer1.0.relu_1", "pooled"] {
        #expect(bytes.range(of: Data(name.utf8)) != nil, "\(name) is in the file")
      }
    }
  }

  @Test(
    "what ONNX can't express is an error that names the node, and no file",
    arguments: [
      ("constructs/if_on_data", "output", Mode.eval), ("zoo/resnet18", "bn1", .train),
      ("constructs/half_weights", "output", .eval), ("modes/dropout", "output", .train),
      ("constructs/buffer_in_place", "output", .eval),
    ])
  func refused(_ name: String, _ request: String, _ mode: Mode) throws {
    let extractor = try FeatureExtractor(
      of: ScriptModel(path: Fixtures.path(name + ".pt")), returning: [ReturnRequest(request)],
      options: TraceOptions(mode: mode, makesLeaves: true))
    if mode == .train { try extractor.train() }
    try withTemporaryFolder { folder in
      let error = #expect(throws: XylemError.self) { try extractor.saveONNX(to: folder + "/model.onnx") }
      #expect(error?.id == .extractUnsavable)
      #expect(!FileManager.default.fileExists(atPath: folder + "/model.onnx"))
    }
  }

  private static func resnet(_ requests: [String]) throws -> FeatureExtractor {
    try FeatureExtractor(
      of: ScriptModel(path: Fixtures.path("zoo/resnet18.pt")),
      returning: requests.map { ReturnRequest(parsing: $0) })
  }

  /// Compares every feature for an input of a shape.
  private func compare(
    _ extractor: FeatureExtractor, _ path: String, _ shape: [Int], in folder: String
  ) throws {
    let input = try Goldens.formula(shape)
    let features = try TensorRuntime.withGradients(false) { try extractor(input) }
    let name = try #require(extractor.argumentNames.first)
    try SafetensorsWriter.write([(name, try input.hostArray())], to: folder + "/in.safetensors")
    try SafetensorsWriter.write(
      try features.tensors().map { ($0.key, try $0.tensor.hostArray()) }, to: folder + "/out.safetensors")
    #expect(
      try Checkers.onnxFaults(path, inputs: folder + "/in.safetensors", outputs: folder + "/out.safetensors") == [])
  }
}
