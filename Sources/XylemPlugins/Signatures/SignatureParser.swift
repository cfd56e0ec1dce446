internal import XylemErrors

/// Parses signatures by recursive descent:
///
///     signature = "(" [ type { "," type } ] ")" "->" ( "()" | type | "(" "tensor" "," "tensor" { "," "tensor" } ")" )
///     type      = "opt" "<" plain ">" | plain
///     plain     = word [ "!" | "[" "]" ]
struct SignatureParser {
  private let text: String
  private let tokens: [SignatureToken]
  private var position = 0

  init(_ text: String) throws(XylemError) {
    guard text.utf8.count <= Signature.textLimit else { throw CallErrors.signatureTooLong(text) }
    self.text = text
    tokens = SignatureToken.all(in: text)
  }

  mutating func parse() throws(XylemError) -> Signature {
    try expect("(", "a signature begins with '('")
    var parameters: [Signature.ValueType] = []
    if !accept(")") {
      repeat {
        let start = current
        parameters.append(try type())
        guard parameters.count <= Signature.parameterLimit else {
          throw fault(start, "a function has at most \(Signature.parameterLimit) parameters")
        }
      } while accept(",")
      try expect(")", "expected ',' or ')'")
    }
    try expect("->", "expected '->' and the result's type, '()' for none")
    let result = try result()
    guard current.kind == .end else { throw fault(current, "expected the end, found \(current.name)") }
    return Signature(parameters: parameters, result: result)
  }

  private mutating func result() throws(XylemError) -> Signature.ValueType? {
    let start = current
    if accept("(") { return accept(")") ? nil : try results() }
    let type = try type()
    if let reason = type.resultFault { throw fault(start, reason) }
    return type
  }

  /// The tensors of several results, after the opening parenthesis.
  private mutating func results() throws(XylemError) -> Signature.ValueType {
    var count = 0
    repeat {
      guard current.text == "tensor", count < Signature.resultLimit else {
        throw fault(current, "a result is one type, '()', or two to \(Signature.resultLimit) tensors")
      }
      advance()
      count += 1
    } while accept(",")
    guard count > 1 else { throw fault(current, "a single result has no parentheses: write 'tensor'") }
    try expect(")", "expected ',' or ')'")
    return .plain(.tensors(count))
  }

  private mutating func type() throws(XylemError) -> Signature.ValueType {
    guard current.text == "opt" else { return .plain(try plain()) }
    advance()
    try expect("<", "expected '<' after 'opt', as in 'opt<i64>'")
    if current.text == "opt" { throw fault(current, "an optional of an optional is not supported") }
    let content = try plain()
    try expect(">", "expected '>' at the end of 'opt<…'")
    return .optional(content)
  }

  private mutating func plain() throws(XylemError) -> Signature.Plain {
    let word = current
    guard word.kind == .word, let base = Self.words[word.text] else { throw fault(word, Self.unknown(word)) }
    advance()
    let mark = current
    if accept("!") {
      guard base == .tensor else {
        throw fault(mark, "only tensors are written in place; '\(word.text)' can't have a '!'")
      }
      if current.text == "[" { throw fault(current, "tensors in a list are read-only; write 'tensor[]'") }
      return .writtenTensor
    }
    guard accept("[") else { return base }
    guard accept("]") else { throw fault(current, "expected ']'; a list has no count") }
    guard let element = Signature.Element(rawValue: word.text) else {
      throw fault(word, "lists contain \(Self.listing(Signature.Element.allCases.map(\.rawValue)))")
    }
    if current.text == "[" { throw fault(current, "a list of lists is not supported") }
    return .list(element)
  }

  // MARK: Tokens

  private var current: SignatureToken { tokens[position] }

  /// The last token is the end of the string; the parser never advances past it.
  private mutating func advance() { if position + 1 < tokens.count { position += 1 } }

  private mutating func accept(_ text: String) -> Bool {
    guard current.kind == .mark, current.text == text else { return false }
    advance()
    return true
  }

  private mutating func expect(_ mark: String, _ expectation: String) throws(XylemError) {
    let found = current
    guard accept(mark) else { throw fault(found, "\(expectation), found \(found.name)") }
  }

  private func fault(_ token: SignatureToken, _ reason: String) -> XylemError {
    CallErrors.signature(text, at: token.offset, length: token.text.count, reason)
  }

  // MARK: Words

  private static let words: [String: Signature.Plain] = {
    var words: [String: Signature.Plain] = ["cstr": .text, "ptr": .pointer, "tensor": .tensor]
    for number in Signature.Number.allCases { words[number.rawValue] = .number(number) }
    return words
  }()

  /// In the order that is most useful to a reader.
  private static let types = Signature.Number.allCases.map(\.rawValue) + ["cstr", "ptr", "tensor", "opt"]

  /// Type names of C, Swift, Rust and PyTorch that people may write.
  private static let otherLanguages: [String: String] = [
    "char": "i8", "short": "i16", "int": "i32", "long": "i64", "size_t": "u64", "ssize_t": "i64", "usize": "u64",
    "int8_t": "i8", "int16_t": "i16", "int32_t": "i32", "int64_t": "i64", "uint8_t": "u8", "uint16_t": "u16",
    "uint32_t": "u32", "uint64_t": "u64", "float": "f32", "double": "f64", "boolean": "bool", "string": "cstr",
    "str": "cstr", "pointer": "ptr", "void": "()", "optional": "opt<…>",
  ]

  private static func unknown(_ token: SignatureToken) -> String {
    guard token.kind == .word else { return "expected a type, found \(token.name)" }
    let word = token.text.lowercased()
    if let meant = otherLanguages[word] { return "'\(token.text)' is not a signature type; write '\(meant)'" }
    var near = nearMisses(of: word, among: types)
    // Two swapped letters are the most frequent typo, and have an edit distance of two.
    let letters = Array(word)
    for index in letters.indices.dropLast() {
      var swapped = letters
      swapped.swapAt(index, index + 1)
      let candidate = String(swapped)
      if types.contains(candidate), !near.contains(candidate) { near.insert(candidate, at: 0) }
    }
    guard !near.isEmpty else { return "expected a type, one of \(listing(types)); found '\(token.text)'" }
    return "there is no type '\(token.text)'; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
  }

  private static func listing(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
  }
}

/// A word, a mark, or the end of a signature.
struct SignatureToken: Equatable {
  enum Kind { case word, mark, end }

  let kind: Kind
  let text: String
  /// In characters from the beginning.
  let offset: Int

  /// The token as shown in messages.
  var name: String { kind == .end ? "the end" : "'\(text)'" }

  /// The tokens of a string; the last is the end. Every character that is not part of another token is a mark.
  static func all(in text: String) -> [SignatureToken] {
    var tokens: [SignatureToken] = []
    let letters = Array(text)
    var index = 0
    while index < letters.count {
      let start = index
      if letters[index].isWhitespace {
        index += 1
        continue
      }
      while index < letters.count, isWordPart(letters[index]) { index += 1 }
      if index > start {
        tokens.append(.init(kind: .word, text: String(letters[start..<index]), offset: start))
        continue
      }
      let isArrow = letters[index] == "-" && index + 1 < letters.count && letters[index + 1] == ">"
      index += isArrow ? 2 : 1
      tokens.append(.init(kind: .mark, text: String(letters[start..<index]), offset: start))
    }
    return tokens + [.init(kind: .end, text: "", offset: letters.count)]
  }

  private static func isWordPart(_ letter: Character) -> Bool {
    letter.isLetter || letter.isNumber || letter == "_"
  }
}
