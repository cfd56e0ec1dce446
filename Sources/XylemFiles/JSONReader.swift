import XylemErrors

/// A strict pull reader of JSON (RFC 8259) that preserves order and detects duplicate keys.
///
/// It builds no tree: memory use is that of the caller's own data. Nesting is bounded, and so is the stack.
struct JSONReader {
  /// The maximum nesting, as in `serde_json`.
  static let depthLimit = 128

  private let path: String
  private let bytes: [UInt8]
  /// The position of the bytes in the file, for errors.
  private let origin: Int
  /// The part of the file that the bytes are, for errors.
  private let part: String
  private var position = 0

  /// Creates a reader of `bytes`, which are at byte `origin` of a part of the file at `path`.
  init(_ bytes: [UInt8], path: String, origin: Int, part: String = "the header") {
    self.bytes = bytes
    self.path = path
    self.origin = origin
    self.part = part
  }

  /// Reads an object. `member` must read the value of the key that it is given.
  ///
  /// - Throws: `file.malformed` for invalid syntax and for duplicate keys (compared by their bytes).
  mutating func object(_ member: (inout JSONReader, String) throws(XylemError) -> Void) throws(XylemError) {
    try expect("{")
    if try consume("}") { return }
    var seen: Set<ExactText> = []
    repeat {
      skipSpace()
      let key = try string()
      guard seen.insert(ExactText(key)).inserted else { throw XylemError.malformed(path, .duplicateKey(key, in: part)) }
      try expect(":")
      try member(&self, key)
    } while try consume(",")
    try expect("}")
  }

  /// Reads an array; `element` must read one element.
  mutating func array(_ element: (inout JSONReader) throws(XylemError) -> Void) throws(XylemError) {
    try expect("[")
    if try consume("]") { return }
    repeat { try element(&self) } while try consume(",")
    try expect("]")
  }

  /// Reads an integer that is not negative: only digits, without sign, fraction or exponent.
  mutating func size() throws(XylemError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let digit = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carried) = shifted.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      guard !overflow, !carried else { throw syntax("integer of at most 63 bits", at: start) }
      value = next
      position += 1
    }
    let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
    let goesOn =
      switch peek {
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
      default: false
      }
    guard position > start, !hasLeadingZero, !goesOn else { throw syntax("integer from 0", at: start) }
    return value
  }

  /// Reads `null` if it is next, and returns whether it was.
  mutating func null() throws(XylemError) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: "n") else { return false }
    try word("null")
    return true
  }

  /// Reads a value of any kind and discards it.
  mutating func skip(depth: Int = 1) throws(XylemError) {
    guard depth < Self.depthLimit else {
      throw XylemError.malformed(path, .tooDeep(limit: Self.depthLimit, offset: origin + position, in: part))
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"):
      try object { (reader, _) throws(XylemError) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { (reader) throws(XylemError) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Reads a value of any kind.
  mutating func value(depth: Int = 1) throws(XylemError) -> JSONDocument {
    guard depth < Self.depthLimit else {
      throw XylemError.malformed(path, .tooDeep(limit: Self.depthLimit, offset: origin + position, in: part))
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"):
      var members: [JSONDocument.Member] = []
      try object { (reader, key) throws(XylemError) in
        members.append(.init(key: key, value: try reader.value(depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONDocument] = []
      try array { (reader) throws(XylemError) in elements.append(try reader.value(depth: depth + 1)) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default:
      let text = try number()
      if let whole = Int(text) { return .int(whole) }
      guard let number = Double(text), number.isFinite else { throw syntax("number that fits in 64 bits") }
      return .float(number)
    }
  }

  /// Checks that only whitespace follows.
  mutating func end() throws(XylemError) {
    skipSpace()
    guard position == bytes.count else { throw syntax("end") }
  }
}

extension JSONReader {
  /// Reads a string and replaces its escapes.
  package mutating func string() throws(XylemError) -> String {
    try expect("\"")
    let start = position
    // Most strings have no escapes: they are one piece of the input.
    while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    var text = Array(bytes[start..<position])
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw XylemError.malformed(path, .invalidText(offset: origin + start, in: part))
        }
        return valid
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw syntax("printable character", at: position - 1)
      default: text.append(byte)
      }
    }
    throw syntax("closing quote")
  }

  /// The bytes of an escape whose backslash was already read.
  private mutating func escape() throws(XylemError) -> [UInt8] {
    let start = position - 1
    guard let byte = peek else { throw syntax("escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimal())
      if 0xD800..<0xDC00 ~= code, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
        position += 2
        let low = UInt32(try hexadecimal())
        guard 0xDC00..<0xE000 ~= low else { throw syntax("second half of a surrogate pair", at: start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw syntax("complete surrogate pair", at: start) }
      return Array(String(Character(scalar)).utf8)
    default: throw syntax("known escape", at: start)
    }
  }

  private mutating func hexadecimal() throws(XylemError) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
      let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw syntax("four hexadecimal digits") }
    position += 4
    return value
  }

  private mutating func number() throws(XylemError) -> String {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    let whole = digits()
    guard whole == 1 || whole > 1 && bytes[position - whole] != UInt8(ascii: "0") else {
      throw syntax("value", at: start)
    }
    if peek == UInt8(ascii: ".") {
      position += 1
      guard digits() > 0 else { throw syntax("digit") }
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw syntax("digit") }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func word(_ word: String) throws(XylemError) {
    guard bytes[position...].starts(with: word.utf8) else { throw syntax("value") }
    position += word.utf8.count
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func consume(_ character: Unicode.Scalar) throws(XylemError) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(XylemError) {
    guard try consume(character) else { throw syntax("'\(character)'") }
  }

  private func syntax(_ expected: String, at offset: Int? = nil) -> XylemError {
    XylemError.malformed(path, .syntax(expected: expected, offset: origin + (offset ?? position), in: part))
  }
}
