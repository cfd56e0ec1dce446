import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

/// Gradients of gradients, and gradients that are computed again. The truth is calculus.
@Suite(.needsRuntime) struct AutogradTests {
  private func leaf(_ values: [Float]) throws -> Tensor {
    let x = try Tensor(values, shape: [values.count])
    try x.setRequiresGrad(true)
    return x
  }

  @Test func `a gradient is computed without being added, and its own gradient too`() throws {
    let x = try leaf([1, -2, 3])
    let y = try x.pow(3).sum()
    let slope = try #require(try Autograd.grad([y], [x], createGraph: true)[0])
    #expect(try slope.floats() == [3, 12, 27])
    #expect(try x.grad == nil)
    let bend = try #require(try Autograd.grad([slope.sum()], [x])[0])
    #expect(try bend.floats() == [6, -12, 18])
  }

  @Test func `weights of outputs, several inputs, and inputs that nothing depends on`() throws {
    let (x, w, other) = (try leaf([1, 2]), try leaf([3, 4]), try leaf([5]))
    let y = try x * w
    let found = try Autograd.grad([y], [x, w, other], gradients: [Tensor([10, 100], shape: [2])], allowsUnused: true)
    #expect(try found[0]?.floats() == [30, 400] && found[1]?.floats() == [10, 200] && found[2] == nil)
    let z = try (x * w).sum()
    #expect(throws: XylemError.self) { try Autograd.grad([z], [other]) }
    #expect(throws: XylemError.self) { try Autograd.grad([x * w], [x]) }
    #expect(throws: XylemError.self) { try Autograd.grad([x.detach()], [x]) }
    #expect(throws: XylemError.self) { try Autograd.grad([z], [x], gradients: []) }
  }

  @Test func `a graph that is kept gives gradients again, and one that is not does not`() throws {
    let x = try leaf([1, 2])
    let y = try x.pow(2).sum()
    try y.backward(retainGraph: true)
    try y.backward(retainGraph: false)
    #expect(try x.grad?.floats() == [4, 8])
    #expect(throws: XylemError.self) { try y.backward() }
    let (a, b) = (try leaf([1]), try leaf([2]))
    let z = try (a * b).sum()
    try z.backward(retainGraph: true, inputs: [b])
    #expect(try a.grad == nil && b.grad?.floats() == [1])
    try z.backward(gradient: Tensor([3], shape: []).converted(to: .float32), retainGraph: false)
    #expect(try a.grad?.floats() == [6] && b.grad?.floats() == [4])
  }
}
