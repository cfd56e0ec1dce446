import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// `ItemAssignment` of the constructs, written in Swift.
private final class ItemAssignment: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let y = try x * 1
    try y[0] .= 5
    try y[.all, 1] .= y[.all, 2] + 1
    try y[y < 0] .= 0
    try y[1, .ellipsis] .+= 2
    try y[0, 3] .*= 3
    return y
  }
}

/// Indices that are symbolic: positions and ranges computed from sizes, and what a mask leaves.
private final class Cropping: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let (n, c, h, w) = try x.shape.four
    let margin = 1
    let center = try x[.all, .all, margin..<(h - margin), (w / 4)...]
    let last = try x[n - 1, c - 1]
    let kept = try last[last > 0.1]
    let rows = try Tensor.arange(h)[(-2)...]
    return try center.sum() + kept.sum() * last[rows].sum() + x[.ellipsis, ..<(w / 2)].mean()
  }
}

/// An index that is known only when the model runs, before another.
private final class Picking: Module {
  let index: @Sendable (Tensor) -> TensorIndex
  init(_ index: @escaping @Sendable (Tensor) -> TensorIndex) { self.index = index }
  override var entry: ModuleEntry? {
    ModuleEntry("x", "index") { (x: Tensor, index: Tensor) -> Tensor in try x[self.index(index), 1...] }
  }
}

@Suite(.needsRuntime) struct SubscriptTraceTests {
  @Test(arguments: [Naming.exact, .torchvision])
  func `reads and writes have the names that they have in an archive, and its values`(_ naming: Naming) throws {
    let archive = try ScriptModel(path: Fixtures.path("constructs/item_assignment.pt"))
    let expected = try archive.trace(TraceOptions(mode: .eval, naming: naming)).nodeNames
    let found = try SwiftModel(ItemAssignment()).trace(TraceOptions(mode: .eval, naming: naming)).nodeNames
    #expect(found == expected)
    let x = try Tensor((0..<12).map { Float($0 * 7 % 12) - 6 }, shape: [3, 4])
    let returned = try FeatureExtractor(of: archive, returning: ["output"])([.tensor(x)])["output"]?.tensor
    #expect(try ItemAssignment()(x).floats() == #require(returned).floats())
    let extractor = try FeatureExtractor(of: ItemAssignment(), returning: ["output"])
    #expect(try extractor([.tensor(x)])["output"]?.tensor?.floats() == returned?.floats())
  }

  @Test func `positions and ranges of symbolic sizes follow the input's size`() throws {
    let model = Cropping()
    let extractor = try FeatureExtractor(of: model, returning: ["output"])
    for shape in [[1, 2, 4, 8], [3, 1, 5, 6]] {
      let numbers = (0..<shape.reduce(1, *)).map { Float($0 * 7919 % 1009) / 1009 - 0.5 }
      let x = try Tensor(numbers, shape: shape)
      #expect(try extractor([.tensor(x)])["output"]?.tensor?.item() == model(x).item())
    }
  }

  private func traced(_ index: @escaping @Sendable (Tensor) -> TensorIndex, _ inputs: [Tensor]) throws -> Tensor? {
    let extractor = try FeatureExtractor(of: Picking(index), returning: ["output"])
    return try extractor(inputs.map { .tensor($0) })["output"]?.tensor
  }

  @Test func `an index of unknown kind that others follow needs to be named, and then has PyTorch's meaning`() throws {
    let x = try Tensor((0..<12).map { Float($0) }, shape: [2, 2, 3])
    let positions = try Tensor([1, 1, 0])
    let mask = try Tensor([[true, false], [false, true]])
    let unnamed = #expect(throws: XylemError.self) { try traced({ .tensor($0) }, [x, positions]) }
    #expect(unnamed?.id == .modelArgument)
    #expect(unnamed?.remedies.count == 2)
    let picked = try traced({ .positions($0) }, [x, positions])
    #expect(try picked?.sizes == [3, 1, 3] && picked?.floats() == [9, 10, 11, 9, 10, 11, 3, 4, 5])
    let masked = try traced({ .mask($0, dimensions: 2) }, [x, mask])
    #expect(try masked?.sizes == [2, 2] && masked?.floats() == [1, 2, 10, 11])
    #expect(throws: XylemError.self) { try x[.mask(mask, dimensions: 1), 0] as Tensor }
  }

  @Test func `comparisons of tensors are nodes, and are no truth value`() throws {
    final class Comparing: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor {
        let n = try x.shape[0]
        let inside = try (x > 0) & (x <= 1) | ~(x != n)
        return try inside ^ (2 >= x)
      }
    }
    let names = try SwiftModel(Comparing()).trace(TraceOptions(mode: .eval)).nodeNames
    #expect(
      names == ["x", "size", "getitem", "gt", "le", "and", "ne", "bitwise_not", "or", "le_1", "xor"])
    let named = try SwiftModel(Comparing()).trace(TraceOptions(mode: .eval, naming: .torchvision)).nodeNames
    #expect(named == ["x", "getattr", "getitem", "gt", "le", "and_", "ne", "invert", "or_", "le_1", "xor"])
  }

  @Test func `comparisons of sizes are checks, and can't decide a branch of a trace`() throws {
    final class Checking: Module, Layer {
      let branches: Bool
      init(branches: Bool) { self.branches = branches }
      func forward(_ x: Tensor) throws -> Tensor {
        let (n, limit) = (try x.shape[0], 4)
        try require(n <= limit, "too many")
        try require(1 <= n, "too few")
        if branches, try n >= limit { return x }
        return try x * n
      }
    }
    let extractor = try FeatureExtractor(of: Checking(branches: false), returning: ["output"])
    #expect(try extractor([.tensor(Tensor([1, 2] as [Float]))])["output"]?.tensor?.floats() == [2, 4])
    let refused = #expect(throws: XylemError.self) { try extractor([.tensor(Tensor.zeros([5]))]) }
    #expect(refused?.message.contains("too many") == true)
    let branching = #expect(throws: XylemError.self) { try SwiftModel(Checking(branches: true)).trace() }
    #expect(branching?.id == .traceControlFlow)
    #expect(try Checking(branches: true)(Tensor.ones([4])).floats() == [1, 1, 1, 1])
  }
}
