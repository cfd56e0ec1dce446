import XylemErrors

/// Reads a Python literal: dictionaries with string keys, tuples, lists, strings, integers, `True`, `False`, `None`.
///
/// Python 2's prefixes and suffixes are accepted too (`u'…'`, `10L`). Nesting is bounded, and so is the stack.
struct PythonLiteralReader {
  /// The maximum nesting.
  static let depthLimit = 32

  private let path: String
  private let bytes: [UInt8]
  private let origin: Int
  private var position = 0

  /// Creates a reader of `bytes`, which are at byte `origin` of the file at `path`.
  init(_ bytes: [UInt8], path: String, origin: Int) {
    self.bytes = bytes
    self.path = path
    self.origin = origin
  }

  /// The single literal of the bytes, followed only by whitespace.
  ///
  /// - Throws: `file.malformed`.
  mutating func literal() throws(XylemError) -> PythonLiteral {
    let literal = try value(depth: 1)
    skipSpace()
    guard position == bytes.count else { throw syntax("end") }
    return literal
  }

  private mutating func value(depth: Int) throws(XylemError) -> PythonLiteral {
    guard depth <= Self.depthLimit else {
      throw XylemError.malformed(path, .tooDeep(limit: Self.depthLimit, offset: origin + position))
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try dictionary(depth: depth)
    case UInt8(ascii: "["): return .list(try elements(until: "]", depth: depth).values)
    case UInt8(ascii: "("):
      // Parentheses around one value without a comma are not a tuple.
      let (values, hasComma) = try elements(until: ")", depth: depth)
      return values.count == 1 && !hasComma ? values[0] : .tuple(values)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "+"): return try integer()
    case let byte? where Self.isDigit(byte): return try integer()
    default: return try word()
    }
  }

  private mutating func dictionary(depth: Int) throws(XylemError) -> PythonLiteral {
    position += 1
    var members: [(key: String, value: PythonLiteral)] = []
    while try !consume("}") {
      guard case .string(let key) = try value(depth: depth + 1) else { throw syntax("string as a key") }
      guard try consume(":") else { throw syntax("':'") }
      members.append((key, try value(depth: depth + 1)))
      if try !consume(",") {
        guard try consume("}") else { throw syntax("'}'") }
        break
      }
    }
    return .dictionary(members)
  }

  private mutating func elements(
    until close: Unicode.Scalar, depth: Int
  ) throws(XylemError) -> (values: [PythonLiteral], hasComma: Bool) {
    position += 1
    var values: [PythonLiteral] = []
    var hasComma = false
    while try !consume(close) {
      values.append(try value(depth: depth + 1))
      if try consume(",") {
        hasComma = true
      } else {
        guard try consume(close) else { throw syntax("'\(close)'") }
        break
      }
    }
    return (values, hasComma)
  }

  private mutating func string() throws(XylemError) -> String {
    let start = position
    let quote = bytes[position]
    position += 1
    var text: [UInt8] = []
    while let byte = peek, byte != UInt8(ascii: "\n") {
      position += 1
      if byte == quote { return String(decoding: text, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        text.append(byte)
        continue
      }
      guard let next = peek, [UInt8]("\\'\"".utf8).contains(next) else { throw syntax("known escape") }
      text.append(next)
      position += 1
    }
    throw syntax("closing quote", at: start)
  }

  private mutating func integer() throws(XylemError) -> PythonLiteral {
    let start = position
    if peek == UInt8(ascii: "-") || peek == UInt8(ascii: "+") { position += 1 }
    let first = position
    while let byte = peek, Self.isDigit(byte) { position += 1 }
    guard position > first else { throw syntax("integer", at: start) }
    let value = Int(String(decoding: bytes[start..<position], as: UTF8.self))
    if peek == UInt8(ascii: "L") { position += 1 }
    let goesOn = peek.map { Self.isWordByte($0) || $0 == UInt8(ascii: ".") } ?? false
    guard !goesOn else { throw syntax("integer", at: start) }
    return .integer(value)
  }

  private mutating func word() throws(XylemError) -> PythonLiteral {
    let start = position
    while let byte = peek, Self.isWordByte(byte) { position += 1 }
    let isBeforeQuote = peek == UInt8(ascii: "'") || peek == UInt8(ascii: "\"")
    switch String(decoding: bytes[start..<position], as: UTF8.self) {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .none
    case "u" where isBeforeQuote, "b" where isBeforeQuote: return .string(try string())
    default: throw syntax("value", at: start)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func consume(_ character: Unicode.Scalar) throws(XylemError) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func syntax(_ expected: String, at offset: Int? = nil) -> XylemError {
    XylemError.malformed(path, .syntax(expected: expected, offset: origin + (offset ?? position)))
  }
}
