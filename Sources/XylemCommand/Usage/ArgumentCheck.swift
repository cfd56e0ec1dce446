internal import XylemErrors

/// Checks for arguments that the argument parser accepts silently but that are mistakes.
enum ArgumentCheck {
  /// Refuses a command that does not exist, which the parser accepts after `help` or before `--version`.
  ///
  /// - Throws: `usage`.
  static func checkCommand(_ arguments: [String]) throws(XylemError) {
    // A shell requests completions; the words of its command line follow.
    if arguments.first == "---completion" { return }
    let words = arguments.first == "help" ? Array(arguments.dropFirst()) : arguments
    let outline = CommandOutline(of: words, describingOptions: false)
    guard !outline.subcommands.isEmpty, let next = words.dropFirst(outline.words.count - 1).first,
      !next.hasPrefix("-"), !(outline.words.count == 1 && next == "help")
    else { return }
    throw UsageError(arguments: words).unknownCommand(next)
  }

  /// A sentence for each option with a single value that is given several times: the last value applies.
  static func repetitions(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let names = arguments[..<end].filter { $0.hasPrefix("-") }.map { String($0.prefix { $0 != "=" }) }
    // Finding the options costs more than checking whether any repeats.
    guard Set(names).count < names.count || names.contains("-o") && names.contains("--output") else { return [] }
    let outline = CommandOutline(of: arguments)
    var counts: [String: Int] = [:]
    var order: [String] = []
    var isValue = false
    for argument in arguments[..<end] {
      // A value may look like an option: '--reason --mode'.
      if isValue, !argument.hasPrefix("-") || outline.option(argument) == nil {
        isValue = false
        continue
      }
      isValue = false
      guard let option = outline.option(String(argument.prefix { $0 != "=" })), option.takesValue, !option.isRepeatable
      else { continue }
      isValue = !argument.contains("=")
      counts[option.names[0], default: 0] += 1
      if counts[option.names[0]] == 2 { order.append(option.names[0]) }
    }
    return order.map {
      "'\($0)' is given \(counts[$0] == 2 ? "twice" : "\(counts[$0] ?? 0) times"): the last value applies"
    }
  }
}
