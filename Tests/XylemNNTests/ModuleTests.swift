import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTrace

private final class Net: Module, Layer {
  let first = Linear(4, 3)
  let second = Linear(3, 2, bias: false)
  let scale = Parameter([2], .ones)
  func forward(_ x: Tensor) throws -> Tensor { try second(try first(x)) }
}

@Suite struct ModuleTests {
  @Test func `a model that was only built is traced without the runtime`() throws {
    let trace = try SwiftModel(Net()).trace(TraceOptions())
    #expect(trace.nodeNames == ["x", "first", "second"])
  }

  @Test func `an extractor returns what the layers compute`() throws {
    let net = Net()
    let extractor = try FeatureExtractor(of: net, returning: ["first", "second"])
    let x = try Tensor([1, 2, 3, 4], shape: [1, 4])
    let features = try extractor([.tensor(x)])
    let direct = try net.first(x)
    #expect(try features["first"]?.tensor?.floats() == direct.floats())
    #expect(try features["second"]?.tensor?.floats() == net(x).floats())
  }
}
