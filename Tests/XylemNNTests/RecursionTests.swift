import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Models whose code calls itself without end: an error, and no end of the program.
@Suite(.needsRuntime) struct RecursionTests {
  /// Calls itself as a module.
  private final class Caller: Module, Layer {
    let fc = Linear(2, 2)
    func forward(_ x: Tensor) throws -> Tensor { try fc(self(x)) }
  }

  /// Calls its own forward after an operation.
  private final class Runner: Module, Layer {
    func forward(_ x: Tensor) throws -> Tensor { try forward(x + 1) }
  }

  /// Two modules that call each other through a reference that is no part of the model.
  private final class Half: Module, Layer {
    override class var keys: [String: String?] { ["other": nil] }
    nonisolated(unsafe) weak var other: Half?
    func forward(_ x: Tensor) throws -> Tensor { try other?.forward(x + 1) ?? x }
  }

  private func id(_ body: () throws -> Void) -> ErrorID? {
    do { try body() } catch let error as XylemError { return error.id } catch { return nil }
    return nil
  }

  @Test func `a module that calls itself is an error when called and when traced`() throws {
    let x = try Tensor([1, 2], shape: [1, 2])
    #expect(id { _ = try Caller()(x) } == .modelRecursion)
    #expect(id { _ = try SwiftModel(Caller()).trace() } == .traceRecursion)
    #expect(id { _ = try SwiftModel(Caller()).trace(TraceOptions(makesLeaves: true)) } == .traceRecursion)
    #expect(id { _ = try Runner()(x) } == .modelRecursion)
    #expect(id { _ = try SwiftModel(Runner()).trace() } == .modelRecursion)
    let (first, second) = (Half(), Half())
    (first.other, second.other) = (second, first)
    #expect(id { _ = try first(x) } == .modelRecursion)
    // The thread goes on.
    #expect(try Linear(2, 2)(x).sizes == [1, 2])
  }

  @Test func `a leaf that calls itself is an error of the extractor`() throws {
    let options = TraceOptions(policy: LeafPolicy().leaf(Caller.self))
    let extractor = try FeatureExtractor(of: Sequential(("a", Caller())), returning: ["a"], options: options)
    let x = try Tensor([1, 2], shape: [1, 2])
    #expect(throws: XylemError.self) { try extractor([.tensor(x)]) }
  }

  @Test func `deep models that end are called`() throws {
    var model: any Layer = Identity()
    for _ in 0..<150 { model = Sequential(("inner", model)) }
    let x = try Tensor([1, 2], shape: [1, 2])
    #expect(try model(x).floats() == [1, 2])
    #expect(try SwiftModel(model).trace().nodeNames.count == 2)
  }
}
