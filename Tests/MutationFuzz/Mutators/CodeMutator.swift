/// Damages the code of archives, mostly so that it still compiles or nearly does.
struct CodeMutator {
  /// Names of operators, without namespaces and overloads.
  let operators: [String]

  private static let numbers = [
    "0", "1", "-1", "2", "3", "64", "1000", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
    "-9223372036854775807", "-9223372036854775808", "9223372036854775808", "99999999999999999999999", "1e309", "-0.0",
    "0.5", "1e-320", "inf", "nan", "1j", "1_000", "0x10", "00", "1.", ".5", String(repeating: "7", count: 400),
  ]

  private static let words = [
    "self", "x", "None", "True", "False", "torch", "ops", "annotate(List[int], [])", "uninitialized(Tensor)",
    "unchecked_cast(Tensor, x)", "isinstance(x, [Tensor, int])", "CONSTANTS.c0", "CONSTANTS.c999", "[]", "{}", "()",
    "[x]",
    "(x, x)", "\"a\"", "getattr(self, \"0\")", "__torch__.Root", "self.training", "x.shape", "x.dtype", "x[0]", "x[-1]",
    "x[5:0:-1]", "x[0, None, ...]", "range(5)", "len(x)", "int(x)", "float(x)", "bool(x)", "str(x)",
    "torch.device(\"cuda\")",
    "fork(self, x)", "-x", "x.T", "not x", "x if True else x", "lambda: x", "super", "print", "_0",
    "ops.aten.add(x, x)",
    "1 // 0", "1 % 0", "-1 // 0", "2 ** 70", "2 ** -1", "1 << 70", "\"a\" * 3", "[1] * 3", "\"%s\" % x",
    "\"{}\".format(x)",
  ]

  private static let types = [
    "Tensor", "int", "float", "bool", "str", "complex", "number", "Device", "NoneType", "Any", "List[int]",
    "List[Tensor]",
    "Optional[Tensor]", "Optional[int]", "Dict[str, Tensor]", "Dict[int, List[Tensor]]", "Tuple[Tensor, int]",
    "Tuple[()]",
    "Future[Tensor]", "Union[Tensor, int]", "List[List[List[int]]]", "RRef[Tensor]", "Generator", "Stream",
    "Final[int]",
    "InterfaceType", "__torch__.Nothing", "Dict[Tensor, Tensor]", "Optional[Optional[int]]", "List[", "Await[Tensor]",
  ]

  private static let statements = [
    "pass", "return x", "raise Exception", "ops.prim.RaiseException(\"AssertionError: no\")", "assert False",
    "assert x is not None, \"no\"", "print(x)", "x = torch.add(x, 1)", "x = self.forward(x, )", "_7 = torch.add_(x, 1)",
    "while True:\n%  pass", "_b = True\n%while _b:\n%  _b = True",
    "_b = True\n%while _b:\n%  _b = bool(torch.gt(torch.sum(x), 0))",
    "for _i in range(9223372036854775807):\n%  pass", "for _i in range(3):\n%  x = torch.add(x, _i)",
    "if True:\n%  pass",
    "if bool(torch.any(x)):\n%  x = torch.neg(x)\n%else:\n%  x = torch.abs(x)", "_l = [1]\n%_8 = torch.append(_l, 2)",
    "_l = annotate(List[Any], [])\n%_8 = torch.append(_l, _l)", "_d = annotate(Dict[str, Any], {})\n%_d[\"a\"] = _d",
    "_s = \"ab\"\n%for _i in range(60):\n%  _s = torch.add(_s, _s)",
    "_l = [1]\n%for _i in range(60):\n%  _l = torch.add(_l, _l)",
    "_f = fork(self, x, )", "with torch.no_grad():\n%  pass", "self.training = False", "x = self.x", "del x",
    "global x",
    "_t = (x, x)\n%for _i in range(50):\n%  _t = (_t[0], _t[1])", "break", "continue", "import os", "def g():\n%  pass",
    "_u = annotate(Optional[Tensor], None)\n%x = unchecked_cast(Tensor, _u)", "x, _y = (x, x)",
    "x, _y, = torch.split(x, 1)",
    "_9 = x.forward(x)", "x = ops.prim.data(x)", "x = ops.prim.device(x)",
    "_z = uninitialized(List[Tensor])\n%x = _z[0]",
  ]

  /// Damages code in a few places.
  func mutate(_ code: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    if numbers.chance(4) { return PickleMutator.flipped(code, &numbers) }
    var text = String(decoding: code, as: UTF8.self)
    for _ in 0..<numbers.count(upTo: 6) {
      text = numbers.chance(40) ? lineStep(text, &numbers) : tokenStep(text, &numbers)
    }
    return Array(text.utf8)
  }

  /// A literal that replaces a token: a number, a word or an operator.
  private func replacement(of token: String, among tokens: [String], _ numbers: inout SeededNumbers) -> String {
    switch numbers.below(8) {
    case 0, 1: return numbers.pick(Self.numbers)
    case 2: return numbers.pick(Self.words)
    case 3: return numbers.pick(Self.types)
    case 4: return operators.isEmpty ? "add" : numbers.pick(operators)
    case 5: return Self.wrapped(token, &numbers)
    default: return numbers.pick(tokens)
    }
  }

  private func tokenStep(_ text: String, _ numbers: inout SeededNumbers) -> String {
    var tokens = Self.tokens(text)
    guard !tokens.isEmpty else { return text }
    let meaningful = tokens.indices.filter { tokens[$0].utf8.first.map { $0 > 0x20 } ?? false }
    guard !meaningful.isEmpty else { return text }
    let words = meaningful.map { tokens[$0] }
    let at = numbers.pick(meaningful)
    switch numbers.below(10) {
    case 0: tokens.remove(at: at)
    case 1: tokens.insert(tokens[at], at: at)
    case 2: tokens.swapAt(at, numbers.pick(meaningful))
    case 3:
      let calls = meaningful.filter { $0 >= 2 && tokens[$0 - 1] == "." && ["torch", "prim"].contains(tokens[$0 - 2]) }
      guard !calls.isEmpty, !operators.isEmpty else { return text }
      tokens[numbers.pick(calls)] = numbers.pick(operators)
    case 4:
      let literals = meaningful.filter { tokens[$0].utf8.first.map { (0x30...0x39).contains($0) } ?? false }
      guard !literals.isEmpty else { return text }
      tokens[numbers.pick(literals)] = numbers.pick(Self.numbers)
    case 5:
      let types = meaningful.filter {
        ["Tensor", "int", "float", "bool", "str", "List", "Optional"].contains(tokens[$0])
      }
      guard !types.isEmpty else { return text }
      tokens[numbers.pick(types)] = numbers.pick(Self.types)
    case 6:
      // A piece of it once more, elsewhere.
      let count = min(1 + numbers.below(10), tokens.count - at)
      let piece = Array(tokens[at..<at + count])
      tokens.insert(contentsOf: piece, at: numbers.pick(meaningful))
    default: tokens[at] = replacement(of: tokens[at], among: words, &numbers)
    }
    return tokens.joined()
  }

  private func lineStep(_ text: String, _ numbers: inout SeededNumbers) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let bodies = lines.indices.filter {
      lines[$0].hasPrefix("    ") && !lines[$0].hasSuffix(",") && !lines[$0].hasSuffix(":")
    }
    let attributes = lines.indices.filter { lines[$0].contains(" : ") && lines[$0].hasPrefix("  ") }
    let at = numbers.below(lines.count)
    switch numbers.below(10) {
    case 0: lines.remove(at: at)
    case 1: lines.insert(lines[at], at: at)
    case 2: lines.swapAt(at, numbers.below(lines.count))
    case 3:
      guard !bodies.isEmpty else { return text }
      let body = numbers.pick(bodies)
      let opener = numbers.pick([
        "if True:", "while True:", "for _j in range(2):", "if bool(torch.any(x)):", "with torch.no_grad():",
      ])
      let depth = numbers.pick([1, 1, 1, 3, 60, 99, 120])
      let margin = String(lines[body].prefix { $0 == " " })
      let opening = (0..<depth).map { margin + String(repeating: " ", count: 2 * $0) + opener }
      lines.replaceSubrange(body...body, with: opening + [String(repeating: " ", count: 2 * depth) + lines[body]])
    case 4:
      guard !attributes.isEmpty else { return text }
      let attribute = numbers.pick(attributes)
      let name = lines[attribute].prefix { $0 != ":" }
      lines[attribute] = name + ": " + numbers.pick(Self.types)
    case 5:
      guard !attributes.isEmpty else { return text }
      let method = numbers.pick([
        "  def __setstate__(self, state: Any) -> None:\n    while True:\n      pass",
        "  def __setstate__(self, state: Tuple[int, bool]) -> None:\n    return None",
        "  def __getstate__(self) -> int:\n    return 1", "  x : Tensor", "  weight : int",
        "  def g(self) -> int:\n    return self.g()",
        "  def __init__(self) -> None:\n    pass", "  a : Final[int] = 99999999999999999999", "  b : ClassVar[int] = 1",
      ])
      lines.insert(method, at: numbers.pick(attributes) + 1)
    case 6:
      lines[at] =
        numbers.pick(["\t", "\u{0C}", "\r", "\"", "'''", "\\", "#", "@", "\0", "é", "(", "[", "{", ")", "    "])
        + lines[at]
    default:
      guard !bodies.isEmpty else { return text }
      let body = numbers.pick(bodies)
      let margin = String(lines[body].prefix { $0 == " " })
      lines.insert(margin + numbers.pick(Self.statements).replacing("%", with: margin), at: body)
    }
    return lines.joined(separator: "\n")
  }

  private static func wrapped(_ token: String, _ numbers: inout SeededNumbers) -> String {
    let count = numbers.pick([1, 2, 30, 150, 198, 199, 300, 1200])
    switch numbers.below(7) {
    case 0: return String(repeating: "(", count: count) + token + String(repeating: ")", count: count)
    case 1: return String(repeating: "[", count: count) + token + String(repeating: "]", count: count)
    case 2: return String(repeating: "- ", count: count) + token
    case 3: return String(repeating: "not ", count: count) + token
    case 4: return ([String](repeating: token, count: count + 1)).joined(separator: " + ")
    case 5: return ([String](repeating: token, count: count + 1)).joined(separator: ", ")
    default: return token + String(repeating: "[0]", count: count)
    }
  }

  /// Words, numbers, strings and signs, and what is between them.
  private static func tokens(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var tokens: [String] = []
    var start = 0
    func isWord(_ byte: UInt8) -> Bool {
      byte == 0x5F || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
    while start < bytes.count {
      var end = start + 1
      let first = bytes[start]
      if isWord(first) {
        let isNumber = (0x30...0x39).contains(first)
        while end < bytes.count, isWord(bytes[end]) || isNumber && bytes[end] == 0x2E { end += 1 }
      } else if first == 0x20 || first == 0x0A {
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x0A { end += 1 }
      } else if first == 0x22 {
        while end < bytes.count, bytes[end] != 0x22, bytes[end] != 0x0A { end += 1 }
        end = min(end + 1, bytes.count)
      }
      tokens.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    return tokens
  }
}
