import Testing
import XylemErrors
import XylemGraph
import XylemScript
import XylemTensor
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
      ("Optional[Tensor]", "torch.__isnot__(value, None)", "value=null  # where it is never given", Argument.none),
      ("bool", "value", "value=true  # or false, where it never changes", .bool(true)),
      ("int", "torch.gt(value, 0)", "value=1  # or another number, where it never changes", .int(1)),
      ("float", "torch.gt(value, 0.5)", "value=1.0  # or another number, where it never changes", .float(1)),
      ("str", "torch.eq(value, \"text\")", "value=\"text\"  # the string that it always is", .string("text")),
    ] as [(String, String, String, Argument)])
  func named(type: String, condition: String, remedy: String, value: Argument) throws {
    let model = try model(type, condition)
    let error = #expect(throws: XylemError.self) { try model.trace() }
    #expect(error?.id == .traceControlFlow)
    #expect(error?.message.hasSuffix("depends on the argument 'value'") == true, "\(error as Any)")
    #expect(error?.remedies.first == "--concrete \(remedy)")
    let trace = try model.trace(TraceOptions(concrete: ["value": value]))
    #expect(trace.nodeNames == ["x", value == Argument.none ? "abs" : "neg"])
  }
}
