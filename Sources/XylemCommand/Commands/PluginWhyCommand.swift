internal import ArgumentParser
internal import XylemPlugins
internal import XylemReport

/// `xylem plugin why`: what is kept about a plugin, and since when.
struct PluginWhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Says what came of the last scan of a plugin, and why.",
    discussion: """
      xylem plugin why ./libsame-padding.so

      Before a plugin is loaded for the first time, another process loads it. What came of that is kept for the content of the file and of \
      the libraries that it brings, so that a file that changed has no verdict.
      """)

  @Argument(help: ArgumentHelp("A shared library.", valueName: "file")) var file: String
  @OptionGroup var verdicts: VerdictFolder
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output's format.") var format: TextOrJSON = .text

  func run() throws {
    let verdict = verdicts.policy.verdict(on: try PluginFile(file))
    if format == .json {
      return try Terminal.output(
        JSONValue.object([
          "schema": .int(1), "path": .string(file),
          "verdict": verdict.map { verdict in
            .object([
              "date": .string(verdict.date), "passed": .bool(verdict.stage == nil), "digest": .string(verdict.digest),
              "abi": .string("\(verdict.abi)"), "stage": .optional(verdict.stage?.rawValue),
              "error": .optional(verdict.reason?.id), "message": .optional(verdict.reason?.message),
              "provisional": .bool(verdict.isProvisional),
            ])
          } ?? .null,
        ]).text)
    }
    guard let verdict else {
      return try Terminal.output(
        "\(file): there is no verdict on this content\n  try: xylem plugin check '\(file)'")
    }
    guard let stage = verdict.stage, let error = verdict.reason?.error else {
      return try Terminal.output("\(file): passed on \(verdict.date), with ABI \(verdict.abi)")
    }
    var lines = ["\(file): failed on \(verdict.date) in the stage '\(stage.rawValue)', with ABI \(verdict.abi)"]
    lines += String(describing: error).split(separator: "\n").map { "  " + $0 }
    if verdict.isProvisional { lines.append("  it is tried again when it is loaded the next time") }
    try Terminal.output(lines.joined(separator: "\n"))
  }
}
