public import ArgumentParser
internal import XylemErrors
public import XylemNN
internal import XylemReport

/// `xylem models`: lists the built-in models.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the built-in models.",
    discussion: """
      xylem models 'resnet*' --task classification
      xylem nodes resnet50

      A name can be used wherever a command takes a MODEL. Its weights are random unless --weights loads them. The list has \
      one row for each model, below the line of its family: its parameters, the multiplications (each with an addition) \
      for one input, the input, and the transform that 'extract' applies to images by default: the length of the shorter \
      side, the side of the centre crop, the interpolation, and mean and standard deviation if they are not ImageNet's.
      """)

  @Argument(
    help: ArgumentHelp("List only models whose names match, as in 'resnet*'.", valueName: "pattern"),
    completion: .custom { _, _, start in ModelCatalog.current.models.map(\.name).filter { $0.hasPrefix(start) } })
  var patterns: [String] = []
  @Option(
    help: ArgumentHelp("List only models of this family, as in ResNet.", valueName: "name"),
    completion: .custom { _, _, start in ModelList.families.filter { $0.hasPrefix(start) } })
  var family: String?
  @Option(help: "List only models for this task.") var task: ModelTask?
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output format.") var format: TextOrJSON = .text

  func validate() throws {
    if patterns.contains("") { throw ValidationError("a pattern is empty") }
  }

  func run() throws {
    let list = try ModelList(matching: patterns, family: family, task: task)
    try Terminal.output(format == .json ? list.json.text : list.text(Terminal.current.outputStyle))
  }
}

extension ModelTask: ExpressibleByArgument {}
