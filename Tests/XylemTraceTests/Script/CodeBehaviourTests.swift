import Testing
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What the code behind a node does, read in one mode.
@Suite(.needsRuntime) struct CodeBehaviourTests {
  /// A leaf with a `forward` of one line or more, read in both modes.
  private func read(
    _ lines: String, attributes: String = "", buffers: String = "", more: String = ""
  ) throws -> (train: CodeBehaviour, eval: CodeBehaviour) {
    func indented(_ text: String, _ depth: Int) -> String {
      text.split(separator: "\n").map { String(repeating: " ", count: depth) + $0 }.joined(separator: "\n")
    }
    let source = """
      class Leaf(Module):
        __parameters__ = []
        __buffers__ = [\(buffers)]
        training : bool
      \(indented(attributes, 2))
        def forward(self, x: Tensor) -> Tensor:
      \(indented(lines, 4))
      \(indented(more, 2))

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        leaf : __torch__.Leaf
        def forward(self, x: Tensor) -> Tensor:
          return self.leaf.forward(x)

      """
    let model = try ScriptModel(ScriptArchive(source: source, root: "Net"))
    func behaviour(_ mode: Mode) throws -> CodeBehaviour {
      let trace = try model.trace(TraceOptions(mode: mode, policy: LeafPolicy().leaf(type: "Leaf")))
      let node = try #require(trace.graph.nodes.first { $0.operation.kind == .leafModule })
      return try #require(BehaviourReader(trace, of: model).behaviour(of: node))
    }
    return (try behaviour(.train), try behaviour(.eval))
  }

  @Test func `dropout draws where it is on, and gives its input where it is off`() throws {
    let follows = try read("return torch.dropout(x, 0.5, self.training)")
    #expect(follows.train.draws == ["dropout"] && follows.eval.draws.isEmpty)
    #expect(follows.eval.passesInput && !follows.train.passesInput)
    #expect(follows.train.digest != follows.eval.digest)
    let never = try read("return torch.dropout(x, 0., self.training)")
    #expect(never.train == never.eval && never.train.passesInput)
    let always = try read("return torch.dropout(x, 0.5, True)")
    #expect(always.train == always.eval && always.eval.draws == ["dropout"])
    let all = try read("return torch.dropout(x, 1., self.training)")
    #expect(all.train.draws.isEmpty && all.train.dropsAll && !all.eval.dropsAll)
  }

  @Test(
    "containers that share others are read in a moment", .timeLimit(.minutes(1)),
    arguments: ["annotate(List[Any], [y, y])", "(y, y)", "annotate(List[Any], [(y, x), (y, x)])"])
  func sharedContainers(_ sequence: String) throws {
    let found = try read(
      """
      y = annotate(Any, torch.neg(x))
      for i in range(60):
        z = \(sequence)
        y = annotate(Any, z)
      if bool(torch.gt(torch.sum(x), 0)):
        z = annotate(List[Any], [y, y])
      else:
        z = annotate(List[Any], [x])
      return torch.dropout(x, torch.div(torch.len(z), 4), self.training)
      """)
    #expect(found.train.draws == ["dropout"] && found.eval.draws.isEmpty)
  }

  @Test(
    "a write to what an operator returns of its argument is one to the argument",
    arguments: [("linalg_diagonal(x)", true), ("linalg_inv(x)", false)])
  func views(_ call: String, _ writes: Bool) throws {
    let found = try read("y = torch.\(call)\n_0 = torch.add_(y, 1)\nreturn torch.neg(x)").eval
    #expect(found.effects.writes == (writes ? [0] : []) && found.writtenNodes.isEmpty != writes)
  }

  @Test func `a probability that is an attribute counts as long as no code assigns it`() throws {
    let fixed = try read("return torch.dropout(x, self.p, self.training)", attributes: "p : float")
    // Attributes of an archive made of text are 0.
    #expect(fixed.train == fixed.eval && fixed.train.passesInput)
    let assigned = try read(
      "self.p = 0.5\nreturn torch.dropout(x, self.p, self.training)", attributes: "p : float")
    #expect(assigned.train.draws == ["dropout"] && assigned.eval.draws.isEmpty)
    #expect(assigned.train.writtenAttributes == ["leaf.p"] && assigned.train.writers == ["="])
  }

  @Test func `an LSTM of one layer has nothing to drop`() throws {
    func lstm(layers: Int, p: String) throws -> (train: CodeBehaviour, eval: CodeBehaviour) {
      try read(
        """
        h = torch.zeros_like(x)
        a, b, c, = torch.lstm(x, [h, h], [x, x], False, \(layers), \(p), self.training, False, True)
        return a
        """)
    }
    let one = try lstm(layers: 1, p: "0.5")
    #expect(one.train == one.eval && one.train.draws.isEmpty)
    let none = try lstm(layers: 2, p: "0.")
    #expect(none.train == none.eval && none.train.draws.isEmpty)
    let two = try lstm(layers: 2, p: "0.5")
    #expect(two.train.draws == ["lstm"] && two.eval.draws.isEmpty)
  }

  @Test func `statistics are written in train mode, unless the momentum is 0`() throws {
    func norm(_ momentum: String) throws -> (train: CodeBehaviour, eval: CodeBehaviour) {
      try read(
        "return torch.batch_norm(x, None, None, self.mean, self.mean, self.training, \(momentum), 1.0e-05, False)",
        attributes: "mean : Tensor", buffers: "\"mean\", ")
    }
    let usual = try norm("0.1")
    #expect(usual.train.writtenAttributes == ["leaf.mean"] && usual.train.writers == ["batch_norm"])
    #expect(usual.eval.writtenAttributes.isEmpty && usual.eval.usesStatistics && !usual.train.usesStatistics)
    let still = try norm("0.")
    #expect(still.train.writtenAttributes.isEmpty && still.train.digest != still.eval.digest)
  }

  @Test func `writes through views and lists reach the attribute, and writes to fresh tensors don't`() throws {
    let view = try read(
      "y = torch.select(self.m, 0, 0)\nz = torch.copy_(y, x)\nreturn x", attributes: "m : Tensor", buffers: "\"m\", ")
    #expect(view.eval.writtenAttributes == ["leaf.m"])
    let list = try read(
      "y = [self.m, x]\nz = torch.add_(y[0], 1)\nreturn x", attributes: "m : Tensor", buffers: "\"m\", ")
    #expect(list.eval.writtenAttributes == ["leaf.m"])
    let fresh = try read(
      "y = torch.add(self.m, x)\nz = torch.relu_(y)\nreturn y", attributes: "m : Tensor", buffers: "\"m\", ")
    #expect(fresh.eval.writtenAttributes.isEmpty && fresh.eval.effects.writes.isEmpty)
    let input = try read("y = torch.relu_(x)\nreturn y")
    #expect(input.eval.effects.writes == [0] && input.eval.writtenAttributes.isEmpty)
  }

  @Test func `unused random numbers are not reported as drawn`() throws {
    // The runtime drops what nobody reads when it loads the code, as PyTorch does: nothing is drawn.
    let unused = try read("y = torch.rand_like(x)\nreturn torch.relu(x)")
    #expect(unused.eval.draws.isEmpty && !unused.eval.effects.usesRandomState)
    let form = try read("y = torch.rand_like(x)\nreturn torch.add(x, torch.zeros_like(y))")
    #expect(form.eval.draws.isEmpty && form.eval.effects.usesRandomState)
    let used = try read("y = torch.rand_like(x)\nreturn torch.add(x, y)")
    #expect(used.eval.draws == ["rand_like"])
    let inPlace = try read("y = torch.zeros_like(x)\nz = torch.normal_(torch.select(y, 0, 0))\nreturn torch.add(x, y)")
    #expect(inPlace.eval.draws == ["normal_"])
    let kept = try read(
      "z = torch.copy_(self.m, torch.rand_like(x))\nreturn x", attributes: "m : Tensor", buffers: "\"m\", ")
    #expect(kept.eval.draws == ["rand_like"] && kept.eval.writtenAttributes == ["leaf.m"])
  }

  @Test func `a branch on data counts with both its ways, one on the mode with one`() throws {
    let data = try read(
      """
      if bool(torch.gt(torch.sum(x), 0)):
        y = torch.dropout(x, 0.5, True)
      else:
        y = x
      return y
      """)
    #expect(data.train == data.eval && data.eval.draws == ["dropout"] && !data.eval.passesInput)
    let mode = try read(
      """
      if self.training:
        y = torch.add(x, torch.rand_like(x))
      else:
        y = x
      return y
      """)
    #expect(mode.train.draws == ["rand_like"] && mode.eval.draws.isEmpty && mode.eval.passesInput)
    let random = try read(
      """
      if bool(torch.gt(torch.sum(torch.rand_like(x)), 0.5)):
        y = torch.neg(x)
      else:
        y = x
      return y
      """)
    #expect(random.eval.draws == ["rand_like"])
  }

  @Test func `loops and calls are followed`() throws {
    let loop = try read(
      """
      y = x
      for i in range(torch.size(x, 0)):
        y = torch.dropout(y, 0.5, self.training)
      return self.twice(y)
      """, more: "def twice(self, x: Tensor) -> Tensor:\n  y = torch.add_(x, 1)\n  return y")
    #expect(loop.train.draws == ["dropout"] && loop.eval.draws.isEmpty)
    #expect(loop.eval.effects.writes == [0])
    let counted = try read(
      """
      y = x
      for i in range(3):
        if torch.eq(i, 5):
          y = torch.dropout(y, 0.5, True)
        else:
          y = torch.neg(y)
      return y
      """)
    #expect(counted.eval.draws.isEmpty)
  }

  @Test func `the order of reads and writes is part of what code does`() throws {
    let both = try read(
      """
      if self.training:
        y = torch.neg(self.m)
        z = torch.add_(self.m, 1)
      else:
        z = torch.add_(self.m, 1)
        y = torch.neg(self.m)
      return y
      """, attributes: "m : Tensor", buffers: "\"m\", ")
    #expect(both.train.writtenAttributes == both.eval.writtenAttributes)
    #expect(both.train.digest != both.eval.digest)
  }
}
