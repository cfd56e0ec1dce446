import Testing
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What leaves keep in the model, and what others see of it.
@Suite("State that leaves keep", .needsRuntime)
struct LeafStateTests {
  private static func run(
    _ source: String, _ requests: [ReturnRequest], share: (from: String, to: String)? = nil, calls: Int = 1
  ) throws -> [[Float]] {
    let archive = try ScriptArchive(source: source, root: "Net")
    let root = try archive.root()
    let leaf = try #require(root.submodule(at: "leaf"))
    try leaf.setAttribute("b", to: .tensor(Tensor([1, 2], shape: [2])))
    if let share {
      let parent = try #require(root.submodule(at: share.to))
      try parent.setAttribute(share.from, to: .object(leaf.object))
    }
    let options = TraceOptions(mode: .train, policy: LeafPolicy().leaf(type: "Leaf").leaf(type: "Outer"))
    let extractor = try FeatureExtractor(
      of: ScriptModel(archive), returning: requests, options: options, modes: [.train])
    var features: Features?
    for _ in 0..<calls { features = try extractor([.tensor(Tensor([10, 20], shape: [2]))]) }
    return try #require(features).values.map { try $0.tensor?.floats() ?? [] }
  }

  private static func source(leaf: String, root: String) -> String {
    """
    class Leaf(Module):
      __parameters__ = []
      __buffers__ = ["b", ]
      training : bool
      b : Tensor
      count : int
      def forward(self, x: Tensor) -> Tensor:
    \(leaf)
    class Outer(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      leaf : __torch__.Leaf
      def forward(self, x: Tensor) -> Tensor:
        return self.leaf.forward(x)

    class Net(Module):
      __parameters__ = []
      __buffers__ = []
      training : bool
      leaf : __torch__.Leaf
      outer : __torch__.Outer
      def forward(self, x: Tensor) -> Tensor:
    \(root)
    """
  }

  @Test("a counter that a leaf raises is read by its parent each time, before the leaf runs and after")
  func counter() throws {
    let source = Self.source(
      leaf: """
            self.count += 1
            return torch.neg(x)

        """,
      root: """
            before = torch.add(x, self.leaf.count)
            y = self.leaf.forward(before)
            return torch.add(y, self.leaf.count)

        """)
    #expect(try Self.run(source, ["add", "add_1"]) == [[10, 20], [-9, -19]])
    #expect(try Self.run(source, ["add", "add_1"], calls: 2) == [[11, 21], [-9, -19]])
  }

  @Test("a tensor that a leaf puts in another's place is the new one")
  func replacedTensor() throws {
    let source = Self.source(
      leaf: """
            self.b = torch.mul(x, 2.0)
            return torch.neg(x)

        """,
      root: """
            y = torch.sub(self.leaf.b, x)
            z = self.leaf.forward(y)
            return torch.add(z, self.leaf.b)

        """)
    #expect(try Self.run(source, ["sub", "add"]) == [[-9, -18], [-9, -18]])
  }

  @Test("a write through one result of a leaf's buffer is seen through the other")
  func resultsOfTheModel() throws {
    let source = Self.source(
      leaf: """
            return self.b.view([2])

        """,
      root: """
            a = self.leaf.forward(x)
            c = self.leaf.forward(x)
            c.mul_(-0.5)
            return torch.add(a, x)

        """)
    #expect(try Self.run(source, ["add"]) == [[9.5, 19]])
  }

  @Test("a write to a leaf's buffer runs before the leaf that reads it")
  func writeBeforeLeaf() throws {
    let source = Self.source(
      leaf: """
            return torch.add(x, self.b)

        """,
      root: """
            self.leaf.b.add_(1.0)
            return self.leaf.forward(x)

        """)
    #expect(try Self.run(source, ["leaf"]) == [[12, 23]])
  }

  @Test("a leaf that writes its buffer runs before whoever holds the buffer since before")
  func leafWritesWhatIsHeld() throws {
    let source = Self.source(
      leaf: """
            self.b.mul_(3.0)
            return torch.neg(x)

        """,
      root: """
            b = torch.view(self.leaf.b, [2])
            z = self.leaf.forward(x)
            return torch.mul(b, 2.0) + torch.neg(z)

        """)
    #expect(try Self.run(source, ["mul"]) == [[6, 12]])
  }

  @Test("a leaf that holds another leaf's module writes the state that the other reads")
  func sharedModule() throws {
    let source = Self.source(
      leaf: """
            self.b.add_(1.0)
            return torch.add(x, self.b)

        """,
      root: """
            y = self.outer.forward(x)
            z = self.leaf.forward(x)
            return torch.add(y, z)

        """)
    #expect(try Self.run(source, ["leaf"], share: (from: "leaf", to: "outer")) == [[13, 24]])
  }
}
