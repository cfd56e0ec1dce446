/// An error: what went wrong, where, why, and how to fix it.
///
/// Every error that Xylem throws has this type. The message is one sentence, ``place`` says where the error occurred,
/// and ``remedies`` are ready to paste. The description prints as a small tree:
///
///     the condition of this 'if' depends on the input (trace.control-flow)
///       module: encoder.0 (Conv2dSame)
///       source: conv2d_same.py:31
///       cause: …
///       try: --leaf Conv2dSame
public struct XylemError: Error, Sendable {
  /// The location of an error. Parts that are unknown are nil.
  public struct Place: Sendable, Hashable {
    /// The path of the module, as in `layer4.1`; empty for the root.
    public var modulePath: String?
    /// The module's type name without `__torch__.` and mangling.
    public var moduleType: String?
    /// The name of the node.
    public var node: String?
    /// `file:line` in the model's own source.
    public var source: String?
    /// The file that was read or written.
    public var file: String?
    /// The innermost function of the model's own code. It is not printed; a remedy may name it.
    package var function: String?

    /// Creates a place from the parts that are known.
    public init(
      modulePath: String? = nil, moduleType: String? = nil, node: String? = nil, source: String? = nil,
      file: String? = nil
    ) {
      self.modulePath = modulePath
      self.moduleType = moduleType
      self.node = node
      self.source = source
      self.file = file
    }
  }

  /// The stable identifier.
  public var id: ErrorID
  /// One sentence, without a full stop.
  public var message: String
  /// The location of the error.
  public var place: Place
  /// The underlying error, if there is one.
  public var cause: (any Error)?
  /// Up to three remedies, each ready to paste or to follow.
  ///
  /// `FILE` stands for the place's file, and `MODEL` for the model passed to a command. Both are replaced when the
  /// error is printed.
  public var remedies: [String]

  /// Creates an error from one sentence and the known details.
  public init(
    _ id: ErrorID, _ message: String, at place: Place = Place(), cause: (any Error)? = nil, remedies: [String] = []
  ) {
    self.id = id
    self.message = message
    self.place = place
    self.cause = cause
    self.remedies = Array(remedies.prefix(3))
  }
}

extension XylemError {
  /// The remedies with the name of the place's file, quoted for a shell, or escaped for a program if the remedy quotes
  /// it.
  package var filledRemedies: [String] {
    guard let file = place.file else { return remedies }
    let escaped = file.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    return remedies.map {
      $0.replacing("\"FILE\"", with: "\"\(escaped)\"").replacing("FILE", with: shellWord(file))
    }
  }
}

extension XylemError: CustomStringConvertible {
  /// The tree, without a trailing line break.
  public var description: String {
    // Names come from files and command lines: a line break in a name must not end the line.
    func line(_ text: String) -> String { Self.shortened(text.replacing("\n", with: "\\n")) }
    var lines = [line(message) + " (\(id.rawValue))"]
    if let path = place.modulePath {
      let name = path.isEmpty ? "the root module" : path
      lines.append(line("  module: \(name)" + (place.moduleType.map { " (\($0))" } ?? "")))
    }
    if let node = place.node { lines.append(line("  node: \(node)")) }
    if let source = place.source { lines.append(line("  source: \(source)")) }
    if let file = place.file { lines.append(line("  file: \(file)")) }
    if let cause {
      let text = String(describing: cause).split(separator: "\n", omittingEmptySubsequences: true)
      for (index, line) in text.prefix(Self.mostCauseLines).enumerated() {
        lines.append((index == 0 ? "  cause: " : "    ") + Self.shortened(line))
      }
      if text.count > Self.mostCauseLines { lines.append("    … and \(text.count - Self.mostCauseLines) more lines") }
    }
    for remedy in filledRemedies { lines.append("  try: \(remedy)") }
    return lines.joined(separator: "\n")
  }

  private static let mostCauseLines = 60
  /// The longest line, in characters.
  private static let longestLine = 1_000

  /// The start of a long line. A message may quote a file, which says anything at any length.
  private static func shortened(_ line: some StringProtocol) -> String {
    guard line.utf8.count > longestLine, line.count > longestLine else { return String(line) }
    return line.prefix(longestLine) + "…"
  }
}
