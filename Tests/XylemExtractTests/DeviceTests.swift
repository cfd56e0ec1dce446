import Testing
import XylemErrors
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Where features are computed.
@Suite(.needsRuntime) struct DeviceTests {
  @Test func `The text of a device is read as PyTorch reads it`() {
    #expect(Device("cpu") == .cpu && Device("cpu:0") == .cpu)
    #expect(Device("cuda") == .cuda() && Device("cuda:3") == .cuda(3))
    #expect(Device.cuda(3).description == "cuda:3" && Device.cuda().description == "cuda")
    for text in ["", "gpu", "cpu:1", "cuda:", "cuda:-1", "cuda:01", "cuda:1:2", "cuda:one", "CUDA"] {
      #expect(Device(text) == nil, "\(text)")
    }
  }

  private func resnet() throws -> ScriptModel {
    try ScriptModel(path: Fixtures.path("zoo/resnet18.pt")).withOwnMemory()
  }

  @Test func `A libtorch without CUDA says so, and the extractor stays where it was`() throws {
    guard (try? Tensor([1], shape: [1]).to(device: "cuda")) == nil else { return }
    let extractor = try FeatureExtractor(of: resnet(), returning: ["layer1"], modes: [.eval])
    let error = #expect(throws: XylemError.self) { try extractor.move(to: .cuda(1)) }
    #expect(error?.id == .runtimeDevice && error?.message == "the device 'cuda:1' can't be used")
    #expect(error?.cause.map { "\($0)" } == "this libtorch was built without CUDA")
    #expect(extractor.device == .cpu)
    let x = try Goldens.formula([1, 3, 32, 32])
    let found = try TensorRuntime.withGradients(false) { try extractor([.tensor(x)]) }
    #expect(try found["layer1"]?.tensor?.device == "cpu")
  }
}
