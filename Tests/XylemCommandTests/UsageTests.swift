import Testing
import XylemTestSupport

@testable import XylemCommand

@Suite struct UsageTests {
  private static let extract = ["extract", "m.pt", "--return", "a", "--input", "i.png"]
  private static let bench = ["bench", "m.pt", "--return", "a", "--input-shape", "1,3,8,8"]

  @Test(arguments: [
    ["frob"], ["nodes"], ["nodes", ""], ["nodes", "m.pt", "--frob"], ["nodes", "m.pt", "--format", "yaml"],
    ["nodes", "m.pt", "--mode", "test"], ["nodes", "m.pt", "--naming", "fx"], ["nodes", "m.pt", "--leaf", ""],
    ["nodes", "m.pt", "--leaf", "path:"], ["nodes", "m.pt", "--wrap", ""], ["nodes", "m.pt", "-o", ""],
    ["nodes", "m.pt", "--concrete", "x"], ["nodes", "m.pt", "--concrete", "=1"],
    ["nodes", "m.pt", "--concrete", "x="], ["nodes", "m.pt", "--concrete", "x=inf"],
    ["nodes", "m.pt", "--concrete", "x=1", "--concrete", "x=2"], ["nodes", "m.pt", "--symbolic", ""],
    ["nodes", "m.pt", "--symbolic", "x", "--concrete", "x=2"], ["nodes", "m.pt", "--input-shape", "1,3,8,8"],
    ["nodes", "m.pt", "--long", "--input-shape", ""], ["nodes", "m.pt", "--long", "--input-shape", "1,,3"],
    ["nodes", "m.pt", "--long", "--input-shape", "1,0"], ["nodes", "m.pt", "--long", "--input-shape", "1,-3"],
    ["nodes", "m.pt", "--long", "--input-shape", "1,x"],
    ["nodes", "m.pt", "--long", "--input-shape", "4294967296,4294967296,2"],
    ["nodes", "m.pt", "--long", "--input-shape", "1000000000"],
    ["nodes", "m.pt", "--long", "--input-shape", "99999999999999999999"],
    ["extract", "m.pt", "--input", "i.png"], ["extract", "m.pt", "--return", "a"],
    ["extract", "m.pt", "--train-return", "a", "--input", "i.png"],
    ["extract", "m.pt", "--return", "", "--input", "i.png"],
    ["extract", "m.pt", "--return", "a", "--input", "i.npy", "--mean", "0,0,0"],
    ["extract", "m.pt", "--return", "a", "--input", "i.safetensors", "--resize", "none"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "--crop", "8"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "-o", "f.npy"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "--images", "maps"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "--labels", "l.json"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "--explain"],
    ["extract", "m.pt", "--return", "a", "--save", "f.xylem", "--seed", "1"],
    extract + ["--allow-changed-plugins"],
    ["diff", "m.pt", "--witness", "--input-shape", "1,3,8,8", "--mean", "0,0,0"],
    ["plugin", "new", "--language", "c", "Same", "--xylem", "."],
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
    ["diff", "m.pt", "--sarif-profile", "x"], ["diff", "m.pt", "--sarif-profile", "github"],
    ["diff", "m.pt", "--format", "json", "--sarif-profile", "full"], ["diff", "m.pt", "--seed", "7"],
    ["diff", "m.pt", "--accept", "17924b", "--reason", "x"], ["diff", "m.pt", "--prune"],
    ["bench", "m.pt", "--return", "a"], ["bench", "m.pt", "--input-shape", "1,3,8,8"], bench + ["--runs", "0"],
    bench + ["--runs", "-1"], bench + ["--warmup", "-1"], bench + ["--threads", "0"], bench + ["--precision", "f64"],
    bench + ["--format", "table"], ["bench", "m.pt", "--return", "=k", "--input-shape", "1,3,8,8"],
    ["bench", "m.pt", "--return", "", "--input-shape", "1,3,8,8"], ["plugin", "why", "./m.so", "--verdicts", ""],
    ["graph", "m.pt", "--format", "kotlin"], ["graph", "m.pt", "--format", "swift", "--input-shape", "1,3,8,8"],
    ["graph", "m.pt", "--input", "i.png"], ["doctor", "--format", "yaml"],
  ])
  func `wrong usage ends with 64, an empty output, one sentence and a remedy`(arguments: [String]) async {
    let run = await xylem(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    let lines = run.errors.split(separator: "\n")
    #expect(lines.first?.hasPrefix("error: ") == true && lines.first?.hasSuffix(" (usage)") == true, "\(run.errors)")
    #expect(lines.count > 1 && lines.dropFirst().allSatisfy { $0.hasPrefix("  try: ") }, "\(run.errors)")
  }

  @Test(
    arguments: [
      (["frob"], "error: 'xylem' has no command 'frob' (usage)\n  try: xylem --help  # lists the commands\n"),
      (
        ["node", "m.pt"],
        "error: 'xylem' has no command 'node' (usage)\n  try: xylem nodes --help\n  try: xylem --help  # lists the commands\n"
      ),
      (
        ["nodes"],
        "error: the argument '<model>' is missing (usage)\n  try: xylem nodes --help  # describes its options\n"
      ),
      (
        ["nodes", "m.pt", "--auto-laef"],
        "error: 'xylem nodes' has no option '--auto-laef' (usage)\n  try: --auto-leaf\n"
          + "  try: xylem nodes --help  # describes its options\n"
      ),
      (
        ["nodes", "m.pt", "--mode", "evel"],
        "error: '--mode' must be train, eval or both, not 'evel' (usage)\n  try: --mode eval\n"
          + "  try: xylem nodes --help  # describes its options\n"
      ),
      (
        ["nodes", "m.pt", "more"],
        "error: unexpected argument 'more' (usage)\n  try: xylem nodes --help  # describes its options\n"
      ),
      (
        ["nodes", "m.pt", "--leaf"],
        "error: '--leaf' needs a value: <type> (usage)\n  try: xylem nodes --help  # describes its options\n"
      ),
      (
        bench + ["--runs", "-1"],
        "error: '--runs' must be at least 1 and at most 1000000, not '-1' (usage)\n"
          + "  try: xylem bench --help  # describes its options\n"
      ),
      (
        bench + ["--runs", "99999999999999999999"],
        "error: '--runs' must be at least 1 and at most 1000000, not '99999999999999999999' (usage)\n"
          + "  try: xylem bench --help  # describes its options\n"
      ),
      (
        extract + ["--resize", "0"],
        "error: '--resize' must be at least 1 and at most 16384, or 'none', not '0' (usage)\n"
          + "  try: xylem extract --help  # describes its options\n"
      ),
      (
        extract + ["--std", "0,1,1"],
        "error: '--std' must be one or three finite numbers above 0, not '0,1,1' (usage)\n"
          + "  try: xylem extract --help  # describes its options\n"
      ),
      (
        extract + ["--seed", "-1"],
        "error: '--seed' must be at least 0 and at most 18446744073709551615, not '-1' (usage)\n"
          + "  try: xylem extract --help  # describes its options\n"
      ),
      (
        extract + ["-o", "features.txt"],
        "error: 'features.txt' does not end in .safetensors, .npz, .npy or .json (usage)\n  try: -o features.safetensors\n"
          + "  try: xylem extract --help  # describes its options\n"
      ),
      (
        ["plugin", "chek"],
        "error: 'xylem plugin' has no command 'chek' (usage)\n  try: xylem plugin check --help\n"
          + "  try: xylem plugin --help  # lists the commands\n"
      ),
    ] as [([String], String)])
  func `wrong usage is reported in the form of every error`(arguments: [String], text: String) async {
    let run = await xylem(arguments)
    #expect(run.errors == text)
    #expect(run.status == 64)
  }

  @Test func `a negative number is a value, and an option that follows is not one`() {
    func joined(_ line: String) -> [String] { NegativeValues.joined(line.split(separator: " ").map(String.init)) }
    #expect(
      joined("extract m.pt --mean -1,-1,-1 --std 1,1,1 --seed -.5")
        == ["extract", "m.pt", "--mean=-1,-1,-1", "--std", "1,1,1", "--seed=-.5"])
    #expect(joined("extract m.pt -o -1.npy") == ["extract", "m.pt", "--output=-1.npy"])
    #expect(joined("extract m.pt --mean --std") == ["extract", "m.pt", "--mean", "--std"])
    #expect(joined("nodes m.pt --long -1") == ["nodes", "m.pt", "--long", "-1"])
    #expect(joined("nodes -- --leaf -1") == ["nodes", "--", "--leaf", "-1"])
    #expect(joined("plugin check x.so --time-limit -1") == ["plugin", "check", "x.so", "--time-limit=-1"])
  }

  @Test func `a file that is not there is not a finding about a plugin`() async {
    let run = await xylem("plugin", "check", "./missing.so")
    #expect(run.status == 2)
    #expect(run.errors.contains("(file.not-found)"), "\(run.errors)")
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
