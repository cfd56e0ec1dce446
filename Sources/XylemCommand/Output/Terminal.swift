internal import Glibc
internal import XylemErrors
internal import XylemGraph

/// The streams of a run: results go to standard output, everything else to standard error.
///
/// The value is task-local, so runs in one process don't share their streams.
package struct Terminal: Sendable {
  /// Writes a part of the results.
  let writeOutput: @Sendable (String) throws -> Void
  /// Writes a part of everything else. Output that can't be written is lost.
  let writeError: @Sendable (String) -> Void
  /// Whether a person watches standard error.
  let isInteractive: Bool
  /// The style of results on standard output.
  var outputStyle: OutputStyle
  /// Whether errors, warnings and notes have colours.
  var colorsErrors: Bool

  /// Creates a terminal that passes its output to closures.
  ///
  /// - Parameters:
  ///   - isInteractive: whether a person watches standard error.
  ///   - style: the style of results.
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

  /// The terminal of the current run.
  @TaskLocal package static var current = Terminal.standard

  /// The process's own streams.
  package static let standard = Terminal(
    isInteractive: isatty(2) == 1 && environment("TERM") != "dumb",
    style: OutputStyle(columns: columns(of: 1), hasColors: hasColors(1)), colorsErrors: hasColors(2),
    output: { try write($0, to: 1) }, error: { try? write($0, to: 2) })

  /// The terminal with the colours that `--color` chooses; `auto` changes nothing.
  func coloring(_ choice: ColorChoice) -> Terminal {
    guard choice != .auto else { return self }
    var terminal = self
    terminal.outputStyle.hasColors = choice == .always
    terminal.colorsErrors = choice == .always
    return terminal
  }

  /// Writes a string and a trailing line break to standard output.
  ///
  /// - Throws: ``OutputClosed`` if the reader is gone, `file.unwritable` if the string can't be written.
  static func output(_ text: String) throws {
    try current.writeOutput(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes one or more lines to standard error, with the words that give a line's kind coloured.
  ///
  /// Names and messages may come from a model: control characters are escaped.
  static func error(_ text: String) {
    let safe = escaped(text)
    current.writeError((current.colorsErrors ? Paint.messages(safe) : safe) + "\n")
  }

  /// The string with all non-printable characters escaped, except for line breaks.
  private static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\n")
  }

  /// Writes a warning to standard error.
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

  /// The number of columns of the terminal behind a descriptor. Nil if it is not a terminal.
  private static func columns(of descriptor: CInt) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
  }

  private static func hasColors(_ descriptor: CInt) -> Bool {
    ColorChoice.hasColors(isTerminal: isatty(descriptor) == 1, environment: environment)
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// The reader of the output is gone, as after `| head -1`.
package struct OutputClosed: Error {
  /// The only value.
  package init() {}
}
