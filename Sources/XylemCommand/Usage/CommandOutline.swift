internal import ArgumentParser
internal import Foundation

/// A command as its help describes it: its subcommands and options.
struct CommandOutline {
  /// An option or a flag.
  struct Option {
    /// The names with their hyphens, long names first: `--output`, `-o`.
    let names: [String]
    /// Whether the option takes a value.
    let takesValue: Bool
    /// Whether every word up to the next option is a value of it.
    let takesMany: Bool
    /// Whether the option may be given several times, and every value applies.
    let isRepeatable: Bool
    /// The allowed values, or one phrase that describes them.
    let values: [String]
  }

  /// The words that name the command: `xylem plugin check`.
  let words: [String]
  let subcommands: [String]
  let options: [Option]

  /// The command that arguments name, or the root if they name none.
  ///
  /// - Parameter describingOptions: whether to include its options, which takes most of the time.
  init(of arguments: [String], describingOptions: Bool = true) {
    var command: any ParsableCommand.Type = XylemCommandLine.self
    var words = ["xylem"]
    for argument in arguments {
      guard let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == argument })
      else { break }
      command = next
      words.append(argument)
    }
    self.words = words
    subcommands = command.configuration.subcommands.compactMap { $0.configuration.commandName }
    options = describingOptions ? HelpDump.options(of: command) : []
  }

  /// The option with a name, hyphens included.
  func option(_ name: String) -> Option? { options.first { $0.names.contains(name) } }
}

/// The argument parser's description of a command in JSON, with its type names.
private struct HelpDump: Decodable {
  struct CommandInfo: Decodable { var arguments: [ArgumentInfo]? }

  struct ArgumentInfo: Decodable {
    var kind: String
    var names: [NameInfo]?
    var parsingStrategy: String?
    var isRepeating: Bool?
    var allValues: [String]?
  }

  struct NameInfo: Decodable {
    var kind: String
    var name: String
    var text: String { (kind == "long" ? "--" : "-") + name }
  }

  var command: CommandInfo

  static func options(of command: any ParsableCommand.Type) -> [CommandOutline.Option] {
    // The parser wrote this JSON. If it can't be read, errors offer fewer remedies but are otherwise the same.
    guard let dump = try? JSONDecoder().decode(Self.self, from: Data(command._dumpHelp().utf8)) else { return [] }
    return (dump.command.arguments ?? []).filter { $0.kind != "positional" }.map { argument in
      let names = (argument.names ?? []).sorted { ($0.kind == "long" ? 0 : 1) < ($1.kind == "long" ? 0 : 1) }
      return CommandOutline.Option(
        names: names.map(\.text), takesValue: argument.kind == "option",
        takesMany: argument.parsingStrategy == "upToNextOption", isRepeatable: argument.isRepeating ?? false,
        values: argument.allValues ?? [])
    }
  }
}
