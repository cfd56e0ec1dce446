import Testing
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Models whose own code sets the seed. In a process of its own: it draws random numbers.
@Suite("Models that set the seed", .serialized, .needsRuntime)
struct SeededModelTests {
  private func floats(
    _ body: String, _ request: String, policy: LeafPolicy = LeafPolicy()
  ) throws -> [Float] {
    let source = """
      class Seeds(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          _0 = torch.manual_seed(7)
          return torch.mul(x, 2)
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        seeds : __torch__.Seeds
        def forward(self, x: Tensor) -> Tensor:
          \(body.replacing("\n", with: "\n    "))

      """
    let model = try ScriptModel(ScriptArchive(source: source, root: "Net"))
    let extractor = try FeatureExtractor(
      of: model, returning: [ReturnRequest(request)], options: TraceOptions(policy: policy, makesLeaves: true),
      modes: [.eval])
    try extractor.eval()
    #expect(!extractor.plan.notes.contains { $0.contains("random numbers differ") })
    let features = try extractor([.tensor(Goldens.formula([2, 4]))])
    return try #require(features[request]?.tensor).floats()
  }

  /// Numbers that a seed gives, the first ones and those after them.
  private func drawn(_ seed: UInt64) throws -> (first: [Float], second: [Float]) {
    let x = Value.tensor(try Goldens.formula([2, 4]))
    try TensorRuntime.setSeed(seed)
    let first = try TensorOperator.call("aten::rand_like", [x])
    return (try first.floats(), try TensorOperator.call("aten::rand_like", [x]).floats())
  }

  @Test("the seed is set although its result is unused")
  func seed() throws {
    let body = "_0 = torch.manual_seed(7)\nr = torch.rand_like(x)\nreturn torch.add(x, r)"
    for _ in 0..<2 { #expect(try floats(body, "rand_like") == drawn(7).first) }
  }

  @Test("the seed is set by code that is kept whole")
  func seedInRegion() throws {
    let body =
      "if bool(torch.any(x)):\n  _0 = torch.manual_seed(7)\nelse:\n  pass\nr = torch.rand_like(x)\nreturn torch.add(x, r)"
    for _ in 0..<2 { #expect(try floats(body, "rand_like") == drawn(7).first) }
  }

  @Test("the seed is set by a leaf whose result is unused, and draws after it are made")
  func seedInLeaf() throws {
    let body =
      "y = self.seeds.forward(x)\nr = torch.rand_like(x)\ns = torch.rand_like(x)\nreturn torch.add(torch.add(x, r), s)"
    let policy = LeafPolicy().leaf(type: "Seeds")
    for _ in 0..<2 {
      #expect(try floats(body, "rand_like", policy: policy) == drawn(7).first)
      #expect(try floats(body, "rand_like_1", policy: policy) == drawn(7).second)
    }
  }

  @Test("random numbers after the seed are drawn even if they are not needed")
  func draws() throws {
    let body =
      "_0 = torch.manual_seed(7)\nr = torch.rand_like(x)\ns = torch.rand_like(x)\nreturn torch.add(torch.add(x, r), s)"
    for _ in 0..<2 { #expect(try floats(body, "rand_like_1") == drawn(7).second) }
  }
}
