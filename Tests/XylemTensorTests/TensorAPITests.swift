import Testing
import XylemErrors
import XylemFiles

@testable import XylemTensor

extension RuntimeTests {
  @Suite struct TensorAPITests {
    private func error<Result>(_ body: () throws -> Result) -> XylemError? {
      do {
        _ = try body()
        return nil
      } catch { return error as? XylemError }
    }

    @Test func `an operation that fails says which one and for what shapes`() throws {
      let (a, b) = (try Tensor.zeros([3, 4]), try Tensor.zeros([3], dtype: .int64))
      let failures: [(XylemError?, String)] = [
        (error { try a + b }, "add failed for float32 [3, 4], int64 [3]"),
        (error { try a.matmul(a) }, "matmul failed for float32 [3, 4], float32 [3, 4]"),
        (error { try a.reshape([5]) }, "reshape failed for float32 [3, 4]"),
        (error { try Tensor.cat([a, a.t()], dim: 1) }, "cat failed for [float32 [3, 4], float32 [4, 3]]"),
        (error { try a[7] }, "a subscript of [3, 4] failed"),
        (error { try a.mul_(Tensor.zeros([2, 3, 4])) }, "mul failed for float32 [3, 4], float32 [2, 3, 4]"),
      ]
      #expect(failures.map { $0.0?.message ?? "no error" } == failures.map(\.1))
      #expect(failures.allSatisfy { $0.0?.id == .runtimeOperator })
    }

    @Test func `sizes and positions that there are not are errors`() throws {
      let x = try Tensor.zeros([2, 3])
      let failures: [(String, XylemError?)] = [
        ("zeros of a negative size", error { try Tensor.zeros([-1]) }),
        ("zeros of too many", error { try Tensor.zeros([Size(Int.max)]) }),
        ("zeros of an overflow", error { try Tensor.zeros([Size(Int.max), 2]) }),
        ("ones of too many", error { try Tensor.ones([Size(Int.max), Size(Int.max)]) }),
        ("full of a negative size", error { try Tensor.full([2, -2], 1) }),
        ("an array of a negative shape", error { try Tensor([1], shape: [-1]) }),
        ("an array of an overflow", error { try Tensor([1], shape: [.max, 2]) }),
        ("an array of another count", error { try Tensor([1, 2], shape: [3]) }),
        ("a range without an end", error { try Tensor.arange(0, Double.infinity) }),
        ("a step of zero", error { try Tensor.arange(0, 3, step: 0) }),
        ("a position beyond", error { try x[5] }), ("a position far beyond", error { try x[.at(Size(Int.min))] }),
        ("too many positions", error { try x[0, 0, 0] }),
        ("a step of zero in a slice", error { try x[.slice(step: 0)] }),
        ("an empty cat", error { try Tensor.cat([]) }), ("an empty stack", error { try Tensor.stack([]) }),
        ("a reshape to other counts", error { try x.reshape([Size(Int.max), 2]) }),
        ("a dimension beyond", error { try x.sum(dim: 7) }), ("a negative chunk", error { try x.chunk(-1) }),
        ("a split of zero", error { try x.split(0) }), ("a permutation without dimensions", error { try x.permute() }),
        ("a repetition of a negative count", error { try x.repeat([-1, 2]) }),
        ("a size beyond the shape", error { try x.shape[2] }), ("three sizes of two", error { try x.shape.three }),
        ("an overflow of sizes", error { try Size(Int.max) * 2 }), ("a division by zero", error { try Size(1) / 0 }),
      ]
      for (name, error) in failures { #expect(error != nil, "\(name)") }
      #expect(try Tensor.zeros([0, 3]).count == 0)
    }

    @Test func `only leaves may stop requiring gradients, and only numbers with fractions may start`() throws {
      let x = try Tensor([1, 2], shape: [2])
      try x.setRequiresGrad(true)
      let y = try x * 2
      let stopped = error { try y.setRequiresGrad(false) }
      #expect(stopped?.id == .runtimeTensor && y.requiresGrad)
      try y.setRequiresGrad(true)
      try x.setRequiresGrad(false)
      #expect(!x.requiresGrad)
      #expect(error { try Tensor([1, 2]).setRequiresGrad(true) }?.id == .runtimeTensor)
    }

    @Test func `numbers and nested arrays become tensors of the type that PyTorch chooses`() throws {
      #expect(try Tensor(3).dtype == .int64)
      #expect(try Tensor(2.5).dtype == .float32)
      #expect(try Tensor([true]).dtype == .bool)
      #expect(try Tensor([[1.5, 2], [3, 4]]).sizes == [2, 2])
      #expect(try Tensor([[[1], [2]]]).sizes == [1, 2, 1])
      #expect(try Tensor([0.1], dtype: .float64).doubles() == [0.1])
      #expect(try Tensor([Int.max]).integers() == [Int.max])
      #expect(try Tensor([] as [Float]).sizes == [0])
      #expect(error { try Tensor([[1, 2], [3]]) }?.id == .runtimeTensor)
    }

    @Test func `elements are read as numbers of any type`() throws {
      let tensor = try Tensor([[1, 0], [-3, 4]])
      #expect(try tensor.floats() == [1, 0, -3, 4])
      #expect(try tensor.doubles() == [1, 0, -3, 4])
      #expect(try tensor.t().integers() == [1, -3, 0, 4])
      #expect(try tensor.bools() == [true, false, true, true])
      #expect(try Tensor([[2.5]]).item() == 2.5)
      #expect(try Tensor(Int.max).integerItem() == Int.max)
      #expect(error { try tensor.item() }?.id == .runtimeTensor)
    }

    @Test func `variables are numbers to operators as literals are`() throws {
      let x = try Tensor([1, 2] as [Float])
      let (number, integer, size) = (0.5, 3, Size(2))
      #expect(try (x * number).floats() == [0.5, 1])
      #expect(try (x + integer).floats() == [4, 5])
      #expect(try (number - x).floats() == [-0.5, -1.5])
      #expect(try (x / size).floats() == [0.5, 1])
      var y = try x.clone()
      try y *= number
      try y -= 1
      #expect(try y.floats() == [-0.5, 0])
      #expect(try x.floats() == [1, 2])
    }

    @Test func `a write in place reaches all views`() throws {
      let x = try Tensor.zeros([2, 3])
      try x[.all, 1].fill_(5)
      try x[0].copy_(Tensor([1, 2, 3]))
      #expect(try x.floats() == [1, 2, 3, 0, 5, 0])
      let result = try x.relu_().neg_()
      #expect(result.dataAddress == x.dataAddress)
    }

    @Test func `gradients add up, and none are recorded within withoutGradients`() throws {
      let w = try Tensor([1, 2] as [Float])
      try w.setRequiresGrad(true)
      #expect(try w.grad.map { try $0.floats() } == nil)
      try (w * w).sum().backward()
      #expect(try w.grad?.floats() == [2, 4])
      let (inside, outside) = (try withoutGradients { try w * 2 }, try w * 2)
      #expect(!inside.requiresGrad && outside.requiresGrad)
    }

    @Test func `autocast computes products in the smaller type`() throws {
      let x = try Tensor.ones([2, 2])
      #expect(try withAutocast(to: .bfloat16) { try x.matmul(x).dtype } == .bfloat16)
      #expect(try x.matmul(x).dtype == .float32)
    }
  }
}
