import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemCommand

/// What errors offer is followed, and succeeds.
@Suite(.needsRuntime, .serialized) struct RemedyTests {
  private static let help = "describes its options"
  private static let photo = "X/images/chelsea.png"
  private static let resnet = "X/zoo/resnet18.pt"
  private static let extract = ["extract", resnet, "--input", photo]
  private static let dropout = "X/constructs/functional_dropout_half.pt"

  static let scenarios: [RemedyScenario] =
    usage + requests + traces + runs + files + libraries + [
      RemedyScenario(
        name: "a fingerprint that is none", id: .diffUnknownFinding,
        arguments: ["diff", dropout, "--config", "F/xylem.yaml", "--accept", "abcdef", "--reason", "meant"],
        success: [0, 1]),
      RemedyScenario(
        name: "a base that is not a report", id: .diffUnreadable,
        arguments: ["diff", dropout, "--base", "F/notes.json"],
        success: [0, 1], prepare: { try Data("{}".utf8).write(to: URL(fileURLWithPath: $0 + "/notes.json")) }),
      RemedyScenario(
        name: "the mode that an extractor was not saved for", id: .extractInput,
        arguments: ["extract", "F/f.xylem", "--mode", "train", "--input", photo],
        prepare: { folder in
          let saved = await xylem(
            "extract", Fixtures.path("zoo/resnet18.pt"), "--eval-return", "fc", "--save", folder + "/f.xylem")
          #expect(saved.status == 0, "\(saved.errors)")
        }),
      RemedyScenario(
        name: "a feature that an archive can't hold", id: .extractUnsavable,
        arguments: ["extract", "X/constructs/number_outputs.pt", "--return", "output", "--save", "F/f.pt"]),
      RemedyScenario(
        name: "decisions by sizes that are open in an ONNX file", id: .extractUnsavable,
        arguments: ["extract", "X/zoo/swin_t.pt", "--return", "features.1", "--save", "F/f.onnx"],
        advice: ["request nodes before features.1.0.attn.shifted_window_attention"]),
      RemedyScenario(
        name: "code that an archive can't hold", id: .extractUnsavable,
        arguments: [
          "extract", "X/constructs/interface_list.pt", "--auto-leaf", "--return", "output", "--save", "F/f.pt",
        ],
        advice: ["request nodes before forward"]),
      RemedyScenario(
        name: "an input that the model can't take", id: .extractExecution,
        arguments: ["bench", resnet, "--return", "fc", "--input-shape", "1,4,64,64"],
        advice: ["check the input's shape and dtype"]),
    ]

  private static let usage = [
    RemedyScenario(name: "a command that does not exist", id: .usage, arguments: ["node", "x"]),
    RemedyScenario(
      name: "an option that does not exist", id: .usage, arguments: ["nodes", resnet, "--auto-laef"],
      replaced: ["--auto-laef"]),
    RemedyScenario(
      name: "a value that is not one of several", id: .usage, arguments: ["nodes", resnet, "--mode", "evel"]),
    RemedyScenario(name: "a missing model", id: .usage, arguments: ["nodes"]),
    RemedyScenario(
      name: "shapes without the long form", id: .usage, arguments: ["nodes", resnet, "--input-shape", "1,3,64,64"]),
    RemedyScenario(
      name: "a page's option without the page", id: .usage, arguments: ["graph", resnet, "--return", "fc"]),
    RemedyScenario(
      name: "an output of an unknown ending", id: .usage, arguments: extract + ["--return", "fc", "-o", "F/x.txt"]),
    RemedyScenario(
      name: "an extractor of an unknown ending", id: .usage, arguments: extract + ["--return", "fc", "--save", "F/x"]),
    RemedyScenario(
      name: "weights by reference in an archive", id: .usage,
      arguments: extract + ["--return", "fc", "--save", "F/x.pt", "--save-weights", "reference"]),
    RemedyScenario(
      name: "leaves of an ONNX file that is not written", id: .usage,
      arguments: extract + ["--return", "fc", "--onnx-custom-leaves"]),
    RemedyScenario(name: "nothing to return", id: .usage, arguments: extract),
    RemedyScenario(name: "nothing to time", id: .usage, arguments: ["bench", resnet, "--input-shape", "1,3,64,64"]),
    RemedyScenario(
      name: "two features in a file for one", id: .usage,
      arguments: extract + ["--return", "fc", "layer1", "-o", "F/x.npy"]),
    RemedyScenario(
      name: "a picture in the place of an input", id: .usage,
      arguments: ["extract", resnet, "--return", "fc", "--input", "F/pictures/fc.png", "--images", "F/pictures"],
      prepare: { folder in
        try FileManager.default.createDirectory(atPath: folder + "/pictures", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: Fixtures.path("images/chelsea.png"), toPath: folder + "/pictures/fc.png")
      }),
    RemedyScenario(
      name: "a layout of a feature that is not requested", id: .usage,
      arguments: extract + ["--return", "fc", "--images", "F/maps", "--image-layout", "fcc=vector"]),
    RemedyScenario(
      name: "a contact sheet of another format", id: .usage,
      arguments: extract + ["--return", "fc", "--contact-sheet", "sheet.jpg"]),
    RemedyScenario(
      name: "a layout without pictures", id: .usage,
      arguments: extract + ["--return", "fc", "--image-layout", "vector"]),
    RemedyScenario(
      name: "pictures on standard output", id: .usage, arguments: extract + ["--return", "fc", "--images", "-"]),
    RemedyScenario(
      name: "pictures in the place of a file", id: .fileUnwritable,
      arguments: extract + ["--return", "fc", "--images", "F/file"],
      prepare: { try Data().write(to: URL(fileURLWithPath: $0 + "/file")) }),
    RemedyScenario(
      name: "an output in the place of an input", id: .usage, arguments: ["nodes", "F/model.pt", "-o", "F/model.pt"],
      prepare: { try FileManager.default.copyItem(atPath: Fixtures.path("zoo/resnet18.pt"), toPath: $0 + "/model.pt") }),
    RemedyScenario(
      name: "gray images without their numbers", id: .usage,
      arguments: ["extract", "X/forms/parts.pt", "--return", "x", "--input", photo, "--channels", "1"]),
    RemedyScenario(
      name: "nothing that warns of modes", id: .usage, arguments: ["nodes", resnet, "--suppress-diff-warning"]),
    RemedyScenario(
      name: "accepting without a configuration", id: .usage,
      arguments: ["diff", dropout, "--accept", "17924b71b5ed415f", "--reason", "meant"]),
  ]

  private static let requests = [
    RemedyScenario(
      name: "a node that does not exist", id: .extractUnknownNode, arguments: extract + ["--return", "layr1"]),
    RemedyScenario(
      name: "a node like no other", id: .extractUnknownNode, arguments: extract + ["--return", "qqqqqqqq"]),
    RemedyScenario(
      name: "a pattern that matches nothing", id: .extractUnknownNode, arguments: extract + ["--return", "*.conv1"]),
    RemedyScenario(
      name: "a pattern like no name", id: .extractUnknownNode, arguments: extract + ["--return", "qqqqqqqq*"]),
    RemedyScenario(
      name: "a node of the other mode", id: .extractUnknownNode,
      arguments: ["extract", "X/zoo/googlenet.pt", "--input", photo, "--return", "aux1"]),
    RemedyScenario(
      name: "a node of the other mode on a page", id: .extractUnknownNode,
      arguments: ["graph", "X/constructs/auxiliary_head.pt", "--format", "html", "--return", "aux"]),
    RemedyScenario(
      name: "a node of one mode, saved for both", id: .extractUnknownNode,
      arguments: ["extract", "X/zoo/googlenet.pt", "--return", "aux1.conv", "--save", "F/f.xylem"]),
    RemedyScenario(
      name: "two values under one key", id: .extractDuplicateKey, arguments: extract + ["--return", "fc=a", "layer1=a"]),
    RemedyScenario(
      name: "one key for several values", id: .extractDuplicateKey, arguments: extract + ["--return", "layer*=a"]),
  ]

  private static let traces = [
    RemedyScenario(
      name: "control flow in a child", id: .traceControlFlow,
      arguments: ["nodes", "X/constructs/if_on_data_in_child.pt"]),
    RemedyScenario(
      name: "a conversion in a function", id: .traceConcreteValue,
      arguments: ["nodes", "X/constructs/leaf_module_and_function.pt"]),
    RemedyScenario(
      name: "an argument that does not exist", id: .traceUnknownArgument,
      arguments: ["nodes", "X/constructs/optional_output.pt", "--concrete", "wnt=true"]),
    RemedyScenario(
      name: "an input that does not exist", id: .traceUnknownArgument,
      arguments: ["nodes", "X/values/tensor_arguments.pt", "--auto-leaf", "--symbolic", "flug"]),
    RemedyScenario(
      name: "a number that the input's shape decides", id: .traceConcreteValue,
      arguments: ["nodes", "X/models/efficientnet_lite0.pt"]),
    RemedyScenario(
      name: "a shape that the model does not take", id: .traceShape,
      arguments: ["nodes", "X/models/efficientnet_lite0.pt", "--shape", "1,4,224,224"]),
    RemedyScenario(
      name: "a shape of an argument that does not exist", id: .traceUnknownArgument,
      arguments: ["nodes", resnet, "--shape", "xx=1,3,64,64"]),
    RemedyScenario(
      name: "a shape of the second tensor of a list alone", id: .traceShape,
      arguments: ["nodes", "X/shapes/list_of_tensors.pt", "--shape", "xs.1=3,8,9"]),
    RemedyScenario(
      name: "a shape like that of a photo", id: .usage, arguments: ["nodes", resnet, "--shape", "like:" + photo]),
    RemedyScenario(
      name: "an input of another shape", id: .extractGuard,
      arguments: ["extract", "X/shapes/rank.pt", "--return", "output", "--input", photo, "--shape", "2,3"]),
    RemedyScenario(
      name: "a model that reads a file", id: .traceFileOperator, arguments: ["nodes", "X/outside/reads.pt"]),
  ]

  private static let run = [
    "run", resnet, photo, "--resize", "32", "--crop", "32", "--batch-size", "1", "--engine", "torch", "--return", "fc",
  ]
  private static let runs = [
    RemedyScenario(name: "a run without a folder", id: .usage, arguments: run),
    RemedyScenario(name: "a run into Parquet", id: .usage, arguments: run + ["-o", "F/out", "--format", "parquet"]),
    RemedyScenario(
      name: "a run with random weights", id: .usage,
      arguments: ["run", "squeezenet1_1"] + run.dropFirst(2).dropLast() + ["classifier.1", "-o", "F/out"]),
    RemedyScenario(
      name: "a run into files that lack the type", id: .datasetFeature,
      arguments: run + ["-o", "F/out", "--dtype", "bf16"]),
    RemedyScenario(
      name: "a reduction of the wrong shape", id: .datasetFeature,
      arguments: run + ["-o", "F/out", "--reduce", "fc=gap"]),
    RemedyScenario(
      name: "a run with a broken image", id: .datasetTooManyErrors,
      arguments: run + ["-o", "F/out", "--max-errors", "0", "--list", "F/list.txt"],
      prepare: { folder in
        try Data("broken".utf8).write(to: URL(fileURLWithPath: folder + "/broken.png"))
        try Data("\(folder)/broken.png".utf8).write(to: URL(fileURLWithPath: folder + "/list.txt"))
      }),
  ]

  private static let files = [
    RemedyScenario(
      name: "a model that is nearly there", id: .fileNotFound, arguments: ["nodes", "F/mdel.pt"],
      advice: ["give the path of a TorchScript archive, as in ./model.pt"],
      prepare: { try FileManager.default.copyItem(atPath: Fixtures.path("zoo/resnet18.pt"), toPath: $0 + "/model.pt") }),
    RemedyScenario(
      name: "a model that does not exist", id: .fileNotFound, arguments: ["nodes", "resnt18"],
      advice: ["give the path of a TorchScript archive, as in ./model.pt"]),
    RemedyScenario(
      name: "a folder that does not exist", id: .fileUnwritable, arguments: ["nodes", resnet, "-o", "F/a b/c/n.txt"]),
    RemedyScenario(
      name: "a plugin's folder that exists", id: .fileUnwritable,
      arguments: ["plugin", "new", "--language", "c", "Same", "--output", "F/there"],
      prepare: { try FileManager.default.createDirectory(atPath: $0 + "/there", withIntermediateDirectories: false) }),
    RemedyScenario(
      name: "a language that has no template", id: .usage,
      arguments: ["plugin", "new", "--language", "swft", "Same", "--output", "F/new"]),
    RemedyScenario(
      name: "a preset that does not exist", id: .usage,
      arguments: ["extract", resnet, "--return", "fc", "--input", photo, "--preset", "resnt50"]),
    RemedyScenario(
      name: "a preset that is like no model's name", id: .usage,
      arguments: ["extract", resnet, "--return", "fc", "--input", photo, "--preset", "?"]),
    RemedyScenario(name: "a family that does not exist", id: .usage, arguments: ["models", "--family", "RsNet"]),
    RemedyScenario(name: "a pattern that matches no model", id: .usage, arguments: ["models", "resnt18"]),
    RemedyScenario(
      name: "filters that no model passes", id: .usage,
      arguments: ["models", "--family", "ViT", "--task", "segmentation"]),
    RemedyScenario(
      name: "an image for a model of clips", id: .extractInput,
      arguments: ["extract", "r3d_18", "--return", "fc", "--input", photo],
      advice: ["give a tensor of that shape in a .npy or .safetensors file"]),
    RemedyScenario(
      name: "images of different sizes", id: .extractInput,
      arguments: [
        "extract", resnet, "--return", "fc", "--input", photo, "X/images/astronaut.png", "--resize", "none", "--crop",
        "none",
      ]),
    RemedyScenario(
      name: "an image of another format", id: .fileUnsupported,
      arguments: ["extract", resnet, "--return", "fc", "--input", "F/a photo.gif"],
      prepare: { folder in
        let gif = "R0lGODlhAgACAIAAAP8AAAAA/ywAAAAAAgACAAACAoRRADs="
        try #require(Data(base64Encoded: gif)).write(to: URL(fileURLWithPath: folder + "/a photo.gif"))
      }),
    RemedyScenario(
      name: "a file of labels that is none", id: .fileMalformed,
      arguments: extract + ["--return", "fc", "--labels", "F/l.json"],
      advice: [#"a JSON list of strings: ["tench", "goldfish"]"#],
      prepare: { try Data("{}".utf8).write(to: URL(fileURLWithPath: $0 + "/l.json")) }),
  ]

  /// Libraries that variables name. Without the executable and the engine nothing can follow what they offer.
  private static let libraries =
    Fixtures.executable == nil || !engineIsThere
    ? []
    : [
      RemedyScenario(
        name: "a device that does not exist", id: .runtimeDevice,
        arguments: extract + ["--return", "fc", "--device", "cuda:99"],
        advice: ["export XYLEM_LIBTORCH=FOLDER  # an unpacked libtorch that was built with CUDA"]),
      RemedyScenario(
        name: "an engine that does not exist", id: .engineNotFound,
        arguments: extract + ["--return", "fc", "--engine", "openvino"], environment: ["XYLEM_ENGINE": "F/none.so"]),
      RemedyScenario(
        name: "an engine that is not a library", id: .engineUnloadable,
        arguments: extract + ["--return", "fc", "--engine", "openvino"], environment: ["XYLEM_ENGINE": photo]),
      RemedyScenario(
        name: "a runtime that does not exist", id: .runtimeNotFound, arguments: extract + ["--return", "fc"],
        environment: ["XYLEM_RUNTIME": "F/none.so"]),
      RemedyScenario(
        name: "a runtime that is not a library", id: .runtimeUnloadable, arguments: extract + ["--return", "fc"],
        environment: ["XYLEM_RUNTIME": photo]),
      RemedyScenario(
        name: "a libtorch that does not exist", id: .runtimeUnloadable, arguments: extract + ["--return", "fc"],
        environment: ["XYLEM_LIBTORCH": "F/none"]),
    ]

  /// Remedies of the sources that no run here can follow, and why.
  private static let withoutScenario: [(pattern: String, reason: String)] = [
    (
      "--return \u{0} --mode \u{0}  # the nodes that \u{0} mode has",
      "no archive here has nodes of each mode alone: ModeRemedyTests"
    ),
    ("xylem diff --help", "a finding of xylem diff, and not an error"),
    (
      "--concrete \u{0}=null  # if it is never given",
      "no archive here has an argument that may be None, has no default and stops a trace: BlockingArgumentTests"
    ),
    (
      "--symbolic \u{0}  # keeps it as an input",
      "a call in Swift, for the command line keeps inputs what files give: ArgumentTests"
    ),
    ("xylem models  # lists models: the weights", "weights of another model: WeightsCommandTests"),
    (
      "xylem nodes MODEL --long  # shows the nodes around it",
      "a feature of a type that no file holds: FeatureFormTests"
    ),
    ("-o features.json", "a feature of a type that no file holds: FeatureFormTests"),
    ("--dtype f32", "numbers of numpy's own type: FileOptionTests"),
    ("--mean 0.5 --std 0.5", "gray images: XylemImageTests"),
    ("--channels 1", "gray images: XylemImageTests"),
    ("--plugin \u{0}/\u{0}", "an operator of a plugin beside the executable: PluginOptionTests"),
    ("magick FILE FILE.png", "a kind of JPEG or PNG that is not read: XylemImageTests"),
    ("--train-return \u{0}=\u{0}", "a finding of xylem diff: DiffCommandTests"),
    ("xylem nodes MODEL --mode both", "a finding of xylem diff, and not an error"),
    ("xylem models  # lists the built-in models", "an extractor of another executable's model"),
    ("xylem doctor", "the runtime is there: ExecutableTests take it away"),
    ("--base \u{0}  # compares the findings of two models", "a second file that is no mode: ExportedCommandTests"),
    ("unset XYLEM_RUNTIME && ", "the runtime is in one of its usual places"),
    ("unset XYLEM_ENGINE && ", "the engine is in one of its usual places"),
    ("--plugin FILE", "ExecutableTests: a saved extractor wants its plugin"),
    ("--from", "values in files of the user's: EditCommandTests"),
    ("--onnx-custom-leaves", "leaves of plugins"),
    ("--shape \u{0}=1,3,224,224  # with its own sizes", "an input that nothing but a plugin's leaf reads"),
    ("--column \u{0}", "a stream on standard input: WorkerTests"),
    ("--crop 224  # gives all images one size", "a stream on standard input: WorkerTests"),
    ("xylem worker … > features.arrows", "a stream on standard input: WorkerTests"),
    ("--set", "values in files of the user's, and plugins: EditCommandTests"),
    ("--allow-changed-plugins", "ExecutableTests: a saved extractor wants its plugin"),
    ("--time-limit", "a plugin that hangs: PluginCommandTests"),
    ("xylem plugin check", "a plugin that hangs or crashes: PluginCommandTests"),
    ("--sample", "samples of plugins: PluginCommandTests"),
    ("--wrap-symbol", "symbols of libraries: PluginOptionTests"),
    ("--allow-asserted", "symbols of libraries: PluginOptionTests"),
    ("nm -D", "symbols of libraries: PluginOptionTests"), ("ldconfig", "symbols of libraries: PluginOptionTests"),
    ("sha256sum", "digests of plugins: ConfigurationTests"), ("--xylem", "an executable whose checkout is gone"),
    ("--leaf TYPE", "the code of a saved extractor that can't be written"),
    ("--mean 0.485", "the command line checks the numbers itself: XylemImageTests"),
    ("--resize 256 --crop 224", "the command line checks sides itself: XylemImageTests"),
    ("magick FILE -resize", "an image of more than the pixels that are taken: XylemImageTests"),
  ]

  @Test func `every remedy that can be pasted is followed, and succeeds, and none in the sources is forgotten`()
    async throws
  {
    var offered: [String] = []
    for scenario in Self.scenarios {
      var count = 1
      var index = 0
      // Each remedy is followed in a folder of its own, where the error is made again: its text may name the folder.
      while index < count {
        try await withTemporaryFolder { folder in
          try await scenario.prepare(folder)
          let found = try await scenario.run(scenario.arguments(in: folder), in: folder)
          let remedies = Self.remedies(of: found.errors)
          if index == 0 {
            #expect(found.status == (scenario.id == .usage ? 64 : 2), "\(scenario.name): \(found.errors)")
            #expect(found.errors.contains("(\(scenario.id.rawValue))"), "\(scenario.name): \(found.errors)")
            #expect(!remedies.isEmpty, "\(scenario.name) offers nothing: \(found.errors)")
            count = remedies.count
          }
          guard index < remedies.count else { return }
          let remedy = remedies[index]
          offered.append(remedy)
          if scenario.advice.contains(remedy) { return }
          if remedy.hasPrefix("magick "), !RemedyScenario.hasProgram("magick") { return }
          let run = try await scenario.follow(remedy, in: folder)
          #expect(
            scenario.success.contains(run.status),
            "\(scenario.name): '\(remedy)' ends with \(run.status): \(run.errors)")
        }
        index += 1
      }
    }
    for (file, pattern) in try WrittenRemedies.pasteable() {
      let isKnown = Self.withoutScenario.contains { pattern.hasPrefix($0.pattern) }
      #expect(
        isKnown || offered.contains { WrittenRemedies.matches($0, pattern) },
        "\(file): no scenario offers '\(pattern.replacing("\u{0}", with: "…"))'")
    }
  }

  private static func remedies(of errors: String) -> [String] {
    errors.split(separator: "\n").filter { $0.hasPrefix("  try: ") }.map { String($0.dropFirst("  try: ".count)) }
  }

  @Test func `the reading of the sources finds literals, and can fail`() {
    #expect(
      WrittenRemedies.literals(in: #"remedies: ["--return \(shellWord(a + "=" + b))  # x", "y \"z\""])"#) == [
        "--return \u{0}  # x", "y \"z\"",
      ])
    #expect(WrittenRemedies.matches("--return layer1  # x", "--return \u{0}  # x"))
    #expect(!WrittenRemedies.matches("--return layer1", "--return \u{0}  # x"))
    #expect(!WrittenRemedies.matches("--mode eval", "--return \u{0}"))
    #expect(
      WrittenRemedies.matches(
        "xylem nodes m.pt --mode eval  # lists them", "xylem nodes MODEL --mode \u{0}  # lists them"))
  }

  @Test func `a shell's line is taken apart as a shell does it`() throws {
    #expect(
      try RemedyScenario.words(of: #"--return 'a b' "c d" e\ f 'it'\''s' ''"#) == [
        "--return", "a b", "c d", "e f", "it's", "",
      ])
    #expect(
      RemedyScenario.changed(["extract", "m.pt", "--return", "a", "b", "-o", "x"], by: ["--return", "c"]) == [
        "extract", "m.pt", "-o", "x", "--return", "c",
      ])
  }
}
