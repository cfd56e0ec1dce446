import Testing
import XylemErrors

@testable import XylemTensor

extension RuntimeTests {
  @Suite struct SubscriptTests {
    private func error<Result>(_ body: () throws -> Result) -> XylemError? {
      do {
        _ = try body()
        return nil
      } catch { return error as? XylemError }
    }

    private func counting(_ shape: Int...) throws -> Tensor {
      try Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: shape)
    }

    @Test func `variables of every kind are indices`() throws {
      let x = try counting(3, 4)
      let (i, n, list, range) = (1, Size(2), [2, 0], 1..<3)
      #expect(try x[i].floats() == [4, 5, 6, 7])
      #expect(try x[n, i].floats() == [9])
      #expect(try x[list, i].floats() == [9, 1])
      #expect(try x[.range(range), 0].floats() == [4, 8])
      #expect(try x[i..<n].floats() == [4, 5, 6, 7])
      #expect(try x[..<n, n...].floats() == [2, 3, 6, 7])
      #expect(try x[i...2, 0].floats() == [4, 8])
      #expect(try x[(-2)...(-1), 0].floats() == [4, 8])
      #expect(try x[0...Int.max, 0].floats() == [0, 4, 8])
      #expect(try x[x[.all, 0] > 3, 1].floats() == [5, 9])
      #expect(try x[.slice(step: i + 1), .at(n)].floats() == [2, 10])
      // Elsewhere a range is Swift's.
      let own = 0..<3
      #expect(own.map { $0 * 2 } == [0, 2, 4])
    }

    @Test func `a write through a subscript reaches the tensor and its views, and a failed one writes nothing`() throws
    {
      let x = try counting(2, 3)
      let row = try x[1] as Tensor
      try x[1, 0..<2] .= 9
      #expect(try row.floats() == [9, 9, 5])
      let value = 0.5
      try x[x > 4] .= value
      try x[.all, 0] .+= Tensor([10, 20] as [Float])
      try x[0] ./= 2
      try x[[true, false], 1] .-= 1
      #expect(try x.floats() == [5, -0.5, 1, 20.5, 0.5, 0.5])
      let before = try x.floats()
      #expect(error { try x[0] .= Tensor.zeros([2]) }?.id == .runtimeOperator)
      #expect(error { try x[5] .= 1 }?.message == "a subscript of [2, 3] failed")
      #expect(error { try x[x > 0] .= Tensor.zeros([7]) }?.id == .runtimeOperator)
      #expect(error { try x[.ellipsis, .ellipsis] .= 1 }?.id == .modelArgument)
      #expect(error { try x[0, 0, 0] .= 1 }?.id == .runtimeOperator)
      #expect(try x.floats() == before)
      // As in PyTorch, positions before the first that does not exist are written.
      #expect(error { try x[[0, 1, 2]] .= 1 }?.id == .runtimeOperator)
    }

    @Test func `gradients flow through reads and writes`() throws {
      let x = try counting(2, 3)
      try x.setRequiresGrad(true)
      let y = try x * 1
      try y[0] .= 4
      try y[.all, 1...] .*= 3
      try (y[y > 2].sum() + y[[1, 1], 0].sum()).backward()
      // The row of fours has no gradient; the other row's are 1 or 3 where it exceeds 2, and 2 for its first twice more.
      #expect(try x.grad?.floats() == [0, 0, 0, 3, 3, 3])
    }

    @Test func `sizes and numbers mix in arithmetic, comparisons and shapes`() throws {
      let (size, three) = (Size(7), 3)
      let results: [Size] = try [
        size + three, three + size, size - three, three - size, size * three, three * size, size / three, three / size,
        size % three, -size / three, three % -size, -size,
      ]
      #expect(results.map(\.description) == ["10", "10", "4", "-4", "21", "21", "2", "0", "1", "-3", "-4", "-7"])
      var changed = size
      try changed += three
      try changed *= size
      try changed -= 1
      #expect(changed.description == "69")
      let truths: [Bool] = try [
        size == three, size != three, size < three, size <= three, size > three, size >= three, three == size,
        three != size, three < size, three <= size, three > size, three >= size, size >= size, size <= size,
      ]
      let (yes, no) = (true, false)
      #expect(truths == [no, yes, no, no, yes, yes, no, yes, yes, yes, no, no, yes, yes])
      #expect(error { try Size(.min) - three }?.id == .runtimeOperator)
      #expect(error { try -Size(.min) }?.id == .runtimeOperator)
      #expect(try Tensor.zeros([size, three, 1]).sizes == [7, 3, 1])
      #expect(try Tensor.zeros(three, size).sizes == [3, 7])
      let sizes = try Tensor.zeros([2, 6]).sizes
      #expect(try Tensor.ones(sizes).reshape(three, -1).sizes == [3, 4])
      #expect(try Tensor.ones(sizes).reshape([size - 3, three]).sizes == [4, 3])
      #expect(try Tensor.full(sizes, 2).view(sizes.reversed()).expand([three, -1, -1]).sizes == [3, 6, 2])
      #expect(error { try Tensor.zeros(2).reshape(3) }?.id == .runtimeOperator)
    }

    @Test func `parts of shapes clamp as Python's slices do`() throws {
      let shape: Shape = [2, 3, 4, 5]
      let parts = try [
        shape[1...], shape[(-2)...], shape[9...], shape[..<2], shape[..<(-1)], shape[..<9], shape[1..<3], shape[3..<9],
        shape[..<2] + [-1], shape[4...] + shape[..<1],
      ]
      #expect(
        parts.map(\.description) == [
          "[3, 4, 5]", "[4, 5]", "[]", "[2, 3]", "[2, 3, 4]", "[2, 3, 4, 5]", "[3, 4]", "[5]", "[2, 3, -1]", "[2]",
        ])
    }
  }
}
