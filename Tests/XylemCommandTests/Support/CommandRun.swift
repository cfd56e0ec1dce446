import Foundation
import Synchronization
import Testing
import XylemCommand
import XylemErrors
import XylemNN

/// What a run of the command line in this process left.
struct CommandRun: Sendable {
  let status: Int32
  let output: String
  let errors: String

  /// The output's lines, without the last line break.
  var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }

  /// The output as a JSON object.
  func json() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}

/// Runs the command line with streams of its own.
///
/// - Parameters:
///   - models: models of the executable's own.
///   - style: how results look.
func xylem(
  _ arguments: [String], models: [ModelDefinition] = [], style: OutputStyle = .plain, colorsErrors: Bool = false
) async -> CommandRun {
  let streams = Streams()
  let terminal = Terminal(
    style: style, colorsErrors: colorsErrors,
    output: { text in streams.output.withLock { $0 += text } },
    error: { text in streams.errors.withLock { $0 += text } })
  let status = await Terminal.$current.withValue(terminal) {
    models.isEmpty ? await XylemCommandLine.run(arguments) : await XylemCommandLine.run(arguments, models: models)
  }
  return CommandRun(
    status: status, output: streams.output.withLock { $0 }, errors: streams.errors.withLock { $0 })
}

/// Runs the command line with streams of its own.
func xylem(_ arguments: String...) async -> CommandRun { await xylem(arguments) }

private final class Streams: Sendable {
  let output = Mutex("")
  let errors = Mutex("")
}
