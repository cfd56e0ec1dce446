import CXylem
import Testing
import XylemErrors

import XylemGraph
@testable import XylemTensor

@Suite struct HostCodeTests {
  /// `x * 2 + w`, with its gradients said by hand.
  private func twice(_ x: Tensor, _ w: Tensor, seen: Box<[[Bool]]> = Box([])) throws -> Tensor {
    let values = try DifferentiableCall.run(
      [x, w], forward: { [.tensor(try x * 2 + w)] },
      backward: { tensors, results, gradients, needs in
        seen.value.append(needs)
        #expect(tensors.count == 2)
        #expect(try results[0].tensor?.floats() == (tensors[0] * 2 + tensors[1]).floats())
        let gradient = try #require(gradients[0])
        return [try gradient * 2, needs[1] ? gradient : nil]
      })
    return try #require(values[0].tensor)
  }

  @Test func `A call with its own gradient returns that gradient, scaled by the following operations`() throws {
    let x = try Tensor([1, 2, 3], shape: [3])
    let w = try Tensor([10, 20, 30], shape: [3])
    try x.setRequiresGrad(true)
    let seen = Box<[[Bool]]>([])
    let y = try twice(x, w, seen: seen)
    #expect(try y.floats() == [12, 24, 36])
    #expect(y.requiresGrad)
    try (y * 3).sum().backward()
    #expect(try x.grad?.floats() == [6, 6, 6])
    #expect(try w.grad == nil)
    #expect(seen.value == [[true, false]])
  }

  @Test func `Nothing is recorded where no tensor needs a gradient`() throws {
    let x = try Tensor([1], shape: [1])
    #expect(try !DifferentiableCall.isNeeded(for: [x]))
    try x.setRequiresGrad(true)
    #expect(try DifferentiableCall.isNeeded(for: [x]))
    #expect(try TensorRuntime.withGradients(false) { try !DifferentiableCall.isNeeded(for: [x]) })
  }

  @Test func `An error of the forward comes out as it was thrown`() throws {
    let x = try Tensor([1], shape: [1])
    try x.setRequiresGrad(true)
    let error = #expect(throws: XylemError.self) {
      try DifferentiableCall.run(
        [x], forward: { throw XylemError(.pluginCallFailed, "no luck") }, backward: { _, _, _, _ in [nil] })
    }
    #expect(error?.id == .pluginCallFailed)
  }

  @Test func `An error of the backward comes out of the call of backward`() throws {
    let x = try Tensor([1], shape: [1])
    try x.setRequiresGrad(true)
    let values = try DifferentiableCall.run(
      [x], forward: { [.tensor(try x * 2)] },
      backward: { _, _, _, _ in throw XylemError(.pluginNoBackward, "there is no way back") })
    let error = #expect(throws: XylemError.self) { try values[0].tensor?.sum().backward() }
    #expect(String(describing: try #require(error)).contains("there is no way back"))
  }

  @Test func `A gradient of another shape than its tensor is refused`() throws {
    let x = try Tensor([1, 2], shape: [2])
    try x.setRequiresGrad(true)
    let values = try DifferentiableCall.run(
      [x], forward: { [.tensor(try x * 2)] },
      backward: { _, _, _, _ in [try Tensor([1, 2, 3], shape: [3])] })
    #expect(throws: XylemError.self) { try values[0].tensor?.sum().backward() }
  }

  @Test func `A written argument of a recorded call is an error when gradients arrive, not a wrong gradient`() throws {
    let x = try Tensor([1, 2], shape: [2])
    try x.setRequiresGrad(true)
    let inner = try x * 1
    let y = try twice(inner, try Tensor([0, 0], shape: [2]))
    _ = try inner.mul_(5)
    #expect(throws: XylemError.self) { try y.sum().backward() }
  }

  @Test func `An undeclared operator is declared and called`() throws {
    try TensorRuntime.implement("xylemtest::scaled", schema: "(Tensor x, float factor) -> Tensor") { values in
      guard case .literal(.float(let factor)) = values[1], let x = values[0].tensor else { return [] }
      return [.tensor(try x * factor)]
    }
    let x = try Tensor([1, 2], shape: [2])
    try x.setRequiresGrad(true)
    let y = try TensorOperator.call("xylemtest::scaled", [.tensor(x), .float(3)])
    #expect(try y.floats() == [3, 6])
    try y.sum().backward()
    #expect(try x.grad?.floats() == [3, 3])
    let again = #expect(throws: XylemError.self) {
      try TensorRuntime.implement("xylemtest::scaled", schema: "(Tensor x, float factor) -> Tensor") { $0 }
    }
    #expect(String(describing: try #require(again)).contains("has an implementation already"))
  }

  @Test func `An operator's failure comes out with its message`() throws {
    try TensorRuntime.implement("xylemtest::fails", schema: "(Tensor x) -> Tensor") { _ in
      throw XylemError(.pluginCallFailed, "nothing works")
    }
    let x = try Tensor([1], shape: [1])
    let error = #expect(throws: XylemError.self) { try TensorOperator.call("xylemtest::fails", [.tensor(x)]) }
    #expect(String(describing: try #require(error)).contains("nothing works"))
  }

  @Test(arguments: [
    ("aten::relu", "(Tensor self) -> Tensor", "has an implementation already"),
    ("torchvision::qnms", "(Tensor dets) -> Tensor", "is declared as"),
    ("nonamespace", "(Tensor x) -> Tensor", "has no namespace"),
    ("xylemtest::broken", "(Tensor x -> Tensor", ""),
  ])
  func `An operator that can't be implemented so says why`(name: String, schema: String, reason: String) throws {
    let error = #expect(throws: XylemError.self) { try TensorRuntime.implement(name, schema: schema) { $0 } }
    #expect(error?.id == .runtimeOperator)
    #expect(String(describing: try #require(error)).contains(reason))
  }

  @Test func `A lent tensor shows the tensor's own memory, also of a view`() throws {
    let x = try Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
    let view = try x.transpose(0, 1)
    let lent = try view.borrowedView()
    #expect(lent.deleter == nil)
    #expect((0..<2).map { lent.dl_tensor.shape[$0] } == [3, 2])
    #expect((0..<2).map { lent.dl_tensor.strides[$0] } == [1, 3])
    #expect(UInt(bitPattern: lent.dl_tensor.data) == x.dataAddress)
  }

  @Test func `Writing behind the runtime's back is refused where gradients are recorded`() throws {
    let x = try Tensor([1], shape: [1])
    try x.recordWrite()
    try x.setRequiresGrad(true)
    #expect(throws: XylemError.self) { try x.recordWrite() }
    try TensorRuntime.withGradients(false) { try x.recordWrite() }
  }
}

private final class Box<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
