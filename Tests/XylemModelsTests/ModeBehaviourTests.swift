import Testing
import XylemDiff
import XylemExtract
import XylemNN
import XylemTestSupport
import XylemTrace

/// What is said of layers in Swift goes by their properties.
@Suite("What is said of modes, in Swift", .needsRuntime)
struct ModeBehaviourTests {
  private func claims(_ layers: any Layer...) throws -> [String] {
    try GraphNodeNames(of: Sequential(layers)).differences.findings.map(\.message)
  }

  @Test func `dropout draws in train mode, unless nothing or everything is dropped`() throws {
    let draws = "draws random numbers in train mode and returns its input in eval mode"
    #expect(try claims(Dropout()) == ["dropout (Dropout, one layer) \(draws)"])
    #expect(try claims(Dropout2d(p: 0.3), Dropout2d()) == ["dropout (Dropout2d, 2 layers) \(draws)"])
    #expect(try claims(AlphaDropout()) == ["dropout (AlphaDropout, one layer) \(draws)"])
    #expect(try claims(FeatureAlphaDropout()) == ["dropout (FeatureAlphaDropout, one layer) \(draws)"])
    #expect(try claims(Dropout(p: 0), Dropout2d(p: 0), AlphaDropout(p: 0), Dropout1d(p: 0), Dropout3d(p: 0)).isEmpty)
    #expect(
      try claims(Dropout(p: 1)) == [
        "dropout (Dropout, one layer) returns zeros in train mode and returns its input in eval mode"
      ])
  }

  @Test func `norms update statistics that they track`() throws {
    let updates = "updates its statistics in train mode and uses them in eval mode"
    #expect(try claims(BatchNorm2d(4)) == ["batch norm (BatchNorm2d, one layer) \(updates)"])
    #expect(try claims(BatchNorm2d(4, trackRunningStats: false)).isEmpty)
    #expect(try claims(InstanceNorm2d(4), InstanceNorm2d(4, affine: true)).isEmpty)
    #expect(
      try claims(InstanceNorm2d(4, trackRunningStats: true)) == ["instance norm (InstanceNorm2d, one layer) \(updates)"]
    )
    #expect(try claims(LayerNorm([4]), GroupNorm(2, 4), Softmax(dim: 1), ReLU()).isEmpty)
  }

  @Test func `modules that keep their own mode do the same in both modes`() throws {
    let (norm, dropout) = (BatchNorm2d(4), Dropout())
    let model = Sequential(norm, dropout)
    try model.eval()
    try norm.train()
    try dropout.train()
    let rules = try GraphNodeNames(of: model).differences.findings.map(\.rule)
    #expect(Set(rules) == [.stateUpdatedInEval, .randomInEval, .submoduleModeMixed])
  }
}
