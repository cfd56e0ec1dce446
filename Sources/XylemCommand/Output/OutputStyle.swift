internal import ArgumentParser

/// The style of results: plain in files and pipes, fitted to the width and coloured on a terminal.
package struct OutputStyle: Sendable, Hashable {
  /// The maximum number of columns of a line. Nil for no limit.
  var columns: Int?
  var hasColors: Bool

  /// Creates a style.
  package init(columns: Int?, hasColors: Bool) {
    self.columns = columns
    self.hasColors = hasColors
  }

  /// The style in files and pipes: nothing is shortened, and there are no colours.
  package static let plain = OutputStyle(columns: nil, hasColors: false)

  /// A string in a colour, if the style has colours.
  func paint(_ text: String, _ paint: Paint) -> String { hasColors && !text.isEmpty ? paint.apply(to: text) : text }
}

/// Terminal escape sequences, by purpose.
enum Paint: String {
  case error = "1;31"
  case warning = "1;33"
  case note = "1;36"
  case remedy = "32"
  case heading = "1"
  case added = "0;32"
  case removed = "31"
  case changed = "33"

  /// The string in this colour.
  func apply(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }

  /// Lines of messages; the word that gives a line's kind is coloured.
  static func messages(_ text: String) -> String {
    let marks: [(String, Paint)] = [
      ("error:", .error), ("warning:", .warning), ("note:", .note), ("  try:", .remedy),
    ]
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let (mark, paint) = marks.first(where: { line.hasPrefix($0.0) }) else { return String(line) }
      return paint.apply(to: mark) + line.dropFirst(mark.count)
    }.joined(separator: "\n")
  }
}

/// When to use colours.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never

  /// Whether a stream has colours by default: on a terminal that supports them, unless `NO_COLOR` is set.
  /// `CLICOLOR_FORCE` turns them on everywhere.
  static func hasColors(isTerminal: Bool, environment: (String) -> String?) -> Bool {
    if environment("NO_COLOR")?.isEmpty == false { return false }
    if let force = environment("CLICOLOR_FORCE"), !force.isEmpty, force != "0" { return true }
    return isTerminal && environment("TERM") != "dumb"
  }

  /// The choice on the command line, before it is parsed, so that errors about arguments have the chosen colours too.
  init(in arguments: [String]) {
    self = .auto
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { return }
      var value: String?
      if argument.hasPrefix("--color=") { value = String(argument.dropFirst("--color=".count)) }
      if argument == "--color", arguments.indices.contains(index + 1) { value = arguments[index + 1] }
      if let choice = value.flatMap(ColorChoice.init(rawValue:)) { self = choice }
    }
  }
}

/// The colour option, which every command takes. ``XylemCommandLine`` reads it before the other options.
struct ColorOptions: ParsableArguments {
  @Option(
    help: "Colours in the output: on a terminal, always, or never.") var color: ColorChoice = .auto
}
