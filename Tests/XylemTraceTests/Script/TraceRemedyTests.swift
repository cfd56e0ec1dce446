import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTestSupport
import XylemTrace

/// What errors of code that can't be traced offer: the leaf that the code is in, the innermost function, and automatic
/// leaves, in this order.
@Suite(.needsRuntime) struct TraceRemedyTests {
  /// A model whose child calls `outer`, which calls `inner`, which can't be traced.
  private func model(_ code: String) throws -> ScriptModel {
    let source = """
      def inner(x: Tensor) -> Tensor:
      \(code)
        return y

      def outer(x: Tensor) -> Tensor:
        return torch.neg(__torch__.inner(torch.add(x, 1)))

      class Block(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          return __torch__.outer(x)

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        block : __torch__.Block
        def forward(self, x: Tensor) -> Tensor:
          return self.block.forward(x)

      """
    return try ScriptModel(ScriptArchive(source: source, root: "Net"))
  }

  private func remedies(_ code: String, _ mode: Mode = .eval) -> [String]? {
    #expect(throws: XylemError.self) { try model(code).trace(TraceOptions(mode: mode)) }?.remedies
  }

  private let leaf = #"TraceOptions(policy: LeafPolicy().leaf(type: "Block"))"#
  private let wrap = #"TraceOptions(policy: LeafPolicy().wrap("inner"))"#
  private let automatic = "TraceOptions(makesLeaves: true)  // makes such parts leaves or regions, and notes them"

  @Test func `the innermost function comes before automatic leaves`() {
    let choice = "  if bool(torch.gt(torch.sum(x), 0)):\n    y = torch.neg(x)\n  else:\n    y = torch.abs(x)"
    #expect(remedies(choice) == [leaf, wrap, automatic])
  }

  @Test func `an error of the model's own code offers the other mode in train mode, and leaves in eval mode`() {
    let raising = "  ops.prim.RaiseException(\"never\")\n  y = x"
    #expect(remedies(raising, .train) == ["TraceOptions(mode: .eval)", wrap])
    #expect(remedies(raising) == [leaf, wrap, automatic])
  }

  @Test func `the remedies work: each of them alone makes the model traceable`() throws {
    let choice = "  if bool(torch.gt(torch.sum(x), 0)):\n    y = torch.neg(x)\n  else:\n    y = torch.abs(x)"
    let model = try model(choice)
    for options in [
      TraceOptions(policy: LeafPolicy().leaf(type: "Block")), TraceOptions(policy: LeafPolicy().wrap("inner")),
      TraceOptions(makesLeaves: true),
    ] {
      #expect(try model.trace(options).graph.count > 1)
    }
  }
}
