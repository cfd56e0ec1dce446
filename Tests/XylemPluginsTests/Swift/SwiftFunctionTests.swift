import CXylem
import Foundation
import Synchronization
import Testing

extension GatedUnitTests {
  private typealias HardGate = @convention(c) (Double, Double) -> Double
  private typealias Swish =
    @convention(c) (
      UnsafePointer<DLManagedTensorVersioned>?, Double
    ) -> UnsafeMutablePointer<DLManagedTensorVersioned>?
  private typealias SwishBackward =
    @convention(c) (
      UnsafePointer<DLManagedTensorVersioned>?, Double, UnsafePointer<DLManagedTensorVersioned>?
    ) -> UnsafePointer<xylem_tensor_list>?

  @Test func `A function of numbers is a plain C function`() throws {
    let hardGate = unsafe unsafeBitCast(
      try #require(OpenedPlugin.gatedUnit).function("hard_gate").pointee.function, to: HardGate.self)
    #expect([-3, -1, 0, 1, 2, 5].map { hardGate($0, 2) } == [0, 0.25, 0.5, 0.75, 1, 1])
    #expect(TestHost.takeFailure() == nil)
  }

  @Test func `An error that a function throws is reported to the host`() throws {
    let plugin = try #require(OpenedPlugin.gatedUnit)
    let hardGate = unsafe unsafeBitCast(try plugin.function("hard_gate").pointee.function, to: HardGate.self)
    #expect(hardGate(1, 0) == 0)
    #expect(TestHost.takeFailure() == "the width is 0.0; more than 0 is expected")
    let swish = unsafe unsafeBitCast(try plugin.function("swish").pointee.function, to: Swish.self)
    #expect(unsafe swish(nil, 1) == nil)
    #expect(TestHost.takeFailure() == "a tensor is missing")
    let double = LentTensor([1.0], shape: [1])
    #expect(unsafe withExtendedLifetime(double) { unsafe swish(double.pointer, 1) } == nil)
    #expect(TestHost.takeFailure() == "the tensor's elements are float64; float32 is expected")
  }

  @Test func `A function of tensors gives new ones, and gradients for those arguments that have some`() throws {
    let declared = unsafe try #require(OpenedPlugin.gatedUnit).function("swish")
    let swish = unsafe unsafeBitCast(declared.pointee.function, to: Swish.self)
    let backward = unsafe unsafeBitCast(declared.pointee.backward, to: SwishBackward.self)
    let x: [Float] = [-2, 0, 0.5, 3]
    let (input, flow) = (LentTensor(x, shape: [2, 2]), LentTensor([1, 2, -1, 0.5] as [Float], shape: [2, 2]))
    let before = TestHost.pieces.load(ordering: .relaxed)
    let y = unsafe taken(try #require(swish(input.pointer, 1.5)), as: Float.self)
    let list = unsafe try #require(backward(input.pointer, 1.5, flow.pointer))
    #expect(unsafe list.pointee.count == 2 && list.pointee.elements[1] == nil)
    let gradient = unsafe taken(try #require(list.pointee.elements[0]), as: Float.self)
    unsafe TestHost.pointer.pointee.release(UnsafeMutableRawPointer(mutating: list))
    withExtendedLifetime((input, flow)) {}
    #expect(TestHost.takeFailure() == nil)
    #expect(TestHost.pieces.load(ordering: .relaxed) == before)
    for i in x.indices {
      let (x, flow) = (Double(x[i]), [1, 2, -1, 0.5][i])
      let s = 1 / (1 + exp(-1.5 * x))
      #expect(abs(Double(y[i]) - x * s) < 1e-6)
      #expect(abs(Double(gradient[i]) - flow * (s + 1.5 * x * s * (1 - s))) < 1e-6)
    }
  }
}
