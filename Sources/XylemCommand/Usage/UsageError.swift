internal import ArgumentParser
internal import XylemErrors

/// A usage error of the command line, in the same form as every other error.
///
/// The argument parser provides a single string; it is parsed here and nowhere else.
struct UsageError {
  private let outline: CommandOutline

  /// Describes errors of the command that arguments name.
  init(arguments: [String]) { outline = CommandOutline(of: arguments) }

  /// The error with one sentence and its remedies.
  ///
  /// - Parameter message: the argument parser's message, or that of an option check.
  func error(_ message: String) -> XylemError {
    let lines = message.split(separator: "\n").map(String.init)
    let given = lines.dropFirst().filter { $0.hasPrefix(Self.remedyMark) }.map {
      String($0.dropFirst(Self.remedyMark.count))
    }
    var (sentence, remedies) = described(lines.first ?? "")
    remedies = given + remedies
    if remedies.count < 3 { remedies.append(help) }
    return XylemError(.usage, sentence, remedies: remedies)
  }

  /// The error for a word in the place of a command.
  func unknownCommand(_ word: String) -> XylemError {
    let (sentence, remedies) = unexpected([word])
    return XylemError(.usage, sentence, remedies: remedies + [help])
  }

  /// The command that prints the usage.
  var help: String {
    let command = outline.words.joined(separator: " ")
    return outline.subcommands.isEmpty
      ? "\(command) --help  # describes its options" : "\(command) --help  # lists the commands"
  }

  private func described(_ line: String) -> (sentence: String, remedies: [String]) {
    if let match = line.firstMatch(of: /^Unknown option '([^']*)'/) { return unknownOption(String(match.1)) }
    if let match = line.firstMatch(of: /^Missing value for '([^' ]+)(?: <(.*)>)?'/) {
      return ("'\(match.1)' needs a value" + (match.2.map { ": <\($0)>" } ?? ""), [])
    }
    if let match = line.firstMatch(of: /^The value '(.*)' is invalid for '(-[^' ]+)(?: <.*>)?'(?:: (.*))?/) {
      return invalidValue(String(match.1), option: String(match.2), reason: match.3.map(String.init))
    }
    if let match = line.firstMatch(of: /^Missing expected argument '(.*)'/) {
      let what = match.1.hasPrefix("-") ? "option" : "argument"
      return ("the \(what) '\(match.1)' is missing", [])
    }
    if let match = line.firstMatch(of: /^Unexpected argument '(.*)'$/) { return unexpected([String(match.1)]) }
    if let match = line.firstMatch(of: /^\d+ unexpected arguments: '(.*)'$/) {
      return unexpected(match.1.split(separator: "', '").map(String.init))
    }
    if let match = line.firstMatch(of: /^The option '(.*)' does not take any value, but '(.*)' was specified/) {
      return ("'\(match.1)' takes no value, but was given '\(match.2)'", [])
    }
    return (Self.houseStyle(line), [])
  }

  private func unknownOption(_ name: String) -> (String, [String]) {
    let known = outline.options.flatMap(\.names).filter { $0.hasPrefix("--") } + ["--help"]
    let word = outline.words.count > 1 ? "'\(outline.words.joined(separator: " "))' has" : "there is"
    return ("\(word) no option '\(name)'", nearMisses(of: name, among: known, limit: 2))
  }

  private func invalidValue(_ value: String, option name: String, reason: String?) -> (String, [String]) {
    if let reason { return ("'\(name)' does not take '\(value)': \(Self.houseStyle(reason))", []) }
    let values = outline.option(name)?.values ?? []
    guard values.count > 1 else {
      return (
        values.first.map { "'\(name)' must be \($0), not '\(value)'" } ?? "'\(name)' does not take '\(value)'", []
      )
    }
    let list = values.dropLast().joined(separator: ", ") + " or " + values[values.count - 1]
    // A value that shares no letter with any allowed value has no near miss.
    let near = nearMisses(of: value, among: values, limit: 2).filter {
      !Set($0.lowercased()).isDisjoint(with: value.lowercased())
    }
    return ("'\(name)' must be \(list), not '\(value)'", near.map { "\(name) \($0)" })
  }

  private func unexpected(_ words: [String]) -> (String, [String]) {
    if !outline.subcommands.isEmpty, let word = words.first {
      let near = nearMisses(of: word, among: outline.subcommands, limit: 2)
      return (
        "'\(outline.words.joined(separator: " "))' has no command '\(word)'",
        near.map { (outline.words + [$0, "--help"]).joined(separator: " ") }
      )
    }
    let list = words.map { "'\($0)'" }.joined(separator: ", ")
    return (
      "unexpected \(words.count == 1 ? "argument" : "arguments") \(list)", []
    )
  }

  /// A foreign sentence in our style: it begins in lower case and has no full stop.
  static func houseStyle(_ sentence: String) -> String {
    var text = sentence[...]
    if text.hasSuffix(".") { text.removeLast() }
    guard let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase == true else {
      return String(text)
    }
    return first.lowercased() + text.dropFirst()
  }

  fileprivate static let remedyMark = "  try: "
}

extension ValidationError {
  /// An error about options, with remedies.
  ///
  /// - Parameter sentence: the message, without a full stop.
  init(_ sentence: String, remedies: [String]) {
    self.init(([sentence] + remedies.map { UsageError.remedyMark + $0 }).joined(separator: "\n"))
  }
}
