internal import Glibc
internal import XylemErrors
internal import XylemGraph

/// The streams of a run: results go to the output, everything else to the error stream.
///
/// A value, bound for the time of a run, so that runs in one process don't share their streams.
package struct Terminal: Sendable {
  /// Writes a piece of the results.
  let writeOutput: @Sendable (String) throws -> Void
  /// Writes a piece of everything else; what can't be written there is lost.
  let writeError: @Sendable (String) -> Void
  /// Whether a person watches the error stream.
  let isInteractive: Bool
  /// How results look on the output.
  var outputStyle: OutputStyle
  /// Whether errors, warnings and notes have colours.
  var colorsErrors: Bool

  /// A terminal that hands what is written to closures.
  ///
  /// - Parameters:
  ///   - isInteractive: whether a person watches the error stream.
  ///   - style: how results look.
  ///   - colorsErrors: whether errors, warnings and notes have colours.
  package init(
    isInteractive: Bool = false, style: OutputStyle = .plain, colorsErrors: Bool = false,
    output: @escaping @Sendable (String) throws -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.isInteractive = isInteractive
    self.outputStyle = style
    self.colorsErrors = colorsErrors
    writeOutput = output
    writeError = error
  }

  /// The terminal of the present run.
  @TaskLocal package static var current = Terminal.standard

  /// The process's own streams.
  package static let standard = Terminal(
    isInteractive: isatty(2) == 1 && environment("TERM") != "dumb",
    style: OutputStyle(columns: columns(of: 1), hasColors: hasColors(1, .auto)), colorsErrors: hasColors(2, .auto),
    output: { try write($0, to: 1) }, error: { try? write($0, to: 2) })

  /// The terminal with colours as `--color` wants them; `auto` leaves it as it is.
  func coloring(_ choice: ColorChoice) -> Terminal {
    guard choice != .auto else { return self }
    var terminal = self
    terminal.outputStyle.hasColors = choice == .always
    terminal.colorsErrors = choice == .always
    return terminal
  }

  /// Writes text to the output, with a line break at its end.
  ///
  /// - Throws: ``OutputClosed`` where nobody reads any more, `file.unwritable` where the text can't be written.
  static func output(_ text: String) throws {
    try current.writeOutput(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes a line, or several, to the error stream; the words at their beginnings that say what they are have colours there.
  ///
  /// Names and messages in the text may be a model's own: what would control a terminal is escaped.
  static func error(_ text: String) {
    let safe = escaped(text)
    current.writeError((current.colorsErrors ? Paint.messages(safe) : safe) + "\n")
  }

  /// The text with everything escaped that is not printed, but for the ends of lines.
  private static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\n")
  }

  /// Writes a warning to the error stream.
  static func warn(_ sentence: String) { error("warning: \(sentence)") }

  private static func write(_ text: String, to descriptor: CInt) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EPIPE {
        throw OutputClosed()
      } else if errno != EINTR {
        throw CommandErrors.output(String(cString: strerror(errno)))
      }
    }
  }

  /// The columns of the terminal behind a descriptor; nil where there is none.
  private static func columns(of descriptor: CInt) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  private static func hasColors(_ descriptor: CInt, _ choice: ColorChoice) -> Bool {
    ColorChoice.hasColors(isTerminal: isatty(descriptor) == 1, environment: environment)
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// Nobody reads the output any more, as after `| head -1`.
package struct OutputClosed: Error {
  /// The one value.
  package init() {}
}
