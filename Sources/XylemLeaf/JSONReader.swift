/// Reads the JSON with which a host describes a module's attributes. The standard library has no reader, and a plugin
/// should not need Foundation for a few numbers.
struct JSONReader {
  private let bytes: [UInt8]
  private var at = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The single object of the document.
  mutating func object() throws(LeafError) -> [String: LeafAttribute] {
    var values: [String: LeafAttribute] = [:]
    try expect("{")
    if !take("}") {
      repeat {
        let name = try string()
        try expect(":")
        values[name] = try value(depth: 0)
      } while take(",")
      try expect("}")
    }
    skipBlanks()
    guard at == bytes.count else { throw fault() }
    return values
  }

  private mutating func value(depth: Int) throws(LeafError) -> LeafAttribute {
    skipBlanks()
    guard at < bytes.count, depth < 64 else { throw fault() }
    switch bytes[at] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "["):
      at += 1
      var list: [LeafAttribute] = []
      if take("]") { return .list(list) }
      repeat { list.append(try value(depth: depth + 1)) } while take(",")
      try expect("]")
      return .list(list)
    default: return try word()
    }
  }

  /// A number, or one of the three words. Numbers that aren't finite are written as in Python.
  private mutating func word() throws(LeafError) -> LeafAttribute {
    let start = at
    while at < bytes.count, !",]} \n\r\t".utf8.contains(bytes[at]) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    switch word {
    case "null": return .none
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "NaN": return .float(.nan)
    case "Infinity": return .float(.infinity)
    case "-Infinity": return .float(-.infinity)
    default:
      // Swift accepts more than JSON allows: "+1", "0x1p3", "inf".
      guard word.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), word.utf8.first != UInt8(ascii: "+"),
        let number = Double(word)
      else { throw fault() }
      return Int(word).map { .int($0) } ?? .float(number)
    }
  }

  private mutating func string() throws(LeafError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      if bytes[at] == UInt8(ascii: "\\") {
        at += 1
        text += Array(String(try escape()).utf8)
      } else {
        text.append(bytes[at])
        at += 1
      }
    }
    try expect("\"")
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape() throws(LeafError) -> Unicode.Scalar {
    guard at < bytes.count else { throw fault() }
    let letter = bytes[at]
    at += 1
    switch letter {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "u"):
      let high = try hexadecimal()
      guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) ?? "\u{FFFD}" }
      guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
        return "\u{FFFD}"
      }
      at += 2
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    default: return Unicode.Scalar(letter)
    }
  }

  private mutating func hexadecimal() throws(LeafError) -> UInt32 {
    guard at + 4 <= bytes.count, let value = UInt32(String(decoding: bytes[at..<(at + 4)], as: UTF8.self), radix: 16)
    else { throw fault() }
    at += 4
    return value
  }

  private mutating func skipBlanks() {
    while at < bytes.count, " \n\r\t".utf8.contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(LeafError) {
    guard take(character) else { throw fault() }
  }

  private func fault() -> LeafError { LeafError("the host's description of the module is not JSON, at byte \(at)") }
}
