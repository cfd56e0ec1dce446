import Foundation
import Testing
import XylemTestSupport

@Suite(.needsRuntime) struct NodesCommandTests {
  /// The bad files but one whose nodes can be listed all the same; running it is what fails.
  private static let broken = Fixtures.names(in: "bad", ending: ".pt").filter { $0 != "unknown_operator.pt" }

  private let norm = Fixtures.path("constructs/relu_over_norm.pt")
  private let googlenet = Fixtures.path("zoo/googlenet.pt")
  private let lite = Fixtures.path("models/efficientnet_lite0.pt")

  @Test func `the text of one mode has one name per line`() async {
    let run = await xylem("nodes", norm)
    #expect(run.status == 0)
    #expect(run.lines == ["x", "conv", "bn", "relu", "sub", "relu_1", "add"])
  }

  @Test func `JSON has exactly the contract's keys, and the list of a mode that was not requested is empty`()
    async throws
  {
    let run = await xylem("nodes", norm, "--format", "json")
    #expect(
      run.output == """
        {"autoLeaves":[],"eval":["x","conv","bn","relu","sub","relu_1","add"],"model":"\(norm)","naming":"exact",\
        "schema":1,"train":[]}

        """)
  }

  @Test func `JSON is the same bytes run after run, with both modes and automatic leaves`() async throws {
    let first = await xylem("nodes", lite, "--auto-leaf", "--mode", "both", "--format", "json")
    let second = await xylem("nodes", lite, "--auto-leaf", "--mode", "both", "--format", "json")
    #expect(first.status == 0)
    #expect(first.output == second.output && first.errors == second.errors)
    let json = try first.json()
    #expect((json["train"] as? [String])?.isEmpty == false)
    let leaves = try #require(json["autoLeaves"] as? [[String: Any]])
    #expect(leaves.count == 5)
    for leaf in leaves {
      #expect(leaf.keys.sorted() == ["kind", "location", "node", "path", "reason", "type"])
      #expect((leaf["type"] as? String)?.hasSuffix("Conv2dSame") == true)
    }
  }

  @Test
  func `notes with one cause are one line, guards are counted, and every note has a line on request`()
    async
  {
    let run = await xylem("nodes", lite, "--auto-leaf")
    #expect(
      run.errors == """
        note: 5 leaves (Conv2dSame): max(…) of a value that depends on the input (timm/layers/padding.py:28): \
        conv_stem, blocks.1.0.conv_dw, blocks.2.0.conv_dw and 2 more (--notes lists them)
        note: 49 assumptions are checked when the model runs (--notes lists them)

        """)
    let all = await xylem("nodes", lite, "--auto-leaf", "--notes")
    let lines = all.errors.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("note: leaf ") }.count == 5)
    #expect(lines.filter { $0.hasPrefix("note: check ") }.count == 49)
    #expect(lines.count == 54)
  }

  @Test(arguments: [
    ["nodes"], ["graph"], ["diff"], ["extract", "--return", "conv_stem", "--save", "F/f.xylem"],
    ["bench", "--return", "conv_stem", "--input-shape", "1,3,32,32", "--runs", "1", "--warmup", "0"],
  ])
  func `every command that traces can list every note`(arguments: [String]) async throws {
    try await withTemporaryFolder { folder in
      let arguments = arguments.map { $0.replacing("F/", with: folder + "/") }
      let run = await xylem([arguments[0], lite, "--auto-leaf", "--notes"] + arguments.dropFirst())
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.split(separator: "\n").filter { $0.hasPrefix("note: check ") }.count == 49)
    }
  }

  @Test func `a region counts among the automatic leaves`() async throws {
    let run = await xylem(
      "nodes", Fixtures.path("constructs/optional_output.pt"), "--auto-leaf", "--format", "json")
    let leaves = try #require(try run.json()["autoLeaves"] as? [[String: Any]])
    #expect(leaves.map { $0["path"] as? String } == ["if"])
    #expect(leaves.map { $0["kind"] as? String } == ["region"])
  }

  @Test func `both modes are shown side by side, and nodes of only one are marked`() async throws {
    let run = await xylem("nodes", googlenet, "--mode", "both")
    #expect(run.status == 0)
    try expectSnapshot(run.output, "nodes-googlenet-both")
  }

  @Test func `the long form has operation, rule and source`() async throws {
    try expectSnapshot(await xylem("nodes", norm, "--long").output, "nodes-long")
  }

  @Test func `with an input's shape come shapes, bytes and multiply-adds`() async throws {
    let run = await xylem("nodes", Fixtures.path("zoo/resnet18.pt"), "--long", "--input-shape", "1,3,64,64")
    #expect(run.status == 0)
    try expectSnapshot(run.output, "nodes-long-shapes")
    let json = await xylem(
      "nodes", Fixtures.path("zoo/resnet18.pt"), "--long", "--input-shape", "1,3,224,224", "--format", "json")
    let nodes = try #require(try json.json()["nodes"] as? [String: [[String: Any]]])
    let total = try #require(nodes["eval"]).compactMap { $0["multiplyAdds"] as? Int }.reduce(0, +)
    // What torchvision's page of resnet18 says: 1.81 GFLOPS, in multiply-adds.
    #expect(total == 1_814_073_344)
  }

  @Test func `the long form has totals, those of every module, and the stages`() async throws {
    let run = await xylem(
      "nodes", Fixtures.path("zoo/resnet18.pt"), "--long", "--input-shape", "1,3,224,224", "--mode", "both", "--format",
      "json")
    let json = try run.json()
    let totals = try #require(json["totals"] as? [String: [String: Int]])
    #expect(totals.keys.sorted() == ["eval", "train"])
    let eval = try #require(totals["eval"])
    // What torchvision's page of resnet18 says: 11,689,512 parameters, 1.81 GFLOPS, in multiply-adds.
    #expect(eval["parameters"] == 11_689_512 && eval["parameterBytes"] == 4 * 11_689_512)
    #expect(eval["multiplyAdds"] == 1_814_073_344 && eval["nodes"] == 70)
    let modules = try #require((json["modules"] as? [String: [[String: Any]]])?["eval"])
    let layer = try #require(modules.first { $0["path"] as? String == "layer1" })
    #expect(layer["parameters"] as? Int == 147_968 && layer["type"] as? String == "Sequential")
    #expect(
      modules.reduce(0) { $0 + (($1["path"] as? String)?.contains(".") == false ? $1["parameters"] as? Int ?? 0 : 0) }
        == 11_689_512)
    // What timm's feature_info says of resnet18.
    let stages = try #require((json["stages"] as? [String: [[String: Any]]])?["eval"])
    #expect(stages.map { $0["name"] as? String } == ["relu", "layer1", "layer2", "layer3", "layer4"])
    #expect(stages.map { $0["channels"] as? Int } == [64, 64, 128, 256, 512])
    #expect(stages.map { $0["stride"] as? Int } == [2, 4, 8, 16, 32])
    let short = try await xylem("nodes", Fixtures.path("zoo/resnet18.pt"), "--long", "--format", "json").json()
    #expect(short["stages"] == nil && (short["totals"] as? [String: [String: Int]])?["eval"]?["multiplyAdds"] == nil)
  }

  @Test func `a model written in Swift has the same totals without a runtime's work`() async throws {
    let json = try await xylem("nodes", "resnet18", "--long", "--format", "json").json()
    #expect((json["totals"] as? [String: [String: Int]])?["eval"]?["parameters"] == 11_689_512)
  }

  @Test func `a shape that the model can't take ends with 2 and the node`() async {
    let run = await xylem("nodes", Fixtures.path("zoo/resnet18.pt"), "--long", "--input-shape", "1,4,64,64")
    #expect(run.status == 2)
    #expect(run.output.isEmpty && run.errors.contains("node: conv1"))
  }

  @Test func `options about leaves and concrete arguments reach the trace`() async {
    let leaf = await xylem("nodes", Fixtures.path("zoo/resnet18.pt"), "--leaf", "BasicBlock", "--leaf", "path:fc")
    #expect(leaf.lines.contains("layer1.0") && !leaf.lines.contains("layer1.0.conv1"))
    let operators = await xylem("nodes", norm, "--no-default-leaves")
    #expect(operators.lines.contains("conv.conv2d"), "\(operators.lines)")
    let concrete = await xylem("nodes", Fixtures.path("constructs/optional_output.pt"), "--concrete", "want=true")
    #expect(concrete.status == 0 && !concrete.lines.contains("want"))
    let unknown = await xylem("nodes", norm, "--concrete", "y=1")
    #expect(unknown.status == 2 && unknown.errors.contains("trace.unknown-argument"))
    let unused = await xylem("nodes", norm, "--leaf", "Nothing")
    #expect(unused.status == 0 && unused.errors.contains("warning: the rule 'Nothing' matched nothing"))
  }

  @Test func `an output file has the contents of the output, and the output is empty`() async throws {
    try await withTemporaryFolder { folder in
      let run = await xylem("nodes", norm, "-o", folder + "/my nodes ß.txt")
      #expect(run.status == 0 && run.output.isEmpty)
      let text = try String(contentsOfFile: folder + "/my nodes ß.txt", encoding: .utf8)
      #expect(text == "x\nconv\nbn\nrelu\nsub\nrelu_1\nadd\n")
      #expect(try contents(of: folder) == ["my nodes ß.txt"])
    }
  }

  @Test(arguments: Self.broken)
  func `a broken file ends with 2 and an error`(name: String) async {
    let run = await xylem("nodes", Fixtures.path("bad/\(name)"))
    #expect(run.status == 2)
    #expect(run.output.isEmpty && run.errors.hasPrefix("error: "))
  }

  @Test func `the errors of the broken files are as recorded`() async throws {
    var text = ""
    for name in Self.broken {
      text += "\(name): \(await xylem("nodes", Fixtures.path("bad/\(name)")).errors.prefix { $0 != "\n" })\n"
    }
    try expectSnapshot(text, "bad-files")
  }
}
