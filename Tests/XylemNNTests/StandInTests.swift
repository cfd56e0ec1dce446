import Testing
import XylemErrors
import XylemNN
import XylemTensor
import XylemTrace

/// What a tensor does not tell while a model is traced, and when it is kept afterwards.
@Suite struct StandInTests {
  private final class Asking: Module, Layer {
    let ask: (Tensor) throws -> Void
    init(_ ask: @escaping (Tensor) throws -> Void) { self.ask = ask }
    func forward(_ x: Tensor) throws -> Tensor {
      try ask(x)
      return try x + 1
    }
  }

  private static let questions: [(String, @Sendable (Tensor) throws -> Void)] = [
    ("strides", { _ = try $0.strides[0] }), ("count", { _ = try 100 / $0.count }), ("device", { _ = try $0.device }),
    ("sizes", { _ = try $0.sizes[0] }), ("item", { _ = try $0.item() }), ("floats", { _ = try $0.floats()[0] }),
    ("hostArray", { _ = try $0.hostArray() }), ("chunk", { _ = try $0.chunk(-1) }),
    ("chunk of many", { _ = try $0.chunk(.max) }), ("split", { _ = try $0.split(2, count: -3)[0] }),
    ("unbind", { _ = try $0.unbind(count: .min) }),
  ]

  @Test func `an unknown value in a trace is an error where it is needed`() throws {
    for (name, question) in Self.questions {
      let error = #expect(throws: XylemError.self, "\(name)") { try SwiftModel(Asking(question)).trace() }
      #expect(error?.id == .traceConcreteValue || error?.id == .runtimeOperator, "\(name)")
    }
    for property: @Sendable (Tensor) -> Void in [{ _ = $0.dtype }, { _ = $0.requiresGrad }, { _ = $0.dataAddress }] {
      #expect(throws: XylemError.self) { try SwiftModel(Asking(property)).trace() }
    }
  }

  @Test func `a tensor that is kept after its trace has no values and computes nothing`() throws {
    final class Keeper: Module, Layer {
      override class var keys: [String: String?] { ["kept": nil] }
      var kept: Tensor?
      func forward(_ x: Tensor) throws -> Tensor {
        kept = x
        return x
      }
    }
    let model = Keeper()
    _ = try SwiftModel(model).trace()
    let kept = try #require(model.kept)
    for (name, question) in Self.questions { #expect(throws: XylemError.self, "\(name)") { try question(kept) } }
    #expect(throws: XylemError.self) { try kept + 1 }
    #expect(throws: XylemError.self) { try kept.shape }
    #expect(throws: XylemError.self) { try Linear(2, 2)(kept) }
    #expect(throws: XylemError.self) { try BatchNorm2d(2)(kept) }
  }
}
