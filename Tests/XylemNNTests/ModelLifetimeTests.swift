import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// A model lives as long as somebody holds it, its trace or its extractor, and no longer.
@Suite struct ModelLifetimeTests {
  private final class Model: Module, Layer {
    let conv = Linear(4, 4)
    let norm = BatchNorm1d(4)
    let relu = ReLU()
    let double = TensorFunction("double") { (x: Tensor) in try x * 2 }
    func forward(_ x: Tensor) throws -> Tensor { try F.relu(double(relu(norm(conv(x))))) }
  }

  @Test func `a traced model goes when its trace does`() throws {
    weak var model: Model?
    for policy in [LeafPolicy(), LeafPolicy().wrap("double"), LeafPolicy(includesDefaults: false)] {
      for makesLeaves in [false, true] {
        do {
          let made = Model()
          model = made
          let trace = try SwiftModel(made).trace(TraceOptions(policy: policy, makesLeaves: makesLeaves))
          #expect(trace.nodeNames.count > 4)
        }
        #expect(model == nil)
      }
    }
  }

  @Test func `a model whose trace failed goes`() throws {
    final class Branching: Module, Layer {
      let fc = Linear(4, 4)
      func forward(_ x: Tensor) throws -> Tensor { try fc(x).shape[0] > 2 ? x : fc(x) }
    }
    weak var model: Branching?
    do {
      let made = Branching()
      model = made
      #expect(throws: XylemError.self) { try SwiftModel(made).trace() }
      _ = try SwiftModel(made).trace(TraceOptions(makesLeaves: true))
    }
    #expect(model == nil)
  }

  @Test(.needsRuntime) func `an extractor keeps its model, and is released with it`() throws {
    weak var model: Model?
    var extractor: FeatureExtractor?
    do {
      let made = Model()
      model = made
      extractor = try FeatureExtractor(of: made, returning: ["norm", "output"])
    }
    #expect(model != nil)
    let x = try Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 4])
    #expect(try extractor?([.tensor(x)])["norm"]?.tensor?.sizes == [2, 4])
    extractor = nil
    #expect(model == nil)
  }
}
