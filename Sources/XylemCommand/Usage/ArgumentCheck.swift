internal import XylemErrors

/// What the argument parser takes without a word, and nobody means so.
enum ArgumentCheck {
  /// Refuses a command that does not exist, which the parser takes where `help` comes before it or `--version` after it.
  ///
  /// - Throws: `usage`.
  static func checkCommand(_ arguments: [String]) throws(XylemError) {
    // A shell asks for completions: the words of its command line follow.
    if arguments.first == "---completion" { return }
    let words = arguments.first == "help" ? Array(arguments.dropFirst()) : arguments
    let outline = CommandOutline(of: words, describingOptions: false)
    guard !outline.subcommands.isEmpty, let next = words.dropFirst(outline.words.count - 1).first,
      !next.hasPrefix("-"), !(outline.words.count == 1 && next == "help")
    else { return }
    throw UsageError(arguments: words).unknownCommand(next)
  }

  /// A sentence for each option that is given several times though it has one value: the last one counts.
  static func repetitions(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let names = arguments[..<end].filter { $0.hasPrefix("-") }.map { String($0.prefix { $0 != "=" }) }
    // To know the options costs more than to see that none can be meant.
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
      "'\($0)' is given \(counts[$0] == 2 ? "twice" : "\(counts[$0] ?? 0) times"): the last value counts"
    }
  }
}
