internal import ArgumentParser
internal import XylemPlugins
internal import XylemReport

/// `xylem plugin why`: the recorded verdict on a plugin, and its date.
struct PluginWhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Show the result of a plugin's last scan, and the reason.",
    discussion: """
      xylem plugin why ./libsame-padding.so

      Before a plugin is loaded for the first time, a separate process loads it. The result is kept for the contents of the file and of \
      the libraries that it depends on, so a changed file has no verdict.
      """)

  @Argument(help: ArgumentHelp("A shared library.", valueName: "file")) var file: String
  @OptionGroup var verdicts: VerdictFolder
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output format.") var format: TextOrJSON = .text

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
        "\(file): there is no verdict for this content\n  try: xylem plugin check '\(file)'")
    }
    guard let stage = verdict.stage, let error = verdict.reason?.error else {
      return try Terminal.output("\(file): passed on \(verdict.date), with ABI \(verdict.abi)")
    }
    var lines = ["\(file): failed on \(verdict.date) in the stage '\(stage.rawValue)', with ABI \(verdict.abi)"]
    lines += String(describing: error).split(separator: "\n").map { "  " + $0 }
    if verdict.isProvisional { lines.append("  it is scanned again when it is next loaded") }
    try Terminal.output(lines.joined(separator: "\n"))
  }
}
