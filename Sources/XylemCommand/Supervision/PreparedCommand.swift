internal import ArgumentParser
internal import XylemErrors

/// A command line that is parsed once and can run many times.
///
/// For tests that run thousands of commands: parsing the arguments takes longer than most commands on a small model.
package struct PreparedCommand {
  private let arguments: [String]
  private let command: any ParsableCommand

  /// Parses a command line.
  ///
  /// - Parameter arguments: the arguments, without the program's name.
  /// - Throws: the errors of the argument parser.
  package init(_ arguments: [String]) throws {
    self.arguments = arguments
    command = try XylemCommandLine.parseAsRoot(NegativeValues.joined(arguments))
  }

  /// Runs the command on this thread, as ``XylemCommandLine/run(_:)`` does, and returns its exit code.
  package func run(on terminal: Terminal) -> Int32 {
    Audience.$current.withValue(.commandLine) { Terminal.$current.withValue(terminal) { run() } }
  }

  private func run() -> Int32 {
    var command = command
    do {
      do { try command.run() } catch let error as XylemError { throw error.naming(modelOf: command) }
      return 0
    } catch {
      return XylemCommandLine.report(error, of: arguments)
    }
  }
}
