internal import XylemGraph

/// The lines of a report on a terminal: broken between words to fit, with continuation lines indented, and with the
/// words that give a line's kind coloured. Lines to paste are not broken.
struct ReportLayout {
  let style: OutputStyle

  /// The coloured beginnings of lines, and their indentation.
  private static let marks: [(mark: String, indent: Int, paint: Paint)] = [
    ("error", 0, .error), ("warning", 0, .warning), ("info", 0, .note), ("verdict:", 0, .heading),
    ("train:", 2, .removed), ("eval:", 2, .added), ("error:", 2, .error), ("warning:", 2, .warning),
    ("info:", 2, .note),
  ]

  /// The report in this layout's style.
  func apply(to text: String) -> String {
    guard style != .plain else { return text }
    var isPasted = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let indent = line.prefix { $0 == " " }.count
      isPasted = isPasted && indent >= 4
      let isWhole = isPasted || line.hasPrefix("  to ask for them:")
      if indent == 2, line.hasSuffix(":") { isPasted = true }
      return painted(isWhole ? String(line) : broken(line, indent: indent), indent: indent)
    }.joined(separator: "\n")
  }

  private func broken(_ line: Substring, indent: Int) -> String {
    guard let limit = style.columns, displayWidth(String(line)) > limit else { return String(line) }
    let margin = String(repeating: " ", count: min(indent + 4, limit / 2))
    var lines: [String] = []
    var current = String(line.prefix(indent))
    var isEmpty = true
    for word in line.dropFirst(indent).split(separator: " ", omittingEmptySubsequences: false) {
      if !isEmpty, displayWidth(current) + 1 + displayWidth(String(word)) > limit {
        lines.append(current)
        (current, isEmpty) = (margin, true)
      }
      current += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return (lines + [current]).joined(separator: "\n")
  }

  private func painted(_ text: String, indent: Int) -> String {
    guard style.hasColors else { return text }
    let rest = text.dropFirst(indent)
    guard let found = Self.marks.first(where: { $0.indent == indent && rest.hasPrefix($0.mark) }),
      // 'error [new]:' is a level, and 'errors.py' is not.
      let next = rest.dropFirst(found.mark.count).first, found.mark.hasSuffix(":") || next == ":" || next == " "
    else { return text }
    return text.prefix(indent) + found.paint.apply(to: found.mark) + rest.dropFirst(found.mark.count)
  }
}
