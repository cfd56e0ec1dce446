// How data from files are put into the words of an error: whoever wrote the file does not get to say how long a message
// is, nor to control a terminal.

extension String {
  /// The text as it can be printed: control characters as `\u{1B}`, and no longer than a line or two.
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
  /// The shape as it can be printed: at most 16 of its sizes.
  var printable: String {
    let sizes = prefix(16).map { "\($0)" } + (count > 16 ? ["…"] : [])
    return "[\(sizes.joined(separator: ", "))]"
  }
}

extension Int {
  /// As many bytes in words.
  var asBytes: String { self == 1 ? "1 byte" : "\(self) bytes" }
}
