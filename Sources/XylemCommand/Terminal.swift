internal import Glibc
internal import XylemErrors

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

  /// A terminal that hands what is written to closures.
  package init(
    isInteractive: Bool = false, output: @escaping @Sendable (String) throws -> Void,
    error: @escaping @Sendable (String) -> Void
  ) {
    self.isInteractive = isInteractive
    writeOutput = output
    writeError = error
  }

  /// The terminal of the present run.
  @TaskLocal package static var current = Terminal.standard

  /// The process's own streams.
  package static let standard = Terminal(
    isInteractive: isatty(2) == 1, output: { try write($0, to: 1) }, error: { try? write($0, to: 2) })

  /// Writes text to the output, with a line break at its end.
  ///
  /// - Throws: ``OutputClosed`` where nobody reads any more, `file.unwritable` where the text can't be written.
  static func output(_ text: String) throws {
    try current.writeOutput(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Writes a line to the error stream.
  static func error(_ line: String) { current.writeError(line + "\n") }

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
}

/// Nobody reads the output any more, as after `| head -1`.
package struct OutputClosed: Error {
  /// The one value.
  package init() {}
}
