import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

@Suite struct ContainerTests {
  private func paths(_ module: Module) throws -> [String] { try module.namedModules().map(\.path) }

  @Test func `layers of a sequence are numbered, named, or both`() throws {
    #expect(try paths(Sequential(ReLU(), Tanh())) == ["", "0", "1"])
    #expect(try paths(Sequential([ReLU(), Tanh()])) == ["", "0", "1"])
    let named = Sequential(("conv0", Conv2d(3, 8, kernelSize: 3)), ("relu0", ReLU()))
    named.append(Tanh())
    named.append("last", Identity())
    #expect(try paths(named) == ["", "conv0", "relu0", "2", "last"])
    #expect(try named.count == 4 && named[2] is Tanh && named.layers.last is Identity)
    #expect(try named.namedParameters().map(\.path) == ["conv0.weight", "conv0.bias"])
  }

  @Test func `a name with a dot and a name that is there twice are errors`() throws {
    let dotted = #expect(throws: XylemError.self) { try paths(Sequential(("a.b", ReLU()))) }
    #expect(dotted?.id == .modelDuplicateKey)
    let twice = #expect(throws: XylemError.self) { try paths(Sequential(("a", ReLU()), ("a", ReLU()))) }
    #expect(twice?.id == .modelDuplicateKey)
  }

  @Test func `a sequence without layers gives its input, also where it is traced`() throws {
    #expect(try SwiftModel(Sequential()).trace().nodeNames == ["input"])
  }

  @Test func `a layer that came later is part of the next trace`() throws {
    let model = Sequential(ReLU())
    #expect(try SwiftModel(model).trace().nodeNames == ["input", "0"])
    model.append("extra", Tanh())
    #expect(try SwiftModel(model).trace().nodeNames == ["input", "0", "extra"])
  }

  /// A layer from outside of the package's own targets, whose code is more than its base class's operators.
  private final class Counting: Sequential {
    nonisolated(unsafe) static var runs = 0
    override func forward(_ x: Tensor) throws -> Tensor {
      if x.knownSizes != nil { Self.runs += 1 }
      return try super.forward(x)
    }
  }

  @Test func `a subclass from elsewhere has no operators in its stead`() throws {
    let options = TraceOptions(policy: LeafPolicy().leaf(Counting.self))
    let model = Counting(ReLU())
    #expect(Counting.typeName == "torch.nn.modules.container.Sequential")
    let extractor = try FeatureExtractor(of: model, returning: ["output"], options: options, modes: [.eval])
    let x = try Goldens.formula([2, 3])
    for round in 1...2 {
      _ = try extractor([.tensor(x)])
      #expect(Counting.runs == round, "its own code is what runs")
    }
  }
}
