import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// A forward that calls operators by name.
private final class Named: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let mixed = try ATen.lerp(x, x.flip(-1), weight: 0.25)
    let (values, _) = try ATen.topk(mixed, x.shape[0], dim: 1, largest: false)
    let parts: Value = try ATen.split(values, 1, dim: 1)
    try ATen.mul_(mixed, 2)
    return try Tensor(moduleValue: parts.part(0, as: "Tensor")) + ATen.sum(mixed, dim: 1, keepdim: true)
  }
}

private final class Bounded: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let (most, least) = (try Size.max(x.shape[0], x.shape[1]), try Size.min(x.shape[1], 3))
    return try x * most + least
  }
}

/// Calls of operators by name: their values are in the goldens of operations.
@Suite(.needsRuntime) struct OperatorCallTests {
  private let x: Result<Tensor, any Error> = Result {
    try Tensor([0.5, -1, 2, 3, 0.25, -0.5, 1, 4], shape: [2, 4])
  }

  private func failure<Result>(_ body: () throws -> Result) throws -> XylemError {
    do { _ = try body() } catch let error as XylemError { return error }
    return try #require(nil as XylemError?)
  }

  @Test func `calls are nodes of the operators' names, and run at other sizes`() throws {
    let trace = try SwiftModel(Named()).trace(TraceOptions(mode: .eval))
    #expect(
      trace.nodeNames == [
        "x", "flip", "lerp", "size", "getitem", "topk", "getitem_1", "getitem_2", "split", "mul", "getitem_3", "sum",
        "add",
      ])
    let operators = trace.graph.nodes.compactMap { node -> String? in
      if case .operator(let name) = node.operation { name } else { nil }
    }
    #expect(operators.contains("aten::lerp.Scalar") && operators.contains("aten::sum.dim_IntList"))
    let extractor = try FeatureExtractor(of: Named(), returning: ["lerp", "output"])
    for input in [try x.get(), try Tensor([1, 2, 3], shape: [1, 3])] {
      let found = try extractor(input)
      #expect(try found["output"].floats() == Named()(input).floats())
      // What is written later is what it was.
      #expect(try found["lerp"].floats() == input.lerp(input.flip(-1), weight: 0.25).floats())
    }
  }

  @Test func `gradients flow through calls`() throws {
    let x = try Tensor([1, 2, 3], shape: [3])
    try x.setRequiresGrad(true)
    let y: Tensor = try ATen.dot(x, ATen.square(x))
    try y.backward()
    #expect(try x.grad?.floats() == [3, 12, 27])
  }

  @Test func `an unknown operator or overload is an error with similar names`() throws {
    let x = try x.get()
    let unknown = try failure { try ATen.lerpp(x, x, 0.5) as Tensor }
    #expect(unknown.id == .runtimeUnknownOperator && unknown.message == "the runtime has no operator aten::lerpp")
    #expect(unknown.remedies.contains("OperatorCall(\"aten::lerp\")"), "\(unknown)")
    let overload = try failure { try ATen.lerp.Scalr(x, x, 0.5) as Tensor }
    #expect(overload.id == .runtimeUnknownOperator && overload.remedies == ["OperatorCall(\"aten::lerp\").Scalar"])
    #expect(try failure { try OperatorCall("nowhere::nothing")(x) as Tensor }.id == .runtimeUnknownOperator)
  }

  @Test func `wrong arguments are an error with the schema`() throws {
    let x = try x.get()
    let type = try failure { try ATen.flip.default(x, "a") as Tensor }
    #expect(type.id == .runtimeOperator && type.message == "aten::flip does not take (Tensor, str)")
    #expect("\(type)".contains("aten::flip(Tensor self, int[] dims) -> Tensor: 'dims' is a List[int]"), "\(type)")
    let overloads = try failure { try ATen.lerp(x, x, weight: "a") as Tensor }
    #expect(overloads.message == "no overload of aten::lerp takes (Tensor, Tensor, weight: str)")
    #expect("\(overloads)".contains("lerp.Scalar(Tensor self, Tensor end, Scalar weight)"), "\(overloads)")
    for (call, reason) in [
      ({ try ATen.relu(x, 1, 2) as Tensor }, "it takes 1 argument"),
      ({ try ATen.relu() as Tensor }, "the argument 'self' is missing"),
      ({ try ATen.relu(x, slope: 2) as Tensor }, "it has no argument 'slope'"),
      ({ try ATen.relu(x, self: x) as Tensor }, "the argument 'self' is given twice"),
      ({ try ATen.flip(dims: 0, x) as Tensor }, "an argument without a label follows 'dims'"),
    ] as [(() throws -> Tensor, String)] {
      let error = try failure { _ = try call() }
      #expect(error.id == .runtimeOperator && "\(error)".contains(reason), "\(error)")
    }
  }

  @Test func `results of another form than asked for are an error`() throws {
    let x = try x.get()
    let two = try failure { try ATen.topk(x, 1) as Tensor }
    #expect(two.id == .runtimeOperator && "\(two)".contains("it returned Tensor, Tensor"), "\(two)")
    #expect(try failure { _ = try ATen.numel(x) as Tensor }.id == .runtimeOperator)
    let all: [Value] = try ATen.topk(x, 1)
    #expect(all.count == 2)
    let parts: [Tensor] = try ATen.unbind(x)
    #expect(try parts.map { try $0.floats() } == [[0.5, -1, 2, 3], [0.25, -0.5, 1, 4]])
  }

  @Test func `operators that reach files are refused`() throws {
    for call in [
      { _ = try OperatorCall("aten::save")("a", "b") as Value },
      { _ = try ATen.from_file("/etc/hostname", size: 1) as Tensor },
    ] {
      #expect(try failure(call).id == .traceFileOperator)
    }
  }

  @Test func `arguments put together at run time, by order and by name`() throws {
    let x = try x.get()
    let found = try OperatorCall("aten::sum.dim_IntList").results(
      [.tensor(x)], named: [("dim", .list([.int(1)])), ("keepdim", .bool(true))])
    #expect(try found.first?.tensor?.sizes == [2, 1])
  }

  @Test func `bounds of sizes are recorded`() throws {
    #expect(try Int(Size.max(3, Size(5))) == 5 && Int(Size.min(3, 5)) == 3)
    let extractor = try FeatureExtractor(of: Bounded(), returning: ["output"])
    for shape in [[2, 4], [5, 2]] {
      let x = try Tensor.ones(Shape(shape))
      #expect(try extractor(x)["output"].floats() == Bounded()(x).floats())
    }
    #expect(try SwiftModel(Bounded()).trace().nodeNames.contains("max"))
  }
}
