import Foundation
import Testing
import XylemTestSupport

@testable import XylemCommand

/// Options that have no effect in a call, and what is given twice.
@Suite struct OptionEffectTests {
  private static let tensors = ["extract", "m.pt", "--return", "a", "--input", "i.npy"]
  private static let saving = ["extract", "m.pt", "--return", "a", "--save", "f.xylem"]
  private static let image = ["extract", "m.pt", "--return", "a", "--input", "i.png"]
  private static let witness = ["diff", "m.pt", "--witness", "--input-shape", "1,3,8,8"]

  /// Options about images, each with a value that may be its default.
  private static let ofImages = [
    ["--preset", "resnet18"], ["--preset", "none"], ["--resize", "8"], ["--crop", "8"], ["--mean", "0,0,0"],
    ["--std", "1,1,1"], ["--interpolation", "bilinear"],
    ["--interpolation", "bicubic"], ["--channels", "3"], ["--channels", "1"], ["--exif", "apply"],
  ]

  @Test(arguments: [tensors, saving, witness, ["diff", "m.pt"]])
  func `an option about images is refused where no input is one`(arguments: [String]) async {
    for option in Self.ofImages {
      let run = await xylem(arguments + option)
      #expect(run.status == 64)
      #expect(
        run.errors.hasPrefix("error: '\(option[0])' is about images, but no input is an image (usage)\n"),
        "\(run.errors)")
    }
  }

  @Test(
    arguments: [
      (saving + ["--threads", "2"], "'--threads' has no effect without '--input': the model does not run"),
      (saving + ["--dtype", "f16"], "'--dtype' has no effect without '--input': the model does not run"),
      (tensors + ["--save-weights", "inside"], "'--save-weights inside' needs '--save' with a .xylem file"),
      (tensors + ["--save-weights", "reference"], "'--save-weights reference' needs '--save' with a .xylem file"),
      (
        ["nodes", "m.pt", "--suppress-diff-warning"],
        "'--suppress-diff-warning' has no effect without '--mode both': the modes are not compared"
      ),
      (
        ["nodes", "m.pt", "--mode", "train", "--suppress-diff-warning"],
        "'--suppress-diff-warning' has no effect without '--mode both': the modes are not compared"
      ),
      (["nodes", "m.pt", "--dtype", "f16"], "'--dtype' has no effect without '--input-shape': the model does not run"),
      (
        ["graph", "m.pt", "--dtype", "f16"],
        "'--dtype' has no effect without '--input' or '--input-shape': the model does not run"
      ),
      (["diff", "m.pt", "--dtype", "f16"], "'--dtype' has no effect without '--witness': the model does not run"),
      (["nodes", "m.pt", "--allow-asserted"], "'--allow-asserted' has no effect without '--wrap-symbol'"),
      (
        ["nodes", "m.xylem", "--naming", "exact"],
        "'--naming' has no effect on a saved extractor, which is already traced"
      ),
      (
        ["nodes", "m.xylem", "--auto-leaf"],
        "'--auto-leaf' has no effect on a saved extractor, which is already traced"
      ),
      (image + ["--channels", "1"], "'--channels 1' needs '--mean' with one number, for grayscale"),
      (image + ["--channels", "1", "--mean", "0"], "'--channels 1' needs '--std' with one number, for grayscale"),
      (
        image + ["--channels", "1", "--mean", "0,0,0", "--std", "1"],
        "'--mean' must be one number, for grayscale, not 3"
      ),
      (image + ["--mean", "0"], "'--mean' must be three numbers, for red, green and blue, not 1"),
      (image + ["--std", "1"], "'--std' must be three numbers, for red, green and blue, not 1"),
      (tensors + ["--images", "-"], "'--images' writes files to a folder, not to standard output"),
    ] as [([String], String)])
  func `an option without effect is refused, and so is a missing companion`(
    arguments: [String], sentence: String
  ) async {
    let run = await xylem(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(sentence) (usage)\n  try: "), "\(run.errors)")
  }

  @Test func `a configuration that is about tracing is named where the model was traced before`() async throws {
    try await withTemporaryFolder { folder in
      try "auto-leaf: true\n".write(toFile: folder + "/xylem.yaml", atomically: true, encoding: .utf8)
      let run = await xylem("nodes", "m.xylem", "--config", folder + "/xylem.yaml")
      #expect(run.status == 64)
      #expect(run.errors.hasPrefix("error: 'auto-leaf' of '\(folder)/xylem.yaml' has no effect on a saved extractor"))
    }
  }

  @Test(
    arguments: [
      ("nodes m --mode eval --mode train", ["'--mode' is given twice: the last value applies"]),
      ("extract m -o a.npy --output b.npy", ["'--output' is given twice: the last value applies"]),
      ("bench m --runs 1 --runs=2 --runs 3", ["'--runs' is given 3 times: the last value applies"]),
      ("nodes m --leaf A --leaf B --return a --return b --auto-leaf --auto-leaf", []),
      ("extract m --return a --return b --input a.png --input b.png", []),
      ("diff m --accept abcdef --reason --mode --owner --mode", []),
      ("nodes m --mode eval -- --mode train", []),
    ] as [(String, [String])])
  func `an option that is given twice uses its last value, with a note`(line: String, sentences: [String]) {
    #expect(ArgumentCheck.repetitions(line.split(separator: " ").map(String.init)) == sentences)
  }

  @Test func `the last value counts`() async {
    let run = await xylem("models", "--format", "text", "--format", "json")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("{"))
    #expect(run.errors == "note: '--format' is given twice: the last value applies\n")
  }

  @Test(arguments: [
    ["help", "frob"], ["frob", "--version"], ["frob", "--help"], ["plugin", "frob", "--help"],
    ["help", "plugin", "frob"],
  ])
  func `help and the version are those of commands that exist`(arguments: [String]) async {
    let run = await xylem(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(" has no command 'frob' (usage)\n  try: "), "\(run.errors)")
  }

  @Test(arguments: [
    ["help"], ["help", "nodes"], ["help", "plugin", "check"], ["nodes", "--help"], ["help", "help"], [],
  ])
  func `help is there for every command`(arguments: [String]) async {
    let run = await xylem(arguments)
    #expect(run.status == 0 && run.output.hasPrefix("OVERVIEW: "), "\(run.errors)")
  }

  @Test func `values that are not similar to the argument are not suggested`() async {
    let channels = await xylem(Self.image + ["--channels", "2"])
    #expect(
      channels.errors
        == "error: '--channels' must be 3 or 1, not '2' (usage)\n  try: xylem extract --help  # describes its options\n"
    )
    let language = await xylem("extract", "m.pt", "--return", "a", "--input", "i.png", "--exif", "Apply")
    #expect(language.errors.contains("  try: --exif apply\n"))
  }

  @Test func `a line break in an argument does not break the sentence`() async {
    let value = await xylem("nodes", "m.pt", "--mode", "a\nb")
    #expect(value.errors.hasPrefix("error: '--mode' must be train, eval or both, not 'a\\nb' (usage)\n  try: "))
    let model = await xylem("nodes", "a\nb")
    #expect(model.errors.hasPrefix("error: 'a\\nb' is neither a file nor a built-in model (file.not-found)\n  try: "))
  }
}
