import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

private final class Scaled: Module {
  let fc = Linear(2, 2)

  override var entry: ModuleEntry? {
    ModuleEntry("x", "offset", "doubles", defaults: ["offset": Tensor?.none, "doubles": false]) {
      [unowned self] (x: Tensor, offset: Tensor?, doubles: Bool) in try forward(x, offset, doubles)
    }
  }

  func forward(_ x: Tensor, _ offset: Tensor?, _ doubles: Bool) throws -> Tensor {
    var x = try fc(x)
    if let offset { x = try x + offset }
    return doubles ? try x * Scalar(2) : x
  }
}

/// Arguments of Swift models that keep a default while they are traced, as those of archives do.
@Suite struct DefaultArgumentTests {
  private func names(_ options: TraceOptions) throws -> [String] { try SwiftModel(Scaled()).trace(options).nodeNames }

  @Test func `an argument keeps its default, and torchvision's naming lists it`() throws {
    #expect(try names(TraceOptions()) == ["x", "fc"])
    #expect(try names(TraceOptions(naming: .torchvision)) == ["x", "offset", "doubles", "fc"])
    let trace = try SwiftModel(Scaled()).trace(TraceOptions())
    #expect(trace.notes.count == 1 && trace.notes.first?.reason.contains("(offset = None, doubles = False)") == true)
  }

  @Test func `an argument can be made an input or fixed to another value`() throws {
    #expect(try names(TraceOptions(symbolic: ["offset"])) == ["x", "offset", "fc", "add"])
    #expect(try names(TraceOptions(concrete: ["doubles": .literal(.bool(true))])) == ["x", "fc", "mul"])
    let error = #expect(throws: XylemError.self) { try names(TraceOptions(symbolic: ["doubles"])) }
    #expect(error?.id == .traceConcreteValue)
  }

  @Test(.needsRuntime) func `a call that omits the argument runs with the default, and another value is refused`()
    throws
  {
    let model = Scaled()
    let extractor = try FeatureExtractor(of: model, returning: ["output"], modes: [.eval])
    let x = try Tensor([1, 2], shape: [1, 2])
    let found = try #require(try extractor([.tensor(x)])["output"]?.tensor)
    #expect(try found.floats() == model.forward(x, nil, false).floats())
    #expect(throws: XylemError.self) { try extractor(named: ["x": .tensor(x), "doubles": .bool(true)]) }
  }
}
