import Foundation
import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemModels
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Extractors of models written in Swift, saved as TorchScript archives.
@Suite(.needsRuntime, .serialized) struct TorchScriptOfModelsTests {
  static let models: [(name: String, requests: [String], shape: [Int])] = [
    ("resnet18", ["bn1", "layer1.0.relu_1", "layer2", "fc"], [2, 3, 64, 64]),
    ("mobilenet_v3_small", ["features.0", "features.4.block", "classifier"], [2, 3, 64, 64]),
    ("shufflenet_v2_x0_5", ["stage2", "fc"], [2, 3, 64, 64]),
    ("convnext_tiny", ["features.1", "classifier"], [1, 3, 64, 64]),
    ("vit_b_32", ["encoder.layers.encoder_layer_0.ln_2", "heads"], [1, 3, 224, 224]),
    ("googlenet", ["inception4c", "fc"], [2, 3, 96, 96]),
  ]

  private static func model(_ name: String) throws -> Module {
    try TensorRuntime.setSeed(3)
    let module = try #require(ModelZoo.definition(name)).make()
    return module
  }

  @Test func `features of both modes have the same bits in PyTorch's form`() throws {
    for (name, requests, shape) in Self.models {
      try withTemporaryFolder { folder in
        let model = try Self.model(name)
        let extractor = try FeatureExtractor(of: model, returning: requests.map { ReturnRequest($0) })
        let path = folder + "/features.pt"
        try extractor.saveTorchScript(to: path)
        let input = try Goldens.formula(shape)
        for mode in [Mode.eval, .train] {
          let saved = try ScriptModel(path: path)
          if mode == .train { try extractor.train() } else { try extractor.eval() }
          let read = try FeatureExtractor(of: saved, returning: ["output"], modes: [mode])
          try TensorRuntime.setSeed(7)
          let found = try TensorRuntime.withGradients(false) { try read([.tensor(input)]).tensors() }
          try TensorRuntime.setSeed(7)
          let wanted = try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]).tensors() }
          #expect(found.map(\.key) == wanted.map { "output." + $0.key })
          for (one, other) in zip(found, wanted) {
            #expect(try one.tensor.hostArray() == other.tensor.hostArray(), "\(name), \(other.key), \(mode)")
          }
        }
      }
    }
  }

  @Test func `the state dict has the model's keys, and only those that the features need`() throws {
    try withTemporaryFolder { folder in
      let extractor = try FeatureExtractor(of: Self.model("resnet18"), returning: ["layer1"])
      try extractor.saveTorchScript(to: folder + "/a.pt")
      try extractor.saveTorchScript(to: folder + "/b.pt")
      let contents = FileManager.default.contents(atPath:)
      #expect(contents(folder + "/a.pt") == contents(folder + "/b.pt"))
      let saved = try ScriptModel(path: folder + "/a.pt").tensors
      #expect(Set(saved.map(\.key)) == Set(extractor.state.map(\.key)))
      let kinds = Dictionary(uniqueKeysWithValues: extractor.state.map { ($0.key, $0.kind) })
      #expect(saved.allSatisfy { kinds[$0.key] == $0.kind })
    }
  }
}
