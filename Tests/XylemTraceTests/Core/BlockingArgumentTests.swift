import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Arguments of `forward` that have no default, and decide what is computed.
@Suite("Arguments that stop a trace", .needsRuntime)
struct BlockingArgumentTests {
  private func model(_ type: String, _ condition: String) throws -> ScriptModel {
    let source = """
      class Net(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def forward(self, x: Tensor, value: \(type)) -> Tensor:
          if \(condition):
            y = torch.neg(x)
          else:
            y = torch.abs(x)
          return y

      """
    return try ScriptModel(ScriptArchive(source: source, root: "Net"))
  }

  @Test(
    "one is named, with the option that gives its value, and with that value the model is traced",
    arguments: [
      ("Optional[Tensor]", "torch.__isnot__(value, None)", "null  # if it is never given", NodeInput.none),
      ("bool", "value", "true  # or false, if it never changes", .bool(true)),
      ("int", "torch.gt(value, 0)", "1  # or another number, if it never changes", .int(1)),
      ("float", "torch.gt(value, 0.5)", "1.0  # or another number, if it never changes", .float(1)),
      ("str", "torch.eq(value, \"text\")", "\"text\"  # its constant value", .string("text")),
    ] as [(String, String, String, NodeInput)])
  func named(type: String, condition: String, remedy: String, value: NodeInput) throws {
    let model = try model(type, condition)
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceControlFlow)
    #expect(error?.message.hasSuffix("depends on the argument 'value'") == true, "\(error as Any)")
    let literal: [String: String] = [
      "null": ".none", "true": ".bool(true)", "1": ".int(1)", "1.0": ".float(1.0)", "\"text\"": ".string(\"text\")",
    ]
    let parts = remedy.split(separator: "  # ").map(String.init)
    let swift = try #require(literal[parts[0]])
    #expect(error?.remedies.first == "TraceOptions(concrete: [\"value\": \(swift)])  // \(parts[1])")
    let typed = #expect(throws: XylemError.self) {
      try Audience.$current.withValue(.commandLine) { try model.trace() }
    }
    #expect(typed?.remedies.first == "--concrete value=\(remedy)")
    let trace = try model.trace(TraceOptions(concrete: ["value": value]))
    #expect(trace.nodeNames == ["x", value == NodeInput.none ? "abs" : "neg"])
  }
}
