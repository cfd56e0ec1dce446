// Formats data from files for error messages: the author of a file must not control the length of a message, or a
// terminal.

extension String {
  /// The string in printable form: control characters as `\u{1B}`, and at most a line or two long.
  package var printable: String {
    var result = ""
    for scalar in unicodeScalars.prefix(120) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > 120 ? result + "…" : result
  }
}

extension [Int] {
  /// The shape in printable form: at most 16 of its sizes.
  var printable: String {
    let sizes = prefix(16).map { "\($0)" } + (count > 16 ? ["…"] : [])
    return "[\(sizes.joined(separator: ", "))]"
  }
}

extension Int {
  /// The number of bytes in words.
  var asBytes: String { self == 1 ? "1 byte" : "\(self) bytes" }
}
