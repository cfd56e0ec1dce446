public import ArgumentParser
internal import Foundation
internal import XylemErrors
public import XylemNN
internal import XylemTensor

/// The command line: runs commands and reports their errors.
///
/// Another package can offer every command, also for its own models, with an executable of a few lines:
///
///     import XylemCommand
///     import XylemNN
///
///     await XylemCommandLine.main(models: [
///       ModelDefinition("digits", "a small classifier of digits", inputShape: [1, 1, 28, 28]) { Digits() }
///     ])
public struct XylemCommandLine: AsyncParsableCommand {
  /// The commands and their common help.
  public static let configuration = CommandConfiguration(
    commandName: "xylem",
    abstract: "Trace neural networks to graphs of named nodes and extract features.",
    discussion: """
      xylem nodes model.pt
      xylem extract model.pt --return layer4 --input photo.jpg -o layer4.npy

      Results go to standard output, everything else to standard error.
      Exit codes: 0 done; 1 findings; 2 could not finish; 64 usage.
      """,
    version: version,
    subcommands: [
      NodesCommand.self, ExtractCommand.self, RunCommand.self, WorkerCommand.self, DiffCommand.self, GraphCommand.self,
      BenchCommand.self,
      ModelsCommand.self, ExportScriptCommand.self,
      PluginCommand.self, DoctorCommand.self,
    ])

  /// The version, as `--version` prints it.
  static let version = UserCache.version

  /// The command line without arguments, which prints the help.
  public init() {}

  /// Runs the command that the process's arguments name, and ends the process with its exit code.
  ///
  /// If the reader of the output goes away (`| head -1`), the process ends quietly: it ignores `SIGPIPE` from here on.
  ///
  /// A command that reads a file or computes runs in a child process, which is this program with the same arguments. If
  /// the child crashes, this process reports an error and leaves no temporary file. Code of a program before this call
  /// runs twice.
  ///
  /// The command runs on the main thread: libdispatch looks for its threads in `/proc` once a second, and ends a
  /// process that has none.
  ///
  /// - Parameter models: models that commands know by name, in addition to the zoo.
  @MainActor
  public static func main(models: [ModelDefinition] = []) async {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(OwnProcess.arguments.dropFirst())
    if !SupervisedProcess.begin(), Supervisor.isNeeded(for: arguments), let code = Supervisor.run() {
      Foundation.exit(code)
    }
    Foundation.exit(await run(arguments, models: models))
  }

  /// Runs a command and returns its exit code: 0 done, 1 findings, 2 could not finish, 64 usage.
  ///
  /// - Parameters:
  ///   - arguments: the arguments, without the program's name.
  ///   - models: models that commands know by name, in addition to the zoo; names must be unique.
  public nonisolated(nonsending) static func run(_ arguments: [String], models: [ModelDefinition]) async -> Int32 {
    do {
      return try await ModelCatalog.$current.withValue(ModelCatalog(adding: models)) { await run(arguments) }
    } catch {
      return report(error, of: arguments)
    }
  }

  /// Runs a command and returns its exit code: 0 done, 1 findings, 2 could not finish, 64 usage.
  ///
  /// - Parameter arguments: the arguments, without the program's name.
  public nonisolated(nonsending) static func run(_ arguments: [String]) async -> Int32 {
    let terminal = Terminal.current.coloring(ColorChoice(in: arguments))
    return await Audience.$current.withValue(.commandLine) {
      await Terminal.$current.withValue(terminal) { await runHere(arguments) }
    }
  }

  private nonisolated(nonsending) static func runHere(_ arguments: [String]) async -> Int32 {
    do {
      try ArgumentCheck.checkCommand(arguments)
      var command = try parseAsRoot(NegativeValues.joined(arguments))
      for sentence in ArgumentCheck.repetitions(arguments) { Terminal.error("note: \(sentence)") }
      do {
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      } catch let error as XylemError {
        throw error.naming(modelOf: command)
      }
      return 0
    } catch {
      return report(error, of: arguments)
    }
  }

  /// Runs a command with its own streams.
  package static func run(_ arguments: [String], on terminal: Terminal) async -> Int32 {
    await Terminal.$current.withValue(terminal) { await run(arguments) }
  }

  /// Reports the result of a run, and returns its exit code.
  static func report(_ error: any Error, of arguments: [String]) -> Int32 {
    if error is OutputClosed { return 0 }
    if error is FindingsFound { return 1 }
    if var failure = error as? XylemError {
      if failure.id == .usage, failure.remedies.isEmpty { failure.remedies = [UsageError(arguments: arguments).help] }
      return report(OperatorPlugins.offered(for: failure))
    }
    switch exitCode(for: error) {
    case .success:
      do {
        try Terminal.output(fullMessage(for: error))
        return 0
      } catch {
        return report(error, of: arguments)
      }
    case .validationFailure:
      // The message is parsed line by line, so a value must not contain a line break.
      let text = arguments.filter { $0.contains("\n") }.reduce(message(for: error)) { text, argument in
        text.replacing(argument, with: argument.replacing("\n", with: "\\n"))
      }
      return report(UsageError(arguments: arguments).error(text))
    default: return report(CommandErrors.failed(error))
    }
  }

  private static func report(_ error: XylemError) -> Int32 {
    Terminal.error("error: \(error)")
    return error.id == .usage ? 64 : 2
  }
}

/// A command that takes a model.
protocol ModelCommand: ParsableCommand {
  /// The options shared by these commands.
  var options: ModelOptions { get }
}

extension XylemError {
  /// The error with `MODEL` in its remedies replaced by the command's model, so that they can be pasted.
  func naming(modelOf command: any ParsableCommand) -> XylemError {
    guard let model = (command as? any ModelCommand)?.options.model else { return self }
    var error = self
    let word = shellWord(model)
    error.remedies = remedies.map { $0.replacing("MODEL", with: word) }
    return error
  }
}

/// A run that finished and found something, which it has reported.
struct FindingsFound: Error {}
