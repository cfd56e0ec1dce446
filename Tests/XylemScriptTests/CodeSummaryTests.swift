import Testing
import XylemTestSupport

@testable import XylemScript

extension RuntimeTests {
  /// What a walk over code finds.
  @Suite struct CodeSummaryTests {
    static let source = """
      class Inner(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        count : int
        sizes : List[int]
        def forward(self, x: Tensor) -> Tensor:
          self.count = 1
          return torch.dropout(x, 0.5, self.training)
        def last(self, x: Tensor) -> Tensor:
          return torch.mul(x, self.sizes[0])

      class Holder(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        inner : __torch__.Inner
        def forward(self, x: Tensor) -> Tensor:
          return x

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        holder : __torch__.Holder
        def forward(self, x: Tensor, n: int) -> Tensor:
          holder = self.holder
          seen = annotate(List[int], [])
          y = torch.mul(x, 2)
          if torch.gt(n, 3):
            z = torch.add(self.holder.inner.forward(holder.forward(y)), holder.inner.last(y))
            _0 = torch.append(seen, n)
          else:
            z = x
          for i in range(n):
            z = torch.add(z, i)
          return torch.add(z, torch.len(seen))

      """

    private func code(_ path: String, method: String = "forward") throws -> ScriptCode {
      let root = try ScriptArchive(source: Self.source, root: "Net").root()
      return try #require(root.submodule(at: path)?.method(method)).code()
    }

    @Test func `a function's own statements tell what it assigns, reads and calls`() throws {
      let inner = try code("holder.inner").summary
      #expect(inner.assigned == ["count"] && inner.containers.isEmpty && inner.callees.isEmpty)
      #expect(inner.mayReadMode && inner.mayChange("count") && !inner.mayChange("sizes"))
      let last = try code("holder.inner", method: "last").summary
      #expect(last.assigned.isEmpty && last.containers == ["sizes"] && last.mayChange("sizes") && !last.mayReadMode)
    }

    @Test func `callees are named, and what they do is not included until it is added`() throws {
      let code = try code("")
      let names = try code.summary.callees.map { try $0.code().qualifiedName }.sorted()
      #expect(names == ["__torch__.Holder.forward", "__torch__.Inner.forward", "__torch__.Inner.last"])
      var whole = code.summary
      #expect(!whole.callsUnknown && !whole.mayReadMode && whole.assigned.isEmpty)
      for callee in whole.callees { whole.formUnion(try callee.code().summary) }
      #expect(whole.mayReadMode && whole.assigned == ["count"] && whole.containers == ["sizes"])
    }

    @Test func `a method that is chosen at run time may do anything`() throws {
      let root = try Fixtures.archive("constructs/interface_list").root()
      let summary = try #require(root.method("forward")).code().summary
      #expect(summary.callsUnknown && summary.mayReadMode && summary.mayChange("anything"))
      #expect(summary.unknownMethods == ["forward"])
    }

    @Test func `a statement's captures are values of the code around it, in the order of their use`() throws {
      let code = try code("")
      let branch = try #require(code.statements.firstIndex { $0.kind == .if })
      let summary = code.summary(of: branch)
      let defined = summary.captures.map { code.valueNames[$0].isEmpty ? "condition" : code.valueNames[$0] }
      #expect(defined == ["condition", "self", "holder", "y", "seen", "n", "x"])
      #expect(summary.changesContainers)
      let loop = try #require(code.statements.firstIndex { $0.kind == .loop })
      let carried = code.summary(of: loop)
      #expect(carried.captures.count == 2 && !carried.changesContainers && carried.moduleCalls.isEmpty)
    }

    @Test func `the modules that a statement calls are attributes of its captures`() throws {
      let code = try code("")
      let branch = try #require(code.statements.firstIndex { $0.kind == .if })
      let calls = code.summary(of: branch).moduleCalls
      #expect(calls.map { code.valueNames[$0.root] } == ["holder", "self"])
      #expect(calls.map(\.path) == [[], ["holder", "inner"]])
    }
  }
}
