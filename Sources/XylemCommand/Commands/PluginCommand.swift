internal import ArgumentParser
internal import XylemErrors
internal import XylemPlugins

/// `xylem plugin`: commands about plugins. Most of them don't run a plugin's code.
struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin", abstract: "Lists, describes and checks leaf plugins.",
    discussion: """
      xylem plugin list ./libsame-padding.so
      xylem plugin check ./libsame-padding.so

      A plugin is a shared library that provides leaf modules and leaf functions. Its path contains a slash: no folders are searched.
      """,
    subcommands: [
      PluginListCommand.self, PluginDescribeCommand.self, PluginCheckCommand.self, PluginWhyCommand.self,
      PluginNewCommand.self,
    ])
}

/// The folder of scan verdicts.
struct VerdictFolder: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of scan verdicts. (default: xylem/verdicts in the user's cache folder)", valueName: "folder"))
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

/// The files that a plugin command works on.
struct PluginFiles: ParsableArguments {
  @Argument(help: ArgumentHelp("Shared libraries.", valueName: "file")) var files: [String]
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output format.") var format: TextOrJSON = .text

  /// Calls `body` for each file. If a file can't be read, its error is printed to standard error, and the remaining
  /// files follow.
  ///
  /// - Throws: the first file's error, if there is one, after all other errors were printed.
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
