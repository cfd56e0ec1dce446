import Testing
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Whether code that is hidden can find out the mode.
@Suite(.needsRuntime) struct ModeUseTests {
  /// A root that calls a leaf, with the leaf's methods as given.
  private func mayRead(_ methods: String, more: String = "", attributes: String = "") throws -> [Bool] {
    func indented(_ text: String) -> String {
      text.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    }
    let source = """
      \(more)
      class Leaf(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      \(attributes)
      \(indented(methods))

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        leaf : __torch__.Leaf
        def forward(self, x: Tensor) -> Tensor:
          return self.leaf.forward(x)

      """
    let model = try ScriptModel(ScriptArchive(source: source, root: "Net"))
    let trace = try model.trace(TraceOptions(policy: LeafPolicy().leaf(type: "Leaf")))
    return trace.graph.nodes.filter { $0.operation.kind == .leafModule }.map(model.mayReadMode)
  }

  private let inner = """
    class Inner(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      def forward(self, x: Tensor) -> Tensor:
        if self.training:
          y = torch.neg(x)
        else:
          y = x
        return y
    class Plain(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      def forward(self, x: Tensor) -> Tensor:
        return torch.neg(x)
    """

  @Test func `code that computes only can't`() throws {
    #expect(
      try mayRead(
        """
        def forward(self, x: Tensor) -> Tensor:
          y = x
          for i in range(torch.size(x, 0)):
            y = torch.add(y, i)
          return y
        """) == [false])
  }

  @Test func `code that reads its own flag, also within a branch or another method, can`() throws {
    #expect(
      try mayRead(
        """
        def forward(self, x: Tensor) -> Tensor:
          return torch.dropout(x, 0.5, self.training)
        """) == [true])
    #expect(
      try mayRead(
        """
        def forward(self, x: Tensor) -> Tensor:
          if torch.gt(torch.size(x, 0), 3):
            y = self.twice(x)
          else:
            y = x
          return y
        def twice(self, x: Tensor) -> Tensor:
          return torch.dropout(x, 0.5, self.training)
        """) == [true])
  }

  @Test func `a module within that reads its flag counts, and one that does not does not`() throws {
    let forward = """
      def forward(self, x: Tensor) -> Tensor:
        return self.inner.forward(x)
      """
    #expect(try mayRead(forward, more: inner, attributes: "  inner : __torch__.Inner") == [true])
    #expect(try mayRead(forward, more: inner, attributes: "  inner : __torch__.Plain") == [false])
  }

  @Test func `calls are followed however deep they are nested`() throws {
    func chain(_ last: String) -> String {
      let calls = (0..<300).map { "def step\($0)(self, x: Tensor) -> Tensor:\n  return self.step\($0 + 1)(x)" }
      return (calls + ["def step300(self, x: Tensor) -> Tensor:\n  return \(last)"]).joined(separator: "\n")
        + "\ndef forward(self, x: Tensor) -> Tensor:\n  return self.step0(x)"
    }
    #expect(try mayRead(chain("torch.neg(x)")) == [false])
    #expect(try mayRead(chain("torch.dropout(x, 0.5, self.training)")) == [true])
  }

  @Test func `of the archives' constructs, those whose hidden code is chosen when running may read it`() throws {
    // Arguments that have a default keep it, and leave no branch, unless they are named as inputs.
    let cases: [(String, Set<String>, Bool)] = [
      ("interface_list", [], true), ("while_on_data", [], false), ("optional_argument", ["mask", "scale"], false),
    ]
    for (name, symbolic, expected) in cases {
      let model = try ScriptModel(path: Fixtures.path("constructs/\(name).pt"))
      let trace = try model.trace(TraceOptions(makesLeaves: true, symbolic: symbolic))
      let hidden = trace.graph.nodes.filter { $0.operation.kind == .region }
      #expect(!hidden.isEmpty && hidden.allSatisfy { model.mayReadMode($0) == expected }, "\(name)")
    }
  }
}
