/// What is asked for by `NODE` or `NODE=KEY`.
///
/// An equals sign in brackets belongs to the node, as in `head["a=b"]=first`. A key that is empty is none.
package struct KeyedName: Sendable, Hashable {
  /// What comes before the equals sign.
  package var node: String
  /// What comes after it.
  package var key: String?

  /// Reads `NODE` or `NODE=KEY`.
  package init(_ text: String) {
    var depth = 0
    let sign = text.firstIndex { letter in
      if letter == "[" { depth += 1 }
      if letter == "]" { depth -= 1 }
      return letter == "=" && depth <= 0
    }
    node = String(text[..<(sign ?? text.endIndex)])
    key = sign.map { String(text[text.index(after: $0)...]) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
