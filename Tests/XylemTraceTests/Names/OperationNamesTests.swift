import Testing
import XylemScript
import XylemTestSupport

@testable import XylemTrace

/// The names of operators, from the archive's name and from the source where the spelling counts.
@Suite struct OperationNamesTests {
  @Test(arguments: [
    ("add", "add"), ("add_", "add"), ("__getitem__", "getitem"), ("__and__", "and"), ("__isnot__", "isnot"),
    ("Int", "int"), ("IntImplicit", "int"), ("ScalarImplicit", "item"), ("NumToTensor", "tensor"),
    ("__range_length", "len"), ("__derive_index", "getitem"), ("_", "_"), ("____", "___"), ("relu6", "relu6"),
  ])
  func `exact names drop the underscores of the language and of writing`(_ short: String, _ expected: String) {
    #expect(OperationNames.exact(short) == expected)
  }

  /// As torch.fx names the line's node in the model's own source.
  @Test(arguments: [
    ("size", "x.size(0)", "size"), ("size", "x.shape", "getattr"), ("dim", "x.ndim", "getattr"),
    ("dim", "x.dim()", "dim"),
    ("device", "x.device", "getattr"), ("div", "x / y", "truediv"), ("div", "torch.div(x, y)", "div"),
    ("div", "torch.true_divide(x, y)", "true_divide"), ("div_", "x /= y", "truediv"), ("div_", "x.div_(y)", "div_"),
    ("add_", "x += y", "add"), ("add_", "x.add_(y)", "add_"), ("add", "x.add(y)", "add"),
    ("mul", "x.multiply(y)", "multiply"), ("mul", "x * y", "mul"), ("cat", "torch.concat([x, y])", "concat"),
    ("floor_divide", "x // y", "floordiv"), ("floor_divide", "torch.floor_divide(x, y)", "floor_divide"),
    ("remainder", "x % y", "mod"), ("remainder", "torch.remainder(x, y)", "remainder"), ("__and__", "x & y", "and_"),
    ("transpose", "x.swapaxes(0, 1)", "swapaxes"), ("clamp", "torch.clip(x, 0.5, 3.5)", "clip"),
    ("bitwise_not", "~x", "invert"), ("bitwise_not", "torch.bitwise_not(x)", "bitwise_not"),
    ("bitwise_and", "x &= 3", "and_"), ("bitwise_or", "x |= 1", "or_"), ("bitwise_xor", "x ^= 2", "xor"),
    ("__xor__", "x ^ y", "xor"), ("__or__", "x | y", "or_"), ("fmod_", "x %= 3", "mod"),
    ("fmod", "torch.fmod(x, 3.0)", "fmod"), ("to", "x.float()", "float"), ("to", "(x * 2.5).half()", "half"),
    ("to", "x.to(y.dtype)", "to"), ("bernoulli_", "x.new_empty([2]).bernoulli_(1.0 - self.p)", "bernoulli_"),
    ("div_", "x.div_(self.scale)", "div_"), ("sub", "torch.neg(x).abs().sub(1.5)", "sub"),
    ("transpose", "x.transpose(0, 1)", "transpose"),
  ])
  func `torchvision's names follow the spelling`(_ short: String, _ text: String, _ expected: String) {
    let source = ScriptSource(file: "net.py", line: 3, text: text)
    #expect(OperationNames.torchvision(short, source: source) == expected)
    let isSpelled = OperationNames.torchvision(short, source: .init(file: "net.py", line: 3, text: "")) != expected
    #expect(!isSpelled || OperationNames.dependsOnSource(short), "\(short)")
  }

  @Test(.needsRuntime) func `an archive's operators have the names that torchvision gives to Python's`() throws {
    let model = try ScriptModel(path: Fixtures.path("goldens/spelled_operators.pt"))
    let golden = try Fixtures.object("goldens/spelled_operators.json")
    for mode in Mode.allCases {
      let names = try model.trace(TraceOptions(mode: mode, naming: .torchvision)).nodeNames
      #expect(names == golden[mode.rawValue] as? [String])
    }
  }

  @Test func `functions have the last component of their names, and archives' private ones their public names`() {
    #expect(OperationNames.function("torch.nn.functional.relu") == "relu")
    #expect(OperationNames.function("torch.nn.functional._max_pool2d") == "max_pool2d")
    #expect(OperationNames.function("relu") == "relu")
  }

  @Test(arguments: [
    ("__torch__.net.___torch_mangle_3.Net", "net.Net"), ("__torch__.Net", "Net"), ("net.Net", "net.Net"),
    ("__torch__.torch.nn.modules.conv.Conv2d", "torch.nn.modules.conv.Conv2d"), ("", ""),
    ("__torch__.___torch_mangle_12.torch_net.Net", "torch_net.Net"),
  ])
  func `type names are readable without the archive's additions`(_ name: String, _ expected: String) {
    #expect(TypeName.readable(name) == expected)
  }
}
