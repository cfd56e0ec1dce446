import Testing
import XylemDiff
import XylemErrors
import XylemExtract
import XylemFiles
import XylemModels
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemWitness

private final class LeafModule: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    _ = try Int(x.shape[0])
    return try Functional.relu(x + 4)
  }
}

private let leafFunction = TensorFunction("leaf_function") { (x: Tensor) in try x * 2 }

private final class MyModule: Module, Layer {
  let conv = Conv2d(3, 8, kernelSize: 3)
  let leafModule = LeafModule()
  func forward(_ x: Tensor) throws -> Tensor { try leafFunction(leafModule(conv(x))) }
}

/// The README's examples in Swift, which are those of torchvision's page on feature extraction.
@Suite(.needsRuntime) struct DocumentationTests {
  @Test func `a leaf module and a leaf function stay opaque`() throws {
    let policy = LeafPolicy().leaf(LeafModule.self).wrap(leafFunction)
    let model = MyModule()
    let extractor = try FeatureExtractor(
      of: model, returning: ["leaf_module"], options: TraceOptions(policy: policy))
    #expect(
      try SwiftModel(model).trace(TraceOptions(policy: policy)).nodeNames == [
        "x", "conv", "leaf_module", "leaf_function",
      ])
    let image = try Goldens.formula([1, 3, 8, 8])
    let found = try extractor([.tensor(image)])["leaf_module"]?.tensor
    #expect(try found?.floats() == model.leafModule(model.conv(image)).floats())
  }

  @Test func `differences between the modes are reported, and can be accepted`() throws {
    let names = try GraphNodeNames(of: resnet18())
    #expect(names.train == names.eval && names.warnings.isEmpty)
    #expect(
      names.differences.findings.map(\.message) == [
        "batch norm (BatchNorm2d, 20 layers) updates its statistics in train mode and uses them in eval mode"
      ])
    let accepted = DiffExpectation(rule: "node-only-in-train", place: "head.mul", reason: "scales the loss")
    let quiet = try FeatureExtractor(of: resnet18(), returning: ["layer1"], suppressing: [accepted])
    #expect(quiet.warnings.isEmpty)
  }

  @Test func `a run of both graphs shows the differences of a model in Swift, and leaves it unchanged`() throws {
    let module = resnet18()
    try module.load(Fixtures.path("zoo/resnet18.pt"))
    let model = try SwiftModel(module)
    func trace(_ mode: Mode) throws -> Trace { try model.trace(TraceOptions(mode: mode)) }
    func state() throws -> [[Float]] { try model.tensors.map { try $0.tensor.converted(to: .float32).floats() } }
    let before = try state()
    let image = try Goldens.formula([2, 3, 64, 64])
    let diff = try TraceDiffer.diff(
      trace(.train), trace(.eval), of: model, on: .init(["x": .tensor(image)]), today: (2026, 7, 1))
    #expect(diff.findings.map { $0.witness?.outcome } == [.confirmed])
    #expect(diff.findings.map { $0.witness?.node } == ["bn1"])
    #expect(diff.run?.differing == 20 && diff.run?.unexplained == [])
    #expect(try state() == before)
  }

  @Test func `layer1 and layer3 of resnet18 come out as feat1 and feat2`() throws {
    let extractor = try FeatureExtractor(
      of: resnet18(), returning: [ReturnRequest("layer1", as: "feat1"), ReturnRequest("layer3", as: "feat2")])
    let image = try Tensor([Float](repeating: 0, count: 3 * 224 * 224), shape: [1, 3, 224, 224])
    let features = try TensorRuntime.withGradients(false) { try extractor([.tensor(image)]) }
    #expect(features.keys == ["feat1", "feat2"])
    #expect(try features["feat1"]?.tensor?.sizes == [1, 64, 56, 56])
    #expect(try features["feat2"]?.tensor?.sizes == [1, 256, 14, 14])
  }

  @Test func `a program's own code can't be saved as TorchScript, and the error says why`() throws {
    let extractor = try FeatureExtractor(of: resnet18(), returning: ["layer2"]).replacing("layer1") { try $0 * 2 }
    let error = #expect(throws: XylemError.self) { try extractor.saveTorchScript(to: "/nowhere/x.pt") }
    #expect(error?.id == .extractUnsavable)
  }
}
