import Foundation
import XylemTensor

/// Archives of one line: an operator of the runtime with literals that somebody made up.
struct OperatorArchives {
  /// One operator with the types of its arguments.
  struct Called {
    let name: String
    let arguments: [(name: String, type: String, hasDefault: Bool)]
    let resultCount: Int
  }

  let operators: [Called]

  /// The operators of a list of names that this runtime has.
  init(names: [String]) {
    operators = names.compactMap { name in
      guard let schema = try? TensorOperator(fullName: name).schema else { return nil }
      return Called(
        name: schema.name, arguments: schema.arguments.map { ($0.name, $0.type.name, $0.defaultValue != nil) },
        resultCount: schema.resultCount)
    }
  }

  private static let integers = [
    "0", "1", "-1", "2", "3", "4", "5", "7", "8", "15", "40", "100", "-2", "-5", "64", "1000", "100000", "2147483647",
    "2147483648",
    "-2147483648", "4294967296", "1152921504606846976", "9223372036854775807", "-9223372036854775807",
  ]
  private static let fractions = [
    "0.", "1.", "-1.", "0.5", "2.5", "1e-30", "1e38", "-1e300", "inf", "-inf", "nan", "1e400", "-0.",
  ]
  private static let strings = [
    "\"\"", "\"mean\"", "\"sum\"", "\"none\"", "\"constant\"", "\"reflect\"", "\"ij\"", "\"linear\"", "\"trunc\"",
    "\"floor\"",
    "\"ab,bc->ac\"", "\"i,i->\"", "\"%s %d\"", "\"{} {}\"", "\"a\"", "\"größe\"", "\"fro\"", "\"nuc\"", "\"left\"",
    "\"tanh\"",
    "\"zeros\"", "\"\\x00\"", "\"...->...\"", "\"reduced\"", "\"L\"",
  ]
  private static let devices = [
    "torch.device(\"cpu\")", "torch.device(\"cuda:0\")", "torch.device(\"meta\")", "torch.device(\"cpu:9\")",
    "torch.device(\"xla\")",
    "torch.device(\"nothing\")", "torch.device(\"cpu:-1\")", "torch.device(\"\")",
  ]
  /// Tensors by the lines that make them of `x`, which has the shape [2, 4].
  private static let tensors: [(name: String, line: String)] = [
    ("x", ""), ("x", ""), ("integers", "torch.to(torch.mul(x, 10), 4)"), ("flags", "torch.gt(x, 0)"),
    ("empty", "torch.slice(x, 0, 0, 0, 1)"), ("scalar", "torch.sum(x)"), ("vector", "torch.select(x, 0, 0)"),
    ("images", "torch.unsqueeze(torch.unsqueeze(x, 0), 0)"), ("square", "torch.matmul(torch.t(x), x)"),
    ("half", "torch.to(x, 5)"),
    ("double", "torch.to(x, 7)"), ("numbers", "torch.complex(x, x)"), ("bytes", "torch.to(torch.mul(x, 100), 0)"),
    ("wide", "torch.expand(torch.select(x, 0, 0), [3, 2, 4])"), ("brain", "torch.to(x, 15)"), ("nans", "torch.log(x)"),
    ("volume", "torch.ones([1, 2, 3, 4, 5])"), ("nothing", "torch.slice(torch.select(x, 0, 0), 0, 0, 0, 1)"),
    ("index", "torch.to(torch.gt(x, 0), 4)"), ("sparse", "torch.to_sparse(x)"),
    ("far", "torch.add(torch.to(x, 4), 1000000)"),
  ]

  /// An archive whose model gives an operator's result.
  func archive(_ numbers: inout SeededNumbers) -> [UInt8] {
    let called = numbers.pick(operators)
    var used: [String] = []
    let cut =
      numbers.chance(60)
      ? called.arguments.firstIndex { $0.hasDefault } ?? called.arguments.count
      : numbers.below(called.arguments.count + 1)
    var words: [String] = []
    for (index, argument) in called.arguments.enumerated() {
      let isNamed = index >= cut
      if argument.hasDefault, numbers.chance(40) {
        if isNamed { continue } else if words.count == index, numbers.chance(50) { break }
      }
      let value = Self.literal(argument.type, &numbers, &used)
      words.append(isNamed ? "\(argument.name)=\(value)" : value)
    }
    let parts = called.name.split(separator: ":").map(String.init)
    let callee = parts.first == "aten" ? "torch." + (parts.last ?? "") : "ops." + parts.joined(separator: ".")
    let call = callee + "(" + words.joined(separator: ", ") + ")"
    var lines: [String] = []
    for tensor in Self.tensors
    where used.contains(tensor.name) && !tensor.line.isEmpty
      && !lines.contains(where: { $0.hasPrefix("    \(tensor.name) = ") })
    {
      lines.append("    \(tensor.name) = \(tensor.line)")
    }
    switch called.resultCount {
    case 0: lines += ["    _0 = " + call, "    return x"]
    case 1: lines += ["    return " + call]
    default:
      let names = (0..<called.resultCount).map { "_\($0)" }.joined(separator: ", ")
      lines += ["    \(names) = " + call, "    return [_0]"]
    }
    return Self.archive(body: lines.joined(separator: "\n"))
  }

  /// An archive whose root has nothing but a `forward` of one tensor.
  private static func archive(body: String) -> [UInt8] {
    let code = """
      class Root(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self: __torch__.Root,
          x: Tensor):
      \(body)

      """
    var pickle = PickleTokens([])
    pickle.tokens = [
      .init(0x80, [2]), .init(global: "__torch__ Root"), .init("q", [0]), .init(")"), .init(0x81), .init("}"),
      .init("("),
      .init(text: "training"), .init(0x88), .init("u"), .init("b"), .init("q", [1]), .init("."),
    ]
    var zip = ZipImage()
    for (name, contents) in [
      ("data.pkl", pickle.bytes), ("code/__torch__.py", Array(code.utf8)), ("constants.pkl", [0x80, 2, 0x29, 0x2E]),
      ("version", Array("3\n".utf8)),
    ] { zip.records.append(.init(name: Array(("m/" + name).utf8), contents: contents)) }
    return zip.bytes()
  }

  private static func literal(_ type: String, _ numbers: inout SeededNumbers, _ used: inout [String]) -> String {
    if numbers.chance(4) {
      let other = numbers.pick(["Tensor", "int", "float", "str", "List[int]", "List[Tensor]", "None", "bool", "Device"])
      if other != type { return literal(other, &numbers, &used) }
    }
    switch type {
    case "Tensor":
      let tensor = numbers.pick(tensors).name
      used.append(tensor)
      return tensor
    case "int", "SymInt":
      return numbers.chance(60) ? numbers.pick(Array(integers.prefix(10))) : numbers.pick(integers)
    case "float": return numbers.pick(fractions)
    case "bool": return numbers.pick(["True", "False"])
    case "str": return numbers.pick(strings)
    case "Device": return numbers.pick(devices)
    case "number", "Scalar": return numbers.chance(50) ? numbers.pick(fractions) : numbers.pick(integers)
    case "complex": return "annotate(complex, \(numbers.pick(["1j", "0j", "1e300j"])))"
    default: return composite(type, &numbers, &used)
    }
  }

  private static func composite(_ type: String, _ numbers: inout SeededNumbers, _ used: inout [String]) -> String {
    func inner(_ prefix: String) -> String? {
      type.hasPrefix(prefix + "[") && type.hasSuffix("]") ? String(type.dropFirst(prefix.count + 1).dropLast()) : nil
    }
    if let element = inner("Optional") { return numbers.chance(40) ? "None" : literal(element, &numbers, &used) }
    if let element = inner("List") {
      let count = numbers.below(5)
      if count == 0 { return "annotate(\(element.count > 1 ? type : "List[int]"), [])" }
      return "[" + (0..<count).map { _ in literal(element, &numbers, &used) }.joined(separator: ", ") + "]"
    }
    if let elements = inner("Tuple") {
      let parts = elements.split(separator: ",").map {
        literal($0.trimmingCharacters(in: .whitespaces), &numbers, &used)
      }
      return "(" + parts.joined(separator: ", ") + ",)"
    }
    if type.hasPrefix("Dict[") { return numbers.pick(["annotate(Dict[str, int], {})", "{\"a\": 1}", "{1: x}"]) }
    if ["t", "t1", "t2", "tVal", "Any", "AnyClassType", "AnyEnumType"].contains(type) {
      return literal(numbers.pick(["Tensor", "int", "str", "float", "List[int]", "Optional[Tensor]"]), &numbers, &used)
    }
    return "None"
  }
}
