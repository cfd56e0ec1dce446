import Testing

@Suite struct UsageTests {
  private static let extract = ["extract", "m.pt", "--return", "a", "--input", "i.png"]
  private static let bench = ["bench", "m.pt", "--return", "a", "--input-shape", "1,3,8,8"]

  @Test(arguments: [
    ["frob"], ["nodes"], ["nodes", ""], ["nodes", "m.pt", "--frob"], ["nodes", "m.pt", "--format", "yaml"],
    ["nodes", "m.pt", "--mode", "test"], ["nodes", "m.pt", "--naming", "fx"], ["nodes", "m.pt", "--leaf", ""],
    ["nodes", "m.pt", "--leaf", "path:"], ["nodes", "m.pt", "--wrap", ""], ["nodes", "m.pt", "-o", ""],
    ["nodes", "m.pt", "--concrete", "x"], ["nodes", "m.pt", "--concrete", "=1"],
    ["nodes", "m.pt", "--concrete", "x=one"], ["nodes", "m.pt", "--concrete", "x=inf"],
    ["nodes", "m.pt", "--concrete", "x=1", "--concrete", "x=2"], ["nodes", "m.pt", "--input-shape", "1,3,8,8"],
    ["nodes", "m.pt", "--long", "--input-shape", ""], ["nodes", "m.pt", "--long", "--input-shape", "1,,3"],
    ["nodes", "m.pt", "--long", "--input-shape", "1,0"], ["nodes", "m.pt", "--long", "--input-shape", "1,-3"],
    ["nodes", "m.pt", "--long", "--input-shape", "1,x"],
    ["nodes", "m.pt", "--long", "--input-shape", "4294967296,4294967296,2"],
    ["nodes", "m.pt", "--long", "--input-shape", "1000000000"],
    ["nodes", "m.pt", "--long", "--input-shape", "99999999999999999999"],
    ["extract", "m.pt", "--input", "i.png"], ["extract", "m.pt", "--return", "a"],
    ["extract", "m.pt", "--train-return", "a", "--input", "i.png"],
    ["extract", "m.pt", "--return", "", "--input", "i.png"],
    ["extract", "m.pt", "--return", "=k", "--input", "i.png"], ["extract", "m.pt", "--return", "a", "--input", ""],
    extract + ["-o", "features.txt"], extract + ["-o", "features"], extract + ["--crop", "0"],
    extract + ["--resize", "-1"], extract + ["--mean", "1,2"], extract + ["--mean", "1,2,x"],
    extract + ["--std", "1,2,3,4"], extract + ["--std", "1,2,nan"], extract + ["--seed", "-1"],
    extract + ["--images", ""], extract + ["--threads", "0"], ["graph", "m.pt", "--mode", "both"],
    ["graph", "m.pt", "--format", "text"], ["graph", "m.pt", "--return", "a"],
    ["graph", "m.pt", "--input-shape", "1,3,8,8"], ["graph", "m.pt", "--format", "html", "--return", "=k"],
    ["diff", "m.pt", "--witness"], ["diff", "m.pt", "--input", "i.png"], ["diff", "m.pt", "--input-shape", "1,3,8,8"],
    ["diff", "m.pt", "--witness", "--input", "i.png", "--input-shape", "1,3,8,8"],
    ["diff", "m.pt", "--witness", "--input", ""], ["diff", "m.pt", "--witness", "--input-shape", "1,x"],
    ["diff", "m.pt", "--fail-on", "note"], ["diff", "m.pt", "--format", "pdf"],
    ["diff", "m.pt", "--sarif-profile", "x"],
    ["diff", "m.pt", "--accept", "17924b", "--reason", "x"], ["diff", "m.pt", "--prune"],
    ["bench", "m.pt", "--return", "a"], ["bench", "m.pt", "--input-shape", "1,3,8,8"], bench + ["--runs", "0"],
    bench + ["--runs", "-1"], bench + ["--warmup", "-1"], bench + ["--threads", "0"], bench + ["--precision", "f64"],
    bench + ["--format", "text"], ["doctor", "--format", "yaml"],
  ])
  func `a wrong use ends with 64, an empty output and a line on what to do`(arguments: [String]) async {
    let run = await xylem(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("Usage: xylem"), "\(run.errors)")
  }

  @Test(arguments: [
    (["graph", "m.pt", "--format", "swift"], "swift")
  ])
  func `what is not there yet says so and ends with 2`(arguments: [String], word: String) async {
    let run = await xylem(arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("not available yet (command.unavailable)") && run.errors.contains(word))
  }

  @Test(arguments: ["resnet", "no/such/model.pt", "größe.pt"])
  func `a model that is neither a file nor built in names both`(model: String) async {
    let run = await xylem("nodes", model)
    #expect(run.status == 2)
    #expect(run.errors.contains("'\(model)' is neither a file nor a built-in model"))
  }

  @Test func `a folder in place of a model ends with 2`() async {
    let run = await xylem("nodes", Fixtures.path("zoo"))
    #expect(run.status == 2)
    #expect(run.errors.contains("this is a folder, not a file (file.unreadable)"))
  }
}
