import Testing
import XylemFiles
import XylemTestSupport

@testable import XylemTensor

extension RuntimeTests {
  /// What the counter says of operators, compared with the sizes of what they multiply.
  @Suite struct MultiplyAddTests {
    private func zeros(_ sizes: Int...) throws -> Value {
      .tensor(try TensorOperator.call("aten::zeros", [list(sizes), .int(6), .none, .none, .none]))
    }

    private func list(_ numbers: [Int]) -> Value { .list(numbers.map { .int($0) }) }

    private func count(_ body: () throws -> Void) throws -> MultiplyAddCounter.Count {
      try TensorRuntime.withGradients(false) {
        try TensorRuntime.countingMultiplyAdds { counter in
          try body()
          return counter.take()
        }
      }
    }

    private func count(_ name: String, _ arguments: [Value]) throws -> Int {
      let found = try count { _ = try TensorOperator(fullName: name)(arguments) }
      #expect(found.uncounted.isEmpty)
      return found.multiplyAdds
    }

    @Test func `products count rows by columns by the length of both`() throws {
      #expect(try count("aten::mm", [zeros(2, 3), zeros(3, 4)]) == 24)
      #expect(try count("aten::bmm", [zeros(5, 2, 3), zeros(5, 3, 4)]) == 120)
      #expect(try count("aten::matmul", [zeros(2, 3), zeros(3)]) == 6)
      #expect(try count("aten::matmul", [zeros(7, 1, 2, 3), zeros(5, 3, 4)]) == 7 * 5 * 24)
      #expect(try count("aten::dot", [zeros(3), zeros(3)]) == 3)
      #expect(try count("aten::linear", [zeros(6, 2, 3), zeros(4, 3), zeros(4)]) == 6 * 24)
      #expect(try count("aten::addmm", [zeros(4), zeros(2, 3), zeros(3, 4), .int(1), .int(1)]) == 24)
      #expect(
        try count("aten::einsum", [.string("bij,bjk->bik"), .list([zeros(5, 2, 3), zeros(5, 3, 4)]), .none]) == 120)
      #expect(try count("aten::add.Tensor", [zeros(4), zeros(4), .int(1)]) == 0)
    }

    @Test func `a convolution counts its weight for every result, and a transposed one for every input`() throws {
      func convolution(_ input: Value, _ weight: Value, groups: Int = 1, transposed: Bool = false) throws -> Int {
        try count(
          "aten::convolution",
          [
            input, weight, .none, list([2, 2]), list([1, 1]), list([1, 1]), .bool(transposed), list([0, 0]),
            .int(groups),
          ])
      }
      #expect(try convolution(zeros(1, 4, 8, 8), zeros(6, 4, 3, 3)) == 6 * 4 * 4 * 4 * 9)
      #expect(try convolution(zeros(1, 4, 8, 8), zeros(4, 1, 3, 3), groups: 4) == 4 * 4 * 4 * 9)
      #expect(try convolution(zeros(1, 4, 8, 8), zeros(4, 6, 3, 3), transposed: true) == 4 * 64 * 6 * 9)
      #expect(
        try count(
          "aten::conv1d", [zeros(2, 4, 8), zeros(6, 4, 3), .none, list([1]), list([0]), list([1]), .int(1)])
          == 2 * 6 * 6 * 4 * 3)
    }

    @Test func `attention counts both products, and a recurrent layer its weights for every step`() throws {
      let attention = try count {
        let (query, key, value) = (try zeros(2, 3, 5, 8), try zeros(2, 3, 7, 8), try zeros(2, 3, 7, 8))
        _ = try TensorOperator("aten::scaled_dot_product_attention")(
          [query, key, value, .none, .float(0), .bool(false), .none, .bool(false)])
      }
      #expect(attention.multiplyAdds == 2 * 3 * 5 * 7 * 16)
      let lstm = try count {
        let state = try zeros(1, 2, 4)
        let weights: [Value] = [try zeros(16, 3), try zeros(16, 4), try zeros(16), try zeros(16)]
        let arguments: [Value] = [
          try zeros(5, 2, 3), .list([state, state]), .list(weights), .bool(true), .int(1), .float(0), .bool(false),
          .bool(false), .bool(false),
        ]
        _ = try TensorOperator("aten::lstm", overload: "input")(arguments)
      }
      #expect(lstm.multiplyAdds == 5 * 2 * 16 * (3 + 4))
    }

    @Test func `autocast counts once, and so do counts within counts`() throws {
      let cast = try count {
        try TensorRuntime.withAutocast(to: .bfloat16) {
          _ = try TensorOperator("aten::mm")([zeros(2, 3), zeros(3, 4)])
        }
      }
      #expect(cast.multiplyAdds == 24)
      var inner = 0
      let outer = try count {
        inner = try count("aten::mm", [zeros(2, 3), zeros(3, 4)])
        _ = try TensorOperator("aten::mm")([zeros(1, 3), zeros(3, 4)])
      }
      #expect(inner == 24 && outer.multiplyAdds == 36)
    }

    @Test func `taking a count begins the next one, and after the end there is none`() throws {
      var kept: MultiplyAddCounter?
      try TensorRuntime.countingMultiplyAdds { counter in
        _ = try TensorOperator("aten::mm")([zeros(2, 3), zeros(3, 4)])
        #expect(counter.take().multiplyAdds == 24)
        #expect(counter.take() == MultiplyAddCounter.Count())
        kept = counter
      }
      _ = try TensorOperator("aten::mm")([zeros(2, 3), zeros(3, 4)])
      #expect(kept?.take() == MultiplyAddCounter.Count())
    }

    @Test func `operators that may multiply and can't be counted are named`() throws {
      let weight = try TensorOperator.call("aten::zeros", [list([32, 32]), .int(1), .none, .none, .none])
      let found = try count {
        _ = try TensorOperator("aten::_weight_int8pack_mm")([zeros(4, 32), .tensor(weight), zeros(32)])
      }
      #expect(found.multiplyAdds == 0 && found.uncounted == ["aten::_weight_int8pack_mm"])
    }
  }
}
