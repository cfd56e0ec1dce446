import Testing
import XylemGraph
import XylemTestSupport

@Suite struct NodeInputDescriptionTests {
  @Test(arguments: [
    (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-2.5, "-2.5"), (0.1, "0.1"), (100, "100.0"), (1e-4, "0.0001"),
    (1e-5, "1e-05"), (1.5e-5, "1.5e-05"), (1.25e-10, "1.25e-10"), (123456.789, "123456.789"),
    (1e15, "1000000000000000.0"), (9_999_999_999_999_998, "9999999999999998.0"), (1e16, "1e+16"),
    (18_014_398_509_481_984, "1.8014398509481984e+16"), (1e22, "1e+22"), (1e100, "1e+100"),
    (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
    (.leastNormalMagnitude, "2.2250738585072014e-308"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
    (0.001234, "0.001234"), (1 / 3, "0.3333333333333333"),
  ])
  func `a number is written as Python's repr does`(number: Double, text: String) {
    #expect(NodeInput.float(number).description == text)
  }

  @Test func `a number's description reads back as the same number`() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<10_000 {
      let number = Double(bitPattern: random.next())
      guard !number.isNaN else { continue }
      let text = NodeInput.float(number).description
      #expect(Double(text)?.bitPattern == number.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    (1.0, 2.0, "(1+2j)"), (0, 2, "2j"), (-0.0, 2, "(-0+2j)"), (0, -0.0, "-0j"), (1.5, -2.5, "(1.5-2.5j)"),
    (.nan, .infinity, "(nan+infj)"), (1, -.infinity, "(1-infj)"), (0, .nan, "nanj"), (1e16, 1e-5, "(1e+16+1e-05j)"),
  ])
  func `a complex number is written as Python's repr does`(real: Double, imaginary: Double, text: String) {
    #expect(NodeInput.complex(real, imaginary).description == text)
  }

  @Test(arguments: [
    ("", "''"), ("mean", "'mean'"), ("it's", "\"it's\""), ("\"", "'\"'"), ("'\"", "'\\'\"'"), ("\\", "'\\\\'"),
    ("a\n\r\tb", "'a\\n\\r\\tb'"), ("\u{0}\u{7F}", "'\\x00\\x7f'"), ("\u{A0}", "'\\xa0'"), ("\u{202E}", "'\\u202e'"),
    ("\u{E0001}", "'\\U000e0001'"), ("层é", "'层é'"), ("👍", "'👍'"),
  ])
  func `a string is quoted as Python's repr does`(text: String, literal: String) {
    #expect(NodeInput.string(text).description == literal)
  }

  @Test(arguments: [
    (NodeInput.none, "None"), (.bool(true), "True"), (.bool(false), "False"), (.int(-3), "-3"),
    (.int(.min), "-9223372036854775808"), (.device("cpu"), "device(type='cpu')"),
    (.device("cuda:1"), "device(type='cuda', index=1)"), (.device("a:b:c"), "device(type='a:b:c')"),
    (.node(NodeID(7)), "%7"), (.list([]), "[]"), (.list([.int(1), .none]), "[1, None]"), (.tuple([], names: nil), "()"),
    (.tuple([.int(1)], names: nil), "(1,)"), (.tuple([.int(1), .int(2)], names: nil), "(1, 2)"),
    (.tuple([.int(1), .int(2)], names: ["x", "y"]), "(x=1, y=2)"), (.tuple([.int(1)], names: []), "(1,)"),
    (.dictionary([]), "{}"),
    (
      .dictionary([.init(key: .string("a"), value: .int(1)), .init(key: .int(2), value: .list([]))]), "{'a': 1, 2: []}"
    ),
    (.module(""), "<module>"), (.module("encoder.0"), "<module encoder.0>"),
    (.constant(CodeReference(function: "__torch__.f", statement: 3)), "<constant __torch__.f#3>"),
  ])
  func `an argument is written as a Python literal`(argument: NodeInput, text: String) {
    #expect(argument.description == text)
  }

  @Test func `nodes have the names that the closure gives them, in every structure`() {
    let argument = NodeInput.list([
      .node(NodeID(1)), .tuple([.node(NodeID(2))], names: ["x"]),
      .dictionary([.init(key: .node(NodeID(3)), value: .node(NodeID(4)))]),
    ])
    #expect(argument.description { "n\($0.rawValue)" } == "[n1, (x=n2), {n3: n4}]")
    #expect(argument.description == "[%1, (x=%2), {%3: %4}]")
  }
}
