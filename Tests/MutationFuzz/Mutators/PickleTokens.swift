/// A pickle as a list of its instructions, each with what it carries.
struct PickleTokens {
  /// How the argument of an instruction is written.
  enum Form: Hashable {
    case nothing
    /// A number of so many bytes.
    case number(Int)
    /// A length of so many bytes, then as many bytes.
    case counted(Int)
    /// So many lines.
    case lines(Int)
    /// What is left of a pickle after an instruction that nobody knows.
    case rest
  }

  struct Token {
    var code: UInt8
    var form: Form
    /// Without the length.
    var payload: [UInt8]
    /// The length that is written, where it is not the right one.
    var claimed: UInt64?

    init(_ code: UInt8, _ payload: [UInt8] = []) {
      self.code = code
      form = PickleTokens.form(of: code) ?? .nothing
      self.payload = payload
    }

    init(_ character: Character, _ payload: [UInt8] = []) { self.init(character.asciiValue ?? 0, payload) }

    /// A string.
    init(text: String) { self.init("X", Array(text.utf8)) }

    /// A number of four bytes.
    init(number: Int) { self.init("J", (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }) }

    /// The name of a class or function, `module name`.
    init(global name: String) {
      self.init("c", Array((name.split(separator: " ").joined(separator: "\n") + "\n").utf8))
    }

    /// Whether it puts a value on the stack, by itself.
    var isValue: Bool { "NIJKMGX)]}\u{88}\u{89}".unicodeScalars.contains { $0.value == UInt32(code) } }

    fileprivate init(rest: ArraySlice<UInt8>) {
      code = 0
      form = .rest
      payload = Array(rest)
    }
  }

  var tokens: [Token] = []

  private static let forms: [UInt8: Form] = {
    var forms: [UInt8: Form] = [:]
    func add(_ codes: String, _ form: Form) { for code in codes.utf8 { forms[code] = form } }
    add("(.0123NdaostueblQR)]}", .nothing)
    for code: UInt8 in [0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8F, 0x90, 0x91, 0x93, 0x94] { forms[code] = .nothing }
    add("Khq", .number(1))
    add("M", .number(2))
    add("Jjr", .number(4))
    add("G", .number(8))
    add("XTB", .counted(4))
    add("UC", .counted(1))
    add("FILSVPgp", .lines(1))
    add("ci", .lines(2))
    forms[0x80] = .number(1)
    forms[0x82] = .number(1)
    forms[0x83] = .number(2)
    forms[0x84] = .number(4)
    forms[0x8A] = .counted(1)
    forms[0x8B] = .counted(4)
    forms[0x8C] = .counted(1)
    forms[0x8D] = .counted(8)
    forms[0x8E] = .counted(8)
    forms[0x95] = .number(8)
    return forms
  }()

  /// The instructions there are.
  static let codes = forms.keys.sorted()

  static func form(of code: UInt8) -> Form? { forms[code] }

  init(_ bytes: [UInt8]) {
    var at = 0
    while at < bytes.count {
      guard let token = Self.token(bytes, &at) else {
        tokens.append(Token(rest: bytes[at...]))
        return
      }
      tokens.append(token)
    }
  }

  private static func token(_ bytes: [UInt8], _ at: inout Int) -> Token? {
    guard let form = form(of: bytes[at]) else { return nil }
    var token = Token(bytes[at])
    var end = at + 1
    switch form {
    case .nothing, .rest: break
    case .number(let count): end += count
    case .counted(let count):
      guard end + count <= bytes.count else { return nil }
      let length = bytes[end..<end + count].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard length >= 0, length <= bytes.count else { return nil }
      guard end + count + length <= bytes.count else { return nil }
      token.payload = Array(bytes[end + count..<end + count + length])
      at = end + count + length
      return token
    case .lines(let count):
      for _ in 0..<count {
        guard let line = bytes[end...].firstIndex(of: 0x0A) else { return nil }
        end = line + 1
      }
    }
    guard end <= bytes.count else { return nil }
    token.payload = Array(bytes[(at + 1)..<end])
    at = end
    return token
  }

  /// The pickle.
  var bytes: [UInt8] {
    var out: [UInt8] = []
    for token in tokens {
      if token.form != .rest { out.append(token.code) }
      if case .counted(let count) = token.form {
        let length = token.claimed ?? UInt64(token.payload.count)
        for shift in 0..<count { out.append(UInt8(truncatingIfNeeded: length >> UInt64(8 * shift))) }
      }
      out += token.payload
    }
    return out
  }
}
