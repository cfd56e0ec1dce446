import Testing
import XylemGraph
import XylemTestSupport
import XylemTrace

/// Names that belong to modules, for other nodes.
struct NameNoteTests {
  private func core(_ naming: Naming = .exact, _ paths: Set<String>) -> TraceCore {
    TraceCore(options: TraceOptions(naming: naming), modulePaths: paths)
  }

  private func names(_ core: TraceCore) -> [String] { core.graph.nodes.map(\.name) }

  @discardableResult
  private func call(_ path: String, _ core: inout TraceCore) -> NodeID {
    core.emitLeafModule(
      LeafModule(path: path, type: "torch.nn.modules.activation.ReLU"), [], type: "Tensor", rule: "test", at: nil)
  }

  private func operate(_ name: String, in path: String = "", _ core: inout TraceCore) {
    core.emit(.operator(name: "aten::\(name)"), named: name, [], in: path, type: "Tensor", at: nil)
  }

  private func notes(_ core: TraceCore) -> [String] {
    core.notes.map { "\($0.kind.rawValue) \($0.path) \($0.node ?? "-"): \($0.reason)" }
  }

  @Test func `a second call takes the next free number if a module has the first, and a note says so`() {
    var core = core(.exact, ["", "block", "block.relu", "block.relu_1"])
    for path in ["block.relu", "block.relu", "block.relu_1", "block.relu"] { call(path, &core) }
    #expect(names(core) == ["block.relu", "block.relu_2", "block.relu_1", "block.relu_3"])
    #expect(notes(core) == ["name-taken block.relu block.relu_2: the name 'block.relu_1' is a module's"])
  }

  @Test func `an operation with a module's name is numbered, although the module does not run, and a note says so`() {
    var core = core(.exact, ["", "add", "block"])
    operate("add", &core)
    operate("mul", &core)
    operate("add", in: "block", &core)
    #expect(names(core) == ["add_1", "mul", "block.add"])
    #expect(notes(core) == ["name-taken  add_1: the name 'add' is a module's"])
  }

  @Test func `a note about a name is rolled back with its node`() {
    var core = core(.exact, ["", "add"])
    operate("mul", &core)
    let checkpoint = core.checkpoint
    operate("add", &core)
    #expect(notes(core).count == 1)
    core.rollBack(to: checkpoint)
    #expect(notes(core).isEmpty)
    operate("sub", &core)
    #expect(notes(core).isEmpty)
  }

  @Test func `torchvision's naming numbers modules too, so that it has no such note`() {
    var core = core(.torchvision, ["", "relu", "relu_1"])
    for path in ["relu", "relu", "relu_1"] { call(path, &core) }
    #expect(names(core) == ["relu", "relu_1", "relu_2"])
    #expect(notes(core).isEmpty)
  }

  @Test(.needsRuntime) func `modules that are named like operations have a note for each operation that they rename`()
    throws
  {
    let trace = try ScriptModel(path: Fixtures.path("constructs/named_like_operations.pt")).trace()
    #expect(
      trace.notes.filter { $0.kind == .nameTaken }.map { "\($0.node ?? "-") \($0.reason)" } == [
        "add_2 the name 'add_1' is a module's", "add_3 the name 'add' is a module's",
        "add_4 the name 'add' is a module's", "flatten_1 the name 'flatten' is a module's",
      ])
  }
}
