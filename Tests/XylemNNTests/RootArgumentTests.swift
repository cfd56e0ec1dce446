import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Whole models that take lists, and leaves that are chosen by a predicate.
@Suite struct RootArgumentTests {
  private final class Pyramid: Module {
    let fc = Linear(2, 2)
    let counts: [String: Int]
    init(_ count: Int?) { counts = count.map { ["features": $0] } ?? [:] }
    func forward(_ features: [Tensor]) throws -> [Tensor] { try features.map { try F.relu(fc($0)) } }
    override var entry: ModuleEntry? {
      ModuleEntry("features", counts: counts) { [unowned self] (features: [Tensor]) in try forward(features) }
    }
  }

  @Test func `a model that takes a list of tensors has a node for each`() throws {
    #expect(
      try SwiftModel(Pyramid(2)).trace().nodeNames == [
        "features", "getitem", "getitem_1", "fc", "relu", "fc_1", "relu_1",
      ])
    let error = #expect(throws: XylemError.self) { try SwiftModel(Pyramid(nil)).trace() }
    #expect(error?.id == .traceConcreteValue && error?.remedies.first?.contains("counts:") == true)
    #expect(throws: XylemError.self) { try SwiftModel(Pyramid(-1)).trace() }
  }

  @Test(.needsRuntime) func `its extractor returns the model's results, and refuses lists of other lengths`() throws {
    let model = Pyramid(2)
    let extractor = try FeatureExtractor(of: model, returning: ["output[0]", "output[1]", "fc#0"])
    let (a, b) = (try Tensor([1, -2], shape: [1, 2]), try Tensor([3, 4, -5, 6], shape: [2, 2]))
    let features = try extractor([.list([.tensor(a), .tensor(b)])])
    let truth = try model.forward([a, b])
    #expect(try features["output[0]"]?.tensor?.floats() == truth[0].floats())
    #expect(try features["output[1]"]?.tensor?.floats() == truth[1].floats())
    #expect(try features["fc#0"]?.tensor?.floats() == model.fc(a).floats())
    for list in [[], [a], [a, b, a]] {
      #expect(throws: XylemError.self) { try extractor([.list(list.map { .tensor($0) })]) }
    }
    #expect(throws: XylemError.self) { try extractor([.tensor(a)]) }
  }

  @Test func `a predicate chooses leaves by paths and modules, and the policy stays a value`() throws {
    let model = Sequential(("a", Sequential(Linear(2, 2), ReLU())), ("b[0]", Sequential(Linear(2, 2), ReLU())))
    let policy = try LeafPolicy().leaf(in: model) { path, module in module is Sequential && path.hasPrefix("b") }
    #expect(try SwiftModel(model).trace(TraceOptions(policy: policy)).nodeNames == ["input", "a.0", "a.1", "b[0]"])
    #expect(policy == LeafPolicy().leaf(path: "b\\[0\\]"))
    let all = try LeafPolicy().leaf(in: model) { path, _ in path.isEmpty }
    #expect(try SwiftModel(model).trace(TraceOptions(policy: all)).nodeNames == ["input", "Sequential"])
  }
}
