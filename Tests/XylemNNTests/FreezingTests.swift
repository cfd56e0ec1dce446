import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Parts of a model that are frozen, or trained again, after an extractor of it was made.
@Suite(.needsRuntime) struct FreezingTests {
  private final class Model: Module, Layer {
    let stem = Linear(2, 2)
    let own = Parameter([2], .ones)
    let head = Linear(2, 2)
    func forward(_ x: Tensor) throws -> Tensor { try head(stem(x) * own.tensor) }
  }

  private let x = Result { try Tensor([1, 2, 3, 4], shape: [2, 2]) }

  private func gradients(_ model: Model, _ extractor: FeatureExtractor) throws -> [String] {
    for (_, parameter) in try model.namedParameters() { try parameter.tensor.gradient()?.zero_() }
    let features = try extractor([.tensor(x.get())])
    try #require(features["output"]?.tensor).sum().backward()
    return try model.namedParameters().filter { try ($0.parameter.tensor.gradient()?.abs().sum().item() ?? 0) > 0 }
      .map(\.path)
  }

  @Test func `freezing a part after the extractor was made has effect, whether weights were made before or not`() throws
  {
    for policy in [LeafPolicy(), LeafPolicy(includesDefaults: false), LeafPolicy().leaf(Linear.self)] {
      for runsBefore in [false, true] {
        let model = Model()
        let options = TraceOptions(mode: .train, policy: policy)
        let extractor = try FeatureExtractor(of: model, returning: ["stem", "output"], options: options)
        if runsBefore { _ = try extractor([.tensor(x.get())]) }
        try model.freeze("stem")
        #expect(try extractor([.tensor(x.get())])["stem"]?.tensor?.requiresGrad == false)
        #expect(try gradients(model, extractor) == ["own", "head.weight", "head.bias"])
        try model.freeze("own")
        #expect(try gradients(model, extractor) == ["head.weight", "head.bias"])
        try model.stem.weight.tensor.setRequiresGrad(true)
        #expect(try extractor([.tensor(x.get())])["stem"]?.tensor?.requiresGrad == true)
        #expect(try gradients(model, extractor) == ["stem.weight", "head.weight", "head.bias"])
      }
    }
  }

  @Test func `modules that were frozen before stay frozen in a saved extractor`() throws {
    let model = Model()
    try model.freeze(Linear.self)
    let extractor = try FeatureExtractor(of: model, returning: ["output"], options: TraceOptions(mode: .train))
    #expect(extractor.state.filter { $0.tensor.requiresGrad }.map(\.key) == ["own"])
  }
}
