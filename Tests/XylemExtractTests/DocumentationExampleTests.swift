import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// The examples of torchvision's page on feature extraction.
@Suite("torchvision's documentation", .needsRuntime)
struct DocumentationExampleTests {
  @Test("layer1 and layer3 of resnet18 come out as feat1 and feat2 with the shapes of the page")
  func renamedFeatures() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt"))
    let extractor = try FeatureExtractor(
      of: model, returning: [ReturnRequest("layer1", as: "feat1"), ReturnRequest(parsing: "layer3=feat2")])
    let input = try Goldens.formula([1, 3, 224, 224])
    let features = try TensorRuntime.withGradients(false) { try extractor([.tensor(input)]) }
    #expect(features.keys == ["feat1", "feat2"])
    #expect(try features["feat1"]?.tensor?.sizes == [1, 64, 56, 56])
    #expect(try features["feat2"]?.tensor?.sizes == [1, 256, 14, 14])
  }

  @Test("a leaf module and a leaf function that can't be traced through fail with remedies, and trace as leaves")
  func leafModuleAndFunction() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/leaf_module_and_function.pt"))
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceConcreteValue)
    #expect(error?.remedies.first == "TraceOptions(policy: LeafPolicy().wrap(\"leaf_function\"))")
    let wrapped = LeafPolicy().wrap("leaf_function")
    let trace = try model.trace(TraceOptions(policy: wrapped.leaf(type: "LeafModule")))
    #expect(trace.nodeNames == ["x", "sum", "leaf_function", "conv", "leaf_module", "add"])
    #expect(trace.graph.node(named: "leaf_module")?.rule == "LeafModule")
    #expect(trace.graph.node(named: "leaf_function")?.rule == "leaf_function")
  }

  @Test("dropout, add, sub in train mode and dropout, mul, sub in eval mode, switching back and forth")
  func modesDiffer() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/dropout_one.pt"))
    let extractor = try FeatureExtractor(
      of: model, returning: [], inTrain: ["dropout", "add", "sub"], inEval: ["dropout", "mul", "sub"],
      options: TraceOptions(mode: .eval))
    let input = { try Tensor([1, 2, 3], shape: [1, 3]) }
    for _ in 0..<3 {
      try extractor.train()
      let train = try extractor([.tensor(input())])
      #expect(try train.keys.map { try train[$0]?.tensor?.floats() } == [[0, 0, 0], [100, 100, 100], [99, 99, 99]])
      try extractor.eval()
      let eval = try extractor([.tensor(input())])
      #expect(try eval.keys.map { try eval[$0]?.tensor?.floats() } == [[1, 2, 3], [0, 0, 0], [-1, -1, -1]])
    }
    #expect(model.root.object.isTraining == model.root.isTraining)
  }
}
