internal import ArgumentParser
internal import XylemErrors
internal import XylemPlugins

/// `xylem plugin`: everything about plugins, most of it without running them.
struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Lists, describes and checks leaf plugins.",
    discussion: """
      xylem plugin list ./libsame-padding.so
      xylem plugin check ./libsame-padding.so

      A plugin is a shared library that brings leaf modules and leaf functions. Its path has a slash in it: no folder is searched.
      """,
    subcommands: [
      PluginListCommand.self, PluginDescribeCommand.self, PluginCheckCommand.self, PluginWhyCommand.self,
      PluginNewCommand.self,
    ])
}

/// Where verdicts of scans are kept.
struct VerdictFolder: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where verdicts are kept (default: xylem/verdicts in the user's cache folder).", valueName: "folder"))
  var verdicts: String?

  func validate() throws {
    if verdicts?.isEmpty == true { throw ValidationError("'--verdicts' needs the name of a folder") }
  }

  /// The default policy with that folder.
  var policy: PluginPolicy {
    var policy = PluginPolicy()
    if let verdicts { policy.cacheFolder = verdicts }
    return policy
  }
}

/// The files that a command of plugins is about.
struct PluginFiles: ParsableArguments {
  @Argument(help: ArgumentHelp("Shared libraries.", valueName: "file")) var files: [String]
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output's format.") var format: TextOrJSON = .text

  /// Calls `body` for each file; where one can't be looked at, that is said on the error stream, and the others follow.
  ///
  /// - Throws: the first file's error, where there is one, after all others were said.
  func each(_ body: (String) throws -> Void) throws {
    var failures: [XylemError] = []
    for file in files {
      do {
        try body(file)
      } catch let error as XylemError {
        failures.append(error)
      }
    }
    for failure in failures.dropFirst() { Terminal.error("error: \(failure)") }
    if let failure = failures.first { throw failure }
  }
}
