import Foundation
import Testing
import Xylem
import XylemErrors
import XylemTestSupport

/// Extractors written as Swift code: the files in `Generated`, which are compiled with the tests, have the text that is
/// written now, and compute what the extractors compute. `XYLEM_RECORD=1` writes them again.
@Suite(.needsRuntime, .serialized) struct SwiftCodeTests {
  private struct Case {
    let type: String
    let mode: Mode
    let requests: [String]
    let shape: [Int]
    let model: () throws -> any TracedModel
    let run: ([String: Tensor], Tensor) throws -> [String: Tensor]

    func extractor() throws -> FeatureExtractor {
      let model = try model()
      let policy = model is SwiftModel ? LeafPolicy() : .none
      return try FeatureExtractor(
        of: model, returning: requests.map { ReturnRequest($0) }, options: TraceOptions(policy: policy), modes: [mode])
    }
  }

  private static var cases: [Case] {
    [
      Case(type: "GeneratedResNet", mode: .eval, requests: ["layer1.0", "layer3", "fc"], shape: [2, 3, 64, 64]) {
        try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
      } run: {
        try GeneratedResNet(weights: $0)($1)
      },
      Case(type: "GeneratedMobileNet", mode: .train, requests: ["features.4", "classifier"], shape: [2, 3, 64, 64]) {
        try TensorRuntime.setSeed(5)
        return try SwiftModel(mobilenet_v3_small(), name: "mobilenet_v3_small")
      } run: {
        try GeneratedMobileNet(weights: $0)($1)
      },
      Case(type: "GeneratedTransformer", mode: .eval, requests: ["encoder"], shape: [1, 3, 224, 224]) {
        try TensorRuntime.setSeed(5)
        return try SwiftModel(
          VisionTransformer(patchSize: 32, numLayers: 2, numHeads: 4, hiddenDim: 64, mlpDim: 128),
          name: "vit")
      } run: {
        try GeneratedTransformer(weights: $0)($1)
      },
    ]
  }

  @Test func `code is the same as before, compiles, and gives the extractor's bits and state`() throws {
    for item in Self.cases {
      let file = Fixtures.package.appendingPathComponent("Tests/XylemModelsTests/Generated/\(item.type).swift")
      let extractor = try item.extractor()
      let text = try extractor.swiftCode(typeName: item.type)
      if ProcessInfo.processInfo.environment["XYLEM_RECORD"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(item.type)")
      let copies = try item.extractor()
      try copies.load(Dictionary(uniqueKeysWithValues: extractor.state.map { ($0.key, $0.tensor) }))
      let weights = Dictionary(uniqueKeysWithValues: copies.state.map { ($0.key, $0.tensor) })
      let input = try Goldens.formula(item.shape)
      try TensorRuntime.setSeed(1)
      let wanted = try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]).tensors() }
      try TensorRuntime.setSeed(1)
      let found = try TensorRuntime.withGradients(false) { try item.run(weights, input) }
      #expect(Set(found.keys) == Set(wanted.map(\.key)))
      for (key, tensor) in wanted {
        #expect(try found[key]?.hostArray() == tensor.hostArray(), "\(item.type), \(key)")
      }
      // Train mode writes the same statistics.
      for entry in extractor.state {
        #expect(try weights[entry.key]?.hostArray() == entry.tensor.hostArray(), "\(item.type), \(entry.key)")
      }
    }
  }

  @Test func `gradients flow through the code`() throws {
    let item = Self.cases[0]
    let extractor = try item.extractor()
    let weights = Dictionary(uniqueKeysWithValues: extractor.state.map { ($0.key, $0.tensor) })
    let input = try Goldens.formula(item.shape)
    let code = try item.run(weights, input)["fc"]?.sum()
    let own = try extractor([.tensor(input)])["fc"]?.tensor?.sum()
    let parameter = try #require(weights["conv1.weight"])
    let found = try Autograd.grad([try #require(code)], [parameter])[0]
    let wanted = try Autograd.grad([try #require(own)], [parameter])[0]
    #expect(try found?.hostArray() == wanted?.hostArray())
  }

  @Test func `what code can't say is an error`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let leaves = try FeatureExtractor(of: model, returning: ["layer1"], modes: [.eval])
    let unsavable = #expect(throws: XylemError.self) { try leaves.swiftCode(typeName: "Code") }
    #expect(unsavable?.id == .extractUnsavable && unsavable?.place.node == "conv1")
    for name in ["", "1", "class", "a b", "x;", "é"] {
      let error = #expect(throws: XylemError.self) { try leaves.swiftCode(typeName: name) }
      #expect(error?.id == .extractInput, "\(name)")
    }
  }
}
