internal import ArgumentParser

/// How results look: plain in files and pipes, fitted and with colours at a terminal.
package struct OutputStyle: Sendable, Hashable {
  /// How many columns a line may have; nil for any number.
  var columns: Int?
  var hasColors: Bool

  /// A style.
  package init(columns: Int?, hasColors: Bool) {
    self.columns = columns
    self.hasColors = hasColors
  }

  /// As in files and pipes: nothing is shortened, and there are no colours.
  package static let plain = OutputStyle(columns: nil, hasColors: false)

  /// A text in a colour, where there are colours.
  func paint(_ text: String, _ paint: Paint) -> String { hasColors && !text.isEmpty ? paint.apply(to: text) : text }
}

/// Escape sequences of terminals, by what they are for.
enum Paint: String {
  case error = "1;31"
  case warning = "1;33"
  case note = "1;36"
  case remedy = "32"
  case heading = "1"
  case added = "0;32"
  case removed = "31"
  case changed = "33"

  /// The text in this colour.
  func apply(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }

  /// Lines of messages, where the word that says what a line is has its colour.
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

/// When there are colours.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never

  /// Whether a stream has colours by itself: at a terminal that can show them, unless `NO_COLOR` is set; `CLICOLOR_FORCE` asks for
  /// them everywhere.
  static func hasColors(isTerminal: Bool, environment: (String) -> String?) -> Bool {
    if environment("NO_COLOR")?.isEmpty == false { return false }
    if let force = environment("CLICOLOR_FORCE"), !force.isEmpty, force != "0" { return true }
    return isTerminal && environment("TERM") != "dumb"
  }

  /// What arguments choose, before they are parsed, so that errors about them have the chosen colours too.
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

/// The option about colours, which every command takes. ``XylemCommandLine`` reads it before the others.
struct ColorOptions: ParsableArguments {
  @Option(
    help: "Colours in what is printed: where a terminal shows it, always, or never.") var color: ColorChoice = .auto
}
