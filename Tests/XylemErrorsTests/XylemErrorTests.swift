import Testing
import XylemErrors

@Suite struct XylemErrorTests {
  @Test func `a description without a place is one line with the id`() {
    let error = XylemError(.fileNotFound, "there is no file model.pt")
    #expect(String(describing: error) == "there is no file model.pt (file.not-found)")
  }

  @Test func `a description with everything known is a tree in a fixed order`() {
    let cause = XylemError(.runtimeOperator, "aten::relu failed", at: .init(file: "libtorch.so"))
    let error = XylemError(
      .traceControlFlow, "the condition of this 'if' depends on the input",
      at: .init(
        modulePath: "encoder.0", moduleType: "Conv2dSame", node: "encoder.0.if", source: "conv2d_same.py:31",
        file: "model.pt"),
      cause: cause, remedies: ["--leaf Conv2dSame", "--auto-leaf"])
    #expect(
      error.description == """
        the condition of this 'if' depends on the input (trace.control-flow)
          module: encoder.0 (Conv2dSame)
          node: encoder.0.if
          source: conv2d_same.py:31
          file: model.pt
          cause: aten::relu failed (runtime.operator)
              file: libtorch.so
          try: --leaf Conv2dSame
          try: --auto-leaf
        """)
  }

  @Test func `an empty module path is the root module`() {
    #expect(
      XylemError(.traceRaised, "it raised", at: .init(modulePath: "")).description == """
        it raised (trace.raised)
          module: the root module
        """)
    #expect(
      XylemError(.traceRaised, "it raised", at: .init(modulePath: "", moduleType: "Net")).description == """
        it raised (trace.raised)
          module: the root module (Net)
        """)
  }

  @Test func `a module's type without a path is not shown`() {
    #expect(
      XylemError(.traceRaised, "it raised", at: .init(moduleType: "Net")).description == "it raised (trace.raised)")
  }

  @Test func `an empty cause adds no line, and empty lines of a cause are dropped`() {
    struct Silent: Error, CustomStringConvertible { var description: String }
    #expect(XylemError(.usage, "no", cause: Silent(description: "")).description == "no (usage)")
    #expect(
      XylemError(.usage, "no", cause: Silent(description: "one\n\ntwo")).description == """
        no (usage)
          cause: one
            two
        """)
  }

  @Test func `long messages, and causes of long or many lines, are cut, and the id stays`() {
    let long = String(repeating: "a", count: 100_000)
    let cause = Reason(long + "\n" + String(repeating: "b\n", count: 1_000))
    let lines = XylemError(.usage, long, cause: cause).description.split(separator: "\n")
    #expect(lines[0] == long.prefix(1_000) + "… (usage)")
    #expect(lines[1] == "  cause: " + long.prefix(1_000) + "…")
    #expect(lines[2] == "    b" && lines.count == 62)
    #expect(lines.last == "    … and 941 more lines")
  }

  @Test func `only the first three remedies are kept`() {
    let error = XylemError(.usage, "no", remedies: ["a", "b", "c", "d"])
    #expect(error.remedies == ["a", "b", "c"])
  }
}
