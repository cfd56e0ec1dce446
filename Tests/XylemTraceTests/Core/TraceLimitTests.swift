import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Models that would take all memory or time there is while they are traced.
@Suite("Limits of a trace", .needsRuntime)
struct TraceLimitTests {
  private func model(_ body: String, more: String = "", methods: String = "") throws -> ScriptModel {
    func indented(_ text: String, _ by: Int) -> String {
      text.split(separator: "\n").map { String(repeating: " ", count: by) + $0 }.joined(separator: "\n")
    }
    let source = """
      \(more)
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> Tensor:
      \(indented(body, 4))
      \(indented(methods, 2))

      """
    return try ScriptModel(ScriptArchive(source: source, root: "Net"))
  }

  @Test(
    "what grows without end is given up by its size",
    arguments: [
      "s = \"a\"\nfor i in range(60):\n  s = torch.add(s, s)\nreturn torch.add(x, torch.len(s))",
      "l = [1]\nfor i in range(60):\n  l = torch.add(l, l)\nreturn torch.add(x, torch.len(l))",
      // Computed in a loop, or the compiler makes the string itself.
      "n = 1\nfor i in range(10):\n  n = torch.mul(n, 10)\ns = torch.center(\"a\", n, \" \")\nreturn torch.add(x, torch.len(s))",
      "l = torch.mul([0], 10000000000)\nreturn torch.add(x, torch.len(l))",
      "n = 1\nfor i in range(10):\n  n = torch.mul(n, 10)\ns = torch.ljust(\"a\", n, \" \")\nreturn torch.add(x, torch.len(s))",
      "s = \"ab\"\nfor i in range(60):\n  s = torch.replace(s, \"a\", \"aa\", -1)\nreturn torch.add(x, torch.len(s))",
      "s = \"a\"\nfor i in range(60):\n  s = torch.format(\"{}{}\", s, s)\nreturn torch.add(x, torch.len(s))",
      "l = annotate(List[int], [])\nfor i in range(1000):\n  l0 = torch.mul([i], 100000)\n  _0 = torch.extend(l, l0)\nreturn torch.add(x, torch.len(l))",
    ])
  func bytes(_ body: String) throws {
    let model = try model(body)
    let error = #expect(throws: XylemError.self) {
      try model.trace(TraceOptions(limits: TraceLimits(bytes: 16 << 20, seconds: 60)))
    }
    #expect(error?.id == .traceLimit)
    #expect(error?.message == "the trace was stopped after 16 MiB")
  }

  @Test("endless loops end by the time limit or the statement limit")
  func rounds() throws {
    let endless = try model("n = 0\nwhile True:\n  n = torch.add(n, 1)\nreturn torch.add(x, n)")
    let late = #expect(throws: XylemError.self) {
      try endless.trace(TraceOptions(limits: TraceLimits(seconds: 0.2)))
    }
    #expect(late?.id == .traceLimit)
    #expect(late?.message == "the trace was stopped after 0.2 seconds")
    let long = #expect(throws: XylemError.self) { try endless.trace(TraceOptions(statementLimit: 500)) }
    #expect(long?.message == "the trace was stopped after 501 statements")
    let empty = try model("while True:\n  pass\nreturn x")
    let idle = #expect(throws: XylemError.self) { try empty.trace(TraceOptions(limits: TraceLimits(seconds: 0.2))) }
    #expect(idle?.id == .traceLimit)
    let counted = try model("n = 0\nfor i in range(1000000000000):\n  n = torch.add(n, 1)\nreturn torch.add(x, n)")
    #expect(throws: XylemError.self) { try counted.trace(TraceOptions(makesLeaves: true, statementLimit: 500)) }
  }

  @Test(
    "containers within themselves, or very deep, are an error",
    arguments: [
      "l = annotate(List[Any], [])\n_0 = torch.append(l, l)\n_1 = torch.append(l, x)\ny = torch.neg(x)\nreturn l",
      "l = annotate(List[Any], [1])\nfor i in range(20000):\n  m = annotate(List[Any], [])\n  _0 = torch.append(m, l)\n  l = m\nreturn l",
      "l = annotate(List[Any], [1])\n_0 = torch.append(l, l)\ns = torch.format(\"{}\", l)\nreturn [s]",
      "l = annotate(Any, 1)\nfor i in range(100000):\n  l = annotate(Any, (l, i))\ns = torch.format(\"{}\", l)\nreturn [s]",
    ])
  func deepContainers(_ body: String) throws {
    let source = """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor) -> List[Any]:
          \(body.replacing("\n", with: "\n    "))

      """
    let model = try ScriptModel(ScriptArchive(source: source, root: "Net"))
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceUnsupported)
  }

  /// `a` is a list or tuple that holds the one before it twice, sixty times over.
  private static let doubled = [
    "a = annotate(List[Any], [1])\nfor i in range(60):\n  a = annotate(List[Any], [a, a])",
    "a = annotate(List[Any], [x])\nfor i in range(60):\n  a = annotate(List[Any], [a, a])",
    "a = annotate(Any, (1, 2))\nfor i in range(60):\n  a = annotate(Any, (a, a))",
    "a = annotate(Any, (x, 2))\nfor i in range(60):\n  a = annotate(Any, (a, a))",
    "a = annotate(Any, 1)\nfor i in range(60):\n  d = annotate(Dict[str, Any], {\"k\": a, \"l\": a})\n  a = annotate(Any, d)",
  ]

  @Test(
    "containers that share others are created, inspected and released quickly", .timeLimit(.minutes(1)),
    arguments: doubled)
  func sharedContainers(_ body: String) throws {
    let model = try model(body + "\nb = annotate(List[Any], [a])\nreturn torch.add(x, torch.len(b))")
    #expect(try model.trace().nodeNames == ["x", "add"])
    // The captures of a region are copied; its containers are inspected first.
    let branch =
      body + "\nif bool(torch.gt(torch.sum(x), 0)):\n  y = self.f(annotate(List[Any], [a]))\nelse:\n  y = x\nreturn y"
    let kept = try self.model(
      branch, methods: "def f(self, a: List[Any]) -> Tensor:\n  return torch.zeros([torch.len(a)])")
    #expect(throws: XylemError.self) { try kept.trace(TraceOptions(makesLeaves: true)) }
  }

  @Test(
    "an operation with all their elements is stopped by its size", .timeLimit(.minutes(1)), arguments: doubled
  )
  func sharedElements(_ body: String) throws {
    let model = try model(body + "\nreturn torch.add(x, torch.len(torch.format(\"{}\", a)))")
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceLimit)
    #expect(error?.message == "the trace was stopped after 1024 MiB")
  }

  @Test("very deep containers are released")
  func deepContainersEnd() throws {
    let model = try model(
      """
      l = annotate(List[Any], [1])
      for i in range(100000):
        m = annotate(List[Any], [])
        _0 = torch.append(m, l)
        l = m
      return torch.add(x, torch.len(l))
      """)
    #expect(try model.trace().nodeNames == ["x", "add"])
  }

  @Test("large tensors are nodes: tracing makes none")
  func tensors() throws {
    let model = try model("y = torch.zeros([1000000, 1000000])\nreturn torch.add(x, torch.sum(y))")
    #expect(try model.trace().nodeNames == ["x", "zeros", "sum", "add"])
  }

  @Test("the limits leave a model alone that stays below them")
  func belowLimits() throws {
    let model = try model(
      "s = \"a\"\nfor i in range(10):\n  s = torch.add(s, s)\nreturn torch.add(x, torch.len(s))")
    #expect(try model.trace().nodeNames == ["x", "add"])
  }

  @Test("functions that call each other too deeply are an error, in leaves too")
  func deepCalls() throws {
    var methods = "def f300(self, x: Tensor) -> Tensor:\n  return torch.neg(x)"
    for number in (0..<300).reversed() {
      methods += "\ndef f\(number)(self, x: Tensor) -> Tensor:\n  return self.f\(number + 1)(x)"
    }
    let model = try model("return self.f0(x)", methods: methods)
    for makesLeaves in [false, true] {
      let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(makesLeaves: makesLeaves)) }
      #expect(error?.id == .traceRecursion)
    }
  }

  @Test("so are blocks within blocks")
  func deepBlocks() throws {
    var body = ""
    for depth in 0..<300 {
      body += String(repeating: "  ", count: depth) + "if bool(torch.gt(torch.sum(x), \(depth))):\n"
    }
    body += String(repeating: "  ", count: 300) + "y = torch.neg(x)\n"
    for depth in (0..<300).reversed() {
      body += String(repeating: "  ", count: depth) + "else:\n"
      body += String(repeating: "  ", count: depth + 1) + "y = x\n"
    }
    let model = try model(body + "return y")
    let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(makesLeaves: true)) }
    #expect(error?.id == .traceRecursion)
  }

  @Test("a container that code kept whole reaches in two ways, and changes, is refused")
  func twoWays() throws {
    let body = """
      a = [x]
      b = [a]
      if bool(torch.gt(torch.sum(x), 0)):
        _0 = torch.append(a, x)
        _1 = torch.append(b, a)
      else:
        pass
      return torch.add(x, torch.add(torch.len(a), torch.len(b)))
      """
    let model = try model(body)
    let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(makesLeaves: true)) }
    #expect(error?.id == .traceUnsupported)
    #expect(error?.message.contains("reaches in two ways") == true)
  }

  @Test("a list that a block may have changed as part of a tuple is not treated as unchanged")
  func partOfATuple() throws {
    let body = """
      t = self.pair(x)
      if bool(torch.gt(torch.sum(x), 0)):
        _0 = torch.append((t)[0], x)
      else:
        pass
      return torch.add(x, torch.len((t)[0]))
      """
    let methods = """
      def pair(self, x: Tensor) -> Tuple[List[Tensor], int]:
        return ([x], 1)
      """
    let model = try model(body, methods: methods)
    let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(makesLeaves: true)) }
    #expect(error?.id == .traceUnsupported)
    #expect(error?.message.contains("through another container") == true)
  }

  @Test("a list that a block may have changed as part of another is not treated as unchanged")
  func partOfAnother() throws {
    let body = """
      a = [x]
      b = [a]
      if bool(torch.gt(torch.sum(x), 0)):
        _0 = torch.append(b[0], x)
      else:
        pass
      return torch.add(x, torch.len(a))
      """
    let model = try model(body)
    let error = #expect(throws: XylemError.self) { try model.trace(TraceOptions(makesLeaves: true)) }
    #expect(error?.id == .traceUnsupported)
    #expect(error?.message.contains("through another container") == true)
  }
}
