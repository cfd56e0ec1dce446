/// Identifiers of Swift code for names of nodes: `layer1_0_relu_1` for `layer1.0.relu_1`, each once.
struct SwiftNames {
  private static let keywords: Set<String> = [
    "Any", "as", "associatedtype", "await", "borrowing", "break", "case", "catch", "class", "consuming", "continue",
    "default",
    "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard",
    "if",
    "import", "in", "init", "inout", "internal", "is", "let", "nil", "open", "operator", "private", "precedencegroup",
    "protocol",
    "public", "repeat", "rethrows", "return", "self", "Self", "static", "struct", "subscript", "super", "switch",
    "throw",
    "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  private var taken: Set<String>

  /// Creates names.
  ///
  /// - Parameter reserved: identifiers that the code uses itself.
  init(reserved: Set<String>) { taken = reserved }

  /// An identifier for a name that no other name has got.
  mutating func unique(_ name: String) -> String {
    let plain = Self.identifier(name)
    var found = plain
    var count = 1
    while !taken.insert(found).inserted {
      found = "\(plain)_\(count)"
      count += 1
    }
    return Self.keywords.contains(found) ? "`\(found)`" : found
  }

  /// A name with what no identifier has replaced.
  static func identifier(_ name: String) -> String {
    let plain = String(
      name.unicodeScalars.map { scalar -> Character in
        let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        return isPlain ? Character(scalar) : "_"
      })
    return plain.first.map { $0.isNumber } ?? true || plain == "_" ? "_" + plain : plain
  }

  /// Whether a name is an identifier that names a type or a value.
  static func isIdentifier(_ name: String) -> Bool { identifier(name) == name && !keywords.contains(name) }
}
