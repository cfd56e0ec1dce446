import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTensor

extension RuntimeTests {
  /// Archives that are made of text.
  @Suite struct SourceArchiveTests {
    static let source = """
      class Scale(Module):
        __parameters__ = ["weight", ]
        __buffers__ = ["seen", ]
        training : bool
        weight : Tensor
        seen : Tensor
        count : int
        names : List[str]
        def forward(self, x: Tensor) -> Tensor:
          self.count += 1
          return torch.mul(x, self.weight)

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        first : __torch__.Scale
        second : __torch__.Scale
        def forward(self, x: Tensor) -> Tensor:
          return self.second.forward(self.first.forward(x))

      """

    @Test("a fresh root has its submodules in train mode, zeros and empty tensors")
    func fresh() throws {
      let root = try ScriptArchive(source: Self.source, root: "Net").root()
      #expect(root.isTraining == true)
      let scale = try #require(root.submodule(at: "second"))
      #expect(scale.isTraining == true)
      let attributes = try scale.attributes()
      #expect(attributes.map(\.name) == ["training", "weight", "seen", "count", "names"])
      #expect(attributes.filter(\.isParameter).map(\.name) == ["weight"])
      #expect(attributes.filter(\.isBuffer).map(\.name) == ["seen"])
      #expect(try scale.attribute("weight")?.tensor?.sizes == [0])
      #expect(scale.attribute("count")?.literal == .int(0))
    }

    @Test("it runs, and one module may stand under two names")
    func runs() throws {
      let archive = try ScriptArchive(source: Self.source, root: "Net")
      let root = try archive.root()
      let first = try #require(root.submodule(at: "first"))
      try first.setAttribute("weight", to: .tensor(Tensor([3], shape: [1])))
      try root.setAttribute("second", to: .object(first.object))
      let forward = try #require(root.method("forward"))
      let callable = try Callable(forward, known: [nil, nil], modes: [])
      let result = try callable([.object(root.object), .tensor(Tensor([1, 2], shape: [2]))])
      #expect(try result.first?.tensor?.floats() == [9, 18])
      #expect(first.attribute("count")?.literal == .int(2))
    }

    @Test(
      "bad source is an error with the compiler's message",
      arguments: [
        ("class Net(Module", "Net", "expected"),
        (Self.source, "Missing", "Missing"),
        (Self.source.replacing("torch.mul", with: "torch.no_such_thing"), "Net", "no_such_thing"),
        (Self.source.replacing("second : __torch__.Scale", with: "second : __torch__.Net"), "Net", ""),
        (Self.source.replacing("List[str]", with: "Tuple[int, int]"), "Net", "Tuple[int, int]"),
        ("", "Net", "Net"),
        ("class Net:\n  x : int\n", "Net", ""),
      ])
    func badSource(_ source: String, _ root: String, _ message: String) {
      let error = #expect(throws: XylemError.self) { try ScriptArchive(source: source, root: root) }
      #expect(error?.id == .archiveUnreadable)
      if !message.isEmpty { #expect(error.map { String(describing: $0) }?.contains(message) == true) }
    }
  }
}
