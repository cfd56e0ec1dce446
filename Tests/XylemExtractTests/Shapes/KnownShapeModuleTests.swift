import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Models written in Swift whose code decides by shapes.
@Suite("Known shapes of models in Swift", .needsRuntime)
struct KnownShapeModuleTests {
  /// Pads to whole windows, and takes one mean for each.
  private final class Windows: Module, Layer {
    let norm = BatchNorm1d(2)
    let dropout = Dropout(p: 0.5)

    func forward(_ x: Tensor) throws -> Tensor {
      var x = try norm(x)
      let rest = try x.shape[2] % 4
      if try rest != 0 { x = try Functional.pad(x, [0, 4 - rest]) }
      var parts: [Tensor] = []
      for i in 0..<(try Int(x.shape[2] / 4)) { parts.append(try x[.all, .all, (4 * i)..<(4 * i + 4)].mean(dim: 2)) }
      return try dropout(Tensor.stack(parts, dim: 2))
    }
  }

  /// Needs all sizes as numbers.
  private final class Numbers: Module, Layer {
    func forward(_ x: Tensor) throws -> Tensor { try x * Double(x.sizes.reduce(1, *)) }
  }

  /// Decides by an element.
  private final class Value: Module, Layer {
    func forward(_ x: Tensor) throws -> Tensor {
      if try x.sum().item() > 0 { return try x + 1 }
      return x
    }
  }

  private func input(_ sizes: [Int]) throws -> Tensor {
    try Tensor((0..<sizes.reduce(1, *)).map { Float($0 % 7) - 2 }, shape: sizes)
  }

  /// What the module itself computes.
  private func expected(_ module: some Module & Layer, _ x: Tensor) throws -> Tensor {
    try module.eval()
    return try TensorRuntime.withGradients(false) { try module.forward(x) }
  }

  @Test func `without shapes the error offers them`() throws {
    let error = #expect(throws: XylemError.self) { try SwiftModel(Windows()).trace() }
    #expect(error?.id == .traceControlFlow)
    #expect(error?.remedies.first?.contains("shapes:") == true)
  }

  @Test func `a size decides, and a call with the same decision runs`() throws {
    let module = Windows()
    let extractor = try FeatureExtractor(of: module, returning: ["stack"], shapes: ["x": [1, 2, 6]], modes: [.eval])
    for sizes in [[1, 2, 6], [3, 2, 6], [2, 2, 7]] {
      let x = try input(sizes)
      let found = try TensorRuntime.withGradients(false) { try extractor(x)["stack"] as Tensor }
      #expect(try found.hostArray() == expected(module, x).hostArray())
    }
  }

  @Test func `a call with another decision is refused, with both shapes`() throws {
    let extractor = try FeatureExtractor(of: Windows(), returning: ["stack"], shapes: ["": [1, 2, 6]], modes: [.eval])
    let error = #expect(throws: XylemError.self) { try extractor(input([1, 2, 8])) }
    #expect(error?.id == .extractGuard)
    #expect(error?.message.hasSuffix("(norm.size(2) % 4) != 0") == true, "\(error?.message ?? "")")
    #expect(error?.cause.map { "\($0)" } == "traced with x = [1, 2, 6]; this call has x = [1, 2, 8]")
    let windows = #expect(throws: XylemError.self) { try extractor(input([1, 2, 9])) }
    #expect(windows?.message.contains("== 2") == true)
  }

  @Test(arguments: Mode.allCases) func `other shapes are traced again, and kept`(mode: Mode) throws {
    let module = Windows()
    let extractor = try FeatureExtractor(
      of: module, returning: ["stack"], options: TraceOptions(mode: mode), shapes: ["x": [1, 2, 6]],
      otherShapes: .retracing, modes: [mode])
    let log = TraceLog()
    try TraceLog.$current.withValue(log) {
      for sizes in [[1, 2, 8], [2, 2, 6], [1, 2, 13], [1, 2, 8], [1, 2, 6]] {
        let x = try input(sizes)
        let found = try TensorRuntime.withGradients(false) { try extractor(x)["stack"] as Tensor }
        #expect(try found.sizes == [sizes[0], 2, (sizes[2] + 3) / 4])
        if mode == .eval { #expect(try found.hostArray() == expected(module, x).hostArray()) }
      }
    }
    #expect(log.options.count == 3)
  }

  @Test func `tracing again needs a model that can be traced`() throws {
    let model = try SwiftModel(Windows())
    var trace = try model.trace(TraceOptions(shapes: ["x": [1, 2, 6]]))
    trace.options = nil
    let extractor = try FeatureExtractor(of: model, traces: [.eval: trace], returning: ["stack"])
    extractor.otherShapes = .retracing
    #expect(throws: XylemError.self) { try extractor(input([1, 2, 8])) }
  }

  @Test func `all sizes as numbers are checked`() throws {
    let extractor = try FeatureExtractor(of: Numbers(), returning: ["mul"], shapes: ["x": [2, 3]], modes: [.eval])
    #expect(try (extractor(input([2, 3]))["mul"] as Tensor).floats() == [-12, -6, 0, 6, 12, 18])
    let error = #expect(throws: XylemError.self) { try extractor(input([3, 3])) }
    #expect(error?.message.contains("x.shape == [2, 3]") == true, "\(error?.message ?? "")")
  }

  @Test func `an element is not known`() throws {
    #expect(throws: XylemError.self) { try SwiftModel(Value()).trace(TraceOptions(shapes: ["x": [2, 3]])) }
  }

  @Test func `tracing in train mode leaves statistics and random numbers alone`() throws {
    let module = Windows()
    let before = try module.norm.runningMean?.tensor.floats()
    let random = try TensorRuntime.randomState().hostArray()
    _ = try SwiftModel(module).trace(TraceOptions(mode: .train, shapes: ["x": [1, 2, 6]]))
    #expect(try module.norm.runningMean?.tensor.floats() == before)
    #expect(try TensorRuntime.randomState().hostArray() == random)
  }

  @Test(arguments: [
    ("y", "has no argument 'y'"), ("x.0.z", "two shapes"), ("x", "can't run on inputs of these shapes"),
  ]) func `a shape that does not fit is an error`(name: String, message: String) throws {
    var shapes: [String: KnownShape] = [name: [1, 3, 6]]
    if name == "x.0.z" { shapes = ["x": [1, 2, 6], "": [1, 2, 6]] }
    let error = #expect(throws: XylemError.self) { try SwiftModel(Windows()).trace(TraceOptions(shapes: shapes)) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
