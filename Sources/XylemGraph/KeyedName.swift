/// A request in the form `NODE` or `NODE=KEY`.
///
/// An equals sign in brackets belongs to the node, as in `head["a=b"]=first`. An empty key counts as none.
package struct KeyedName: Sendable, Hashable {
  /// The part before the equals sign.
  package var node: String
  /// The part after the equals sign, if any.
  package var key: String?

  /// Parses `NODE` or `NODE=KEY`.
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
