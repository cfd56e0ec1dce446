public import ArgumentParser
internal import Foundation
internal import XylemErrors

/// The command line: every command, and what becomes of errors.
public struct XylemCommandLine: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "xylem",
    abstract: "Traces neural networks down to their leaves and takes features out of them.",
    version: "0.1.0",
    subcommands: [NodesCommand.self])

  public init() {}

  /// Runs the command that the process's arguments name, and ends the process with its exit code.
  public static func main() async {
    Foundation.exit(await run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs a command and returns its exit code: 0 done, 1 findings, 2 could not finish, 64 usage.
  public static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch {
      return report(error)
    }
  }

  private static func report(_ error: any Error) -> Int32 {
    if let failure = error as? XylemError {
      Terminal.error("error: \(failure)")
      return failure.id == .usage ? 64 : 2
    }
    let code = exitCode(for: error)
    let text = fullMessage(for: error)
    if code == .success {
      print(text)
    } else if !text.isEmpty {
      Terminal.error(text)
    }
    return code == .success ? 0 : code == .validationFailure ? 64 : code.rawValue
  }
}
