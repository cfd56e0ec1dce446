import Foundation
import Testing
import XylemDiff
import XylemErrors
import XylemExtract
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace
import XylemWitness

/// In a process of their own: they watch the random state, which is the process's.
@Suite("A run of both graphs", .serialized, .needsRuntime)
struct WitnessTests {
  /// The diff of a model that is given as text, with a run on a tensor of 2 x 3 numbers.
  private func diff(_ source: String, input: [String: Value]? = nil, leaves: [String] = []) throws -> TraceDiff {
    let model = try ScriptModel(ScriptArchive(source: source + "\n", root: "Net"))
    return try Self.diff(of: model, input: input ?? ["x": .tensor(Self.numbers)], leaves: leaves)
  }

  private static func diff(of model: ScriptModel, input: [String: Value], leaves: [String] = []) throws -> TraceDiff {
    var policy = LeafPolicy()
    for leaf in leaves { policy = policy.leaf(type: leaf) }
    func trace(_ mode: Mode) throws -> Trace { try model.trace(TraceOptions(mode: mode, policy: policy)) }
    return try TraceDiffer.diff(
      trace(.train), trace(.eval), of: model, on: .init(input, seed: 7), today: (2026, 7, 1))
  }

  private static var numbers: Tensor {
    get throws { try Tensor([1, -2, 3, -4, 5, -6] as [Float], shape: [2, 3]) }
  }

  private func outcomes(_ diff: TraceDiff) -> [String] {
    diff.findings.map { finding in
      let witness = finding.witness
      let difference = witness?.largestDifference.map { " \($0)" } ?? ""
      return "\(finding.rule.rawValue): \(witness?.outcome.rawValue ?? "none")\(difference) at \(witness?.node ?? "-")"
    }
  }

  @Test func `a user's own branch that adds 100 is confirmed with 100`() throws {
    let diff = try diff(
      """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          y = torch.relu(x)
          if self.training:
            z = torch.add(y, 100)
          else:
            z = y
          return torch.mul(z, 2)
      """)
    #expect(outcomes(diff) == ["node-only-in-train: confirmed 200.0 at mul"])
    #expect(diff.run?.outputDifference == 200)
    #expect(diff.run?.unexplained == [])
  }

  /// A leaf behind an addition that train mode alone has.
  private func behindAddition(_ train: String, _ eval: String) throws -> [String] {
    outcomes(
      try diff(
        """
        class Unknown(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self, x: Tensor) -> Tensor:
            if self.training:
              y = \(train)
            else:
              y = \(eval)
            return y

        class Net(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          leaf : __torch__.Unknown
          def forward(self, x: Tensor) -> Tensor:
            y = torch.add(x, 1)
            if self.training:
              z = torch.add(y, 100)
            else:
              z = y
            return torch.neg(self.leaf.forward(z))
        """, leaves: ["Unknown"]))
  }

  @Test func `a difference is shown where it arises, and not in later nodes`() throws {
    #expect(
      try behindAddition("torch.mul(x, 3)", "torch.add(torch.add(x, x), x)") == [
        "node-only-in-train: confirmed 300.0 at leaf", "leaf-mode-unknown: not-observed at -",
      ])
    // These are the same code once they are compiled.
    #expect(
      try behindAddition("torch.mul(x, 3)", "torch.mul(3, x)") == ["node-only-in-train: confirmed 300.0 at leaf"])
  }

  @Test func `a leaf's own difference shows on equal values, though it reads different ones`() throws {
    #expect(
      try behindAddition("torch.mul(x, 3)", "torch.mul(x, 4)") == [
        "node-only-in-train: confirmed 305.0 at leaf", "leaf-mode-unknown: confirmed 106.0 at leaf",
      ])
  }

  @Test func `a leaf that depends on the mode is found out, one whose probability is 0 is not`() throws {
    let source = """
      class Mode(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          if self.training:
            y = torch.mul(x, 2)
          else:
            y = x
          return y

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        leaf : __torch__.Mode
        def forward(self, x: Tensor) -> Tensor:
          y = torch.dropout(x, 0., self.training)
          return self.leaf.forward(y)
      """
    let found = outcomes(try diff(source, leaves: ["Mode"]))
    #expect(
      found == ["leaf-mode-unknown: confirmed 6.0 at leaf"])
  }

  @Test func `random numbers of only one mode do not change those of both`() throws {
    let diff = try diff(
      """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          y = torch.dropout(x, 0.5, self.training)
          return torch.add(y, torch.rand_like(y))
      """)
    // What both draw is no difference between them, and is random in eval mode.
    #expect(outcomes(diff).count == 2)
    #expect(outcomes(diff).first?.hasPrefix("random-in-eval: confirmed 0.") == true)
    #expect(outcomes(diff).first?.hasSuffix(" at rand_like") == true)
    #expect(outcomes(diff).last == "attribute-differs: confirmed 6.0 at dropout")
    #expect(diff.run?.differing == 1)
  }

  @Test func `a write in place is followed to its readers`() throws {
    let diff = try diff(
      """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
          y = torch.add(x, 0)
          if self.training:
            _0 = torch.mul_(y, 10)
          else:
            pass
          return torch.add(y, 1)
      """)
    #expect(outcomes(diff) == ["node-only-in-train: confirmed 54.0 at add_1"])
  }

  @Test func `a buffer that only one mode updates is confirmed by its state`() throws {
    let source = """
      class Net(Module):
        __parameters__ = []
        __buffers__ = ["total"]
        training : bool
        total : Tensor
        def forward(self, x: Tensor) -> Tensor:
          if self.training:
            _0 = torch.add_(self.total, 5)
          else:
            pass
          return torch.relu(x)

      """
    let archive = try ScriptArchive(source: source, root: "Net")
    let total = try Tensor([1, 2] as [Float], shape: [2])
    try archive.root().setAttribute("total", to: .tensor(total))
    let diff = try Self.diff(of: try ScriptModel(archive), input: ["x": .tensor(Self.numbers)])
    #expect(outcomes(diff) == ["node-only-in-train: confirmed 5.0 at -"])
    #expect(diff.findings.first?.witness?.reason == "the modes leave different states behind: total")
    #expect(try total.floats() == [1, 2])
  }

  @Test func `a result that is built in another way is confirmed without a number`() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/auxiliary_head.pt"))
    let diff = try Self.diff(
      of: model, input: ["x": .tensor(try Tensor([Float](repeating: 1, count: 8), shape: [2, 4]))])
    #expect(outcomes(diff) == ["node-only-in-train: confirmed at output"])
    #expect(diff.run?.outputDiffers == true && diff.run?.outputDifference == nil)
  }

  @Test func `frozen batch norm is distinguished from one that trains, and stays frozen`() throws {
    let model = try ScriptModel(path: Fixtures.path("constructs/frozen_norm.pt"))
    let frozen = model.pinnedModules.map(\.path)
    let diff = try Self.diff(
      of: model, input: ["x": .tensor(try Goldens.formula([3, 4]))])
    #expect(
      outcomes(diff) == [
        "submodule-mode-mixed: not-observed at -", "state-updated-in-one-mode: confirmed 1.1985807083547115 at bn2",
      ])
    #expect(model.pinnedModules.map(\.path) == frozen)
  }

  @Test func `GoogLeNet: every finding is confirmed, nothing else differs`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/googlenet.pt")).withOwnMemory()
    let diff = try Self.diff(of: model, input: ["x": .tensor(try Goldens.formula([2, 3, 64, 64]))])
    let found = diff.findings.map { "\($0.node ?? ""): \($0.witness?.outcome.rawValue ?? "")" }
    #expect(
      found == [
        "conv1.bn: confirmed", "aux1.adaptive_avg_pool2d: confirmed", "aux2.adaptive_avg_pool2d: confirmed",
        "dropout: confirmed",
      ])
    #expect(diff.run?.unexplained == [])
  }

  @Test(arguments: [
    ("resnet18", 64, ["bn1: confirmed"]),
    (
      "efficientnet_b0", 64,
      ["features.0: confirmed", "features.2.1.stochastic_depth: confirmed", "classifier.0: confirmed"]
    ),
    // Its dropouts have a probability of 0, and its attention takes other operators in eval mode, for the same values.
    ("vit_b_16", 224, []),
    // The first block's probability is 0.
    ("swin_t", 64, ["features.1.1.stochastic_depth: confirmed"]),
  ])
  func `real models: every difference has a finding, and a probability of 0 has none`(
    _ name: String, side: Int, expected: [String]
  ) throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/\(name).pt")).withOwnMemory()
    let before = try TouchedState(model)
    let diff = try Self.diff(of: model, input: ["x": .tensor(try Goldens.formula([2, 3, side, side]))])
    #expect(diff.findings.map { "\($0.node ?? ""): \($0.witness?.outcome.rawValue ?? "")" } == expected)
    #expect(diff.run?.unexplained == [])
    #expect(diff.run?.failure == nil)
    #expect(try TouchedState(model) == before)
  }

  @Test(arguments: ["zoo/resnet18.pt", "zoo/googlenet.pt", "constructs/frozen_norm.pt", "zoo/maskrcnn_resnet50_fpn.pt"])
  func `comparing leaves modes, buffers and the random state as they were`(_ name: String) throws {
    let model = try ScriptModel(path: Fixtures.path(name))
    let (before, flags) = (try TouchedState(model), model.modules.map(\.isTraining))
    let options = TraceOptions(makesLeaves: true)
    let names = try GraphNodeNames(of: model, options: options)
    #expect(!names.differences.findings.isEmpty)
    _ = try FeatureExtractor(of: model, returning: [ReturnRequest(names.eval[1])], options: options).warnings
    #expect(try TouchedState(model) == before)
    #expect(try ScriptModel(model.archive).modules.map(\.isTraining) == flags)
  }

  @Test func `a detector without targets runs in eval mode alone, so that nothing is decided`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/retinanet_resnet50_fpn.pt")).withOwnMemory()
    func trace(_ mode: Mode) throws -> Trace { try model.trace(TraceOptions(mode: mode, makesLeaves: true)) }
    let before = try TouchedState(model)
    let image = try Goldens.formula([3, 64, 64])
    let diff: TraceDiff
    do {
      diff = try TraceDiffer.diff(
        trace(.train), trace(.eval), of: model, on: .init(["images": .list([.tensor(image)])]), today: (2026, 7, 1))
    } catch let error as XylemError {
      // Boxes are chosen by an operator that nothing here implements.
      #expect((error.cause as? XylemError)?.id == .runtimeMissingKernel, "\(error)")
      return
    }
    #expect(diff.run?.failure?.hasPrefix("train mode does not run on this input: ") == true)
    // What eval mode does alone, its own runs decide.
    let both = diff.findings.filter { $0.rule != .randomInEval && $0.rule != .stateUpdatedInEval }
    #expect(!both.isEmpty && both.allSatisfy { $0.witness?.outcome == .undecided })
    #expect(try TouchedState(model) == before)
  }

  @Test func `an input that train mode can't take is reported with its root cause`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt")).withOwnMemory()
    let diff = try Self.diff(of: model, input: ["x": .tensor(try Goldens.formula([1, 3, 8, 8]))])
    let failure = try #require(diff.run?.failure)
    #expect(failure.hasPrefix("train mode does not run on this input: running the model failed at layer2.0.bn1: "))
    #expect(failure.contains("Expected more than 1 value per channel when training"), "\(failure)")
    #expect(diff.run?.compared == 0 && diff.run?.outputDiffers == nil)
  }

  @Test func `the result of a saved extractor is not compared as a whole`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt")).withOwnMemory()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FeatureExtractor(of: model, returning: ["layer1"]).save(to: path)
    let saved = try FeatureExtractor(path: path)
    let (train, eval) = (try #require(saved.traces[.train]), try #require(saved.traces[.eval]))
    let diff = try TraceDiffer.diff(
      train, eval, of: saved.model, on: .init(["x": .tensor(try Goldens.formula([2, 3, 32, 32]))]),
      today: (2026, 7, 1))
    #expect(diff.run?.outputDiffers == nil && diff.run?.differing == 5)
  }

  @Test func `a leaf that writes a buffer in train mode is borne out in each of its places`() throws {
    let source = """
      class Mode(Module):
        __parameters__ = []
        __buffers__ = ["seen"]
        training : bool
        seen : Tensor
        def forward(self, x: Tensor) -> Tensor:
          if self.training:
            _0 = torch.add_(self.seen, 1)
            y = torch.mul(x, 2)
          else:
            y = x
          return y

      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        a : __torch__.Mode
        b : __torch__.Mode
        def forward(self, x: Tensor) -> Tensor:
          return torch.add(self.a.forward(x), self.b.forward(x))

      """
    let diff = try diff(source, leaves: ["Mode"])
    #expect(diff.findings.allSatisfy { $0.witness?.outcome == .confirmed })
    #expect(diff.run?.differing == 2 && diff.run?.unexplained == [])
  }

  @Test func `an input that does not fit is an error, and the model is as it was`() throws {
    let model = try ScriptModel(path: Fixtures.path("zoo/resnet18.pt")).withOwnMemory()
    let before = try TouchedState(model)
    #expect(throws: XylemError.self) {
      try Self.diff(of: model, input: ["x": .tensor(try Goldens.formula([2, 4, 64, 64]))])
    }
    let error = #expect(throws: XylemError.self) {
      try Self.diff(of: model, input: ["image": .tensor(try Goldens.formula([2, 3, 64, 64]))])
    }
    #expect(error?.message == "forward has no argument 'image'")
    #expect(try TouchedState(model) == before)
  }
}
