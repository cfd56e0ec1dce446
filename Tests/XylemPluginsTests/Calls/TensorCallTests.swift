import CallSubjects
import Testing
import XylemErrors
import XylemFiles
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

/// One after another: they count what is alive.
@Suite(.serialized, .needsRuntime) struct TensorCallTests {
  private static func tensor(_ values: [Float], _ shape: [Int]) throws -> Value {
    .tensor(try Tensor(values, shape: shape))
  }

  private static func sequence(_ shape: [Int]) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: shape)
  }

  private static func weighted(_ tensor: Tensor) throws -> Double {
    try tensor.floats().enumerated().reduce(0) { $0 + Double($1.offset + 1) * Double($1.element) }
  }

  /// What is alive after `body` as before, and nothing was given back twice.
  private static func balanced(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) rethrows {
    let before = call_subjects_alive()
    try body()
    #expect(call_subjects_alive() == before, sourceLocation: sourceLocation)
    #expect(call_subjects_given_back_twice() == 0, sourceLocation: sourceLocation)
  }

  @Test func `Tensors are lent with their strides and offset, whatever their shape`() throws {
    let whole = try Self.sequence([3, 4, 5])
    let lent = [
      whole, try whole.permute(2, 0, 1), try whole[1..<3], try whole.select(dim: 1, index: 2),
      try whole.flip([0]),
      try whole[1].t()[1..<4], try Tensor([], shape: [0, 7]),
      try Tensor([4], shape: []),
      try Tensor([1, 2], shape: [2, 1]).expand([2, 3]),
    ]
    for tensor in lent {
      expectEqual(try Subjects.call("weighted_sum", .tensor(tensor)), .float(try Self.weighted(tensor)))
    }
  }

  @Test func `Only a tensor that is written is lent for writing`() throws {
    expectEqual(try Subjects.call("is_read_only", Self.tensor([1], [1])), .int(1))
    expectEqual(try Subjects.call("is_writable", Self.tensor([1], [1])), .int(1))
    expectEqual(try Subjects.call("given_tensor", .none), .int(-1))
    expectEqual(try Subjects.call("given_tensor", Self.tensor([1], [1, 1])), .int(2))
    expectError(.pluginArgument) { try Subjects.call("is_read_only", .none) }
    expectError(.pluginArgument) { try Subjects.call("is_read_only", .list([])) }
  }

  @Test func `A written tensor changes in place, in a view too, also where the function then fails`() throws {
    let tensor = try Self.sequence([2, 3])
    expectEqual(try Subjects.call("add_one", .tensor(try tensor.t())), .none)
    #expect(try tensor.floats() == [1, 2, 3, 4, 5, 6])
    Self.balanced {
      expectError(.pluginCallFailed) {
        try Subjects.call("add_one_fails", .tensor(try tensor.select(dim: 0, index: 1)))
      }
    }
    #expect(try tensor.floats() == [1, 2, 3, 5, 6, 7])
    guard case .tensor(let same) = try Subjects.call("add_one_same", .tensor(tensor)) else { return }
    #expect(same.identity == tensor.identity)
    #expect(try tensor.floats() == [2, 3, 4, 6, 7, 8])
  }

  @Test func `The runtime notices that a tensor was written which a gradient needs`() throws {
    let weight = try Tensor([1, 2], shape: [2])
    try weight.setRequiresGrad(true)
    let factor = try Tensor([3, 4], shape: [2])
    let product = try weight.mul(factor)
    expectEqual(try Subjects.call("add_one", .tensor(factor)), .none)
    expectError(.runtimeTensor) { try product.sum().backward() }
  }

  @Test func `What can't be written in place is refused before the call`() throws {
    let weight = try Tensor([1, 2], shape: [2])
    try weight.setRequiresGrad(true)
    expectError(.pluginArgument) { try Subjects.call("add_one", .tensor(weight)) }
    expectEqual(try withoutGradients { try Subjects.call("add_one", .tensor(weight)) }, .none)
    #expect(try weight.floats() == [2, 3])
    let repeated = try Tensor([1], shape: [1]).expand([3])
    expectError(.pluginArgument) { try Subjects.call("add_one", .tensor(repeated)) }
    let conjugate = try TensorOperator.call("aten::conj", [.tensor(try weight.converted(to: .complex64))])
    let error = expectError(.pluginArgument) { try Subjects.call("add_one", .tensor(conjugate)) }
    #expect(error?.cause != nil)
  }

  @Test func `A tensor whose elements lie otherwise is made plain where it is only read`() throws {
    let values = try Tensor([1, 2, 3, 4], shape: [2, 2])
    let sparse = try TensorOperator.call("aten::to_sparse", [.tensor(values), .none, .none, .none])
    expectEqual(try Subjects.call("weighted_sum", .tensor(sparse)), .float(30))
    let complex = try TensorOperator.call("aten::complex", [.tensor(values), .tensor(values)])
    let negative = try TensorOperator.call(
      "aten::imag", [.tensor(try TensorOperator.call("aten::conj", [.tensor(complex)]))])
    expectEqual(try Subjects.call("weighted_sum", .tensor(negative)), .float(-30))
    let nowhere = try TensorOperator.call("aten::to", overload: "device", [.tensor(values), .device("meta"), .int(6)])
    expectError(.pluginArgument) { try Subjects.call("weighted_sum", .tensor(nowhere)) }
  }

  @Test func `A result is taken over and given back when it goes`() throws {
    try Self.balanced {
      expectEqual(
        try Subjects.call("scaled", Self.tensor([1, 2, 3], [3, 1]), .float(2)), try Self.tensor([2, 4, 6], [3, 1]))
      expectEqual(try Subjects.call("scaled", Self.tensor([], [0, 2]), .float(2)), try Self.tensor([], [0, 2]))
      expectEqual(try Subjects.call("with_offset"), try Self.tensor([1, 2], [2]))
    }
    expectEqual(try Subjects.call("constant"), try Self.tensor([3, 4], [2]))
    expectEqual(try Subjects.call("no_tensor"), .none)
    expectError(.pluginResult) { try Subjects.call("no_tensor", as: "() -> tensor") }
  }

  @Test func `A result that is an argument is that argument`() throws {
    let (first, second) = (try Self.sequence([2]), try Self.sequence([3]).flip([0]))
    let given = try Subjects.call("second", .tensor(first), .tensor(second))
    #expect(given.tensor?.identity == second.identity)
    guard case .list(let both) = try Subjects.call("new_and_same", .tensor(first)) else { return }
    #expect(both.map { $0.tensor?.identity == first.identity } == [false, true])
    guard case .list(let list) = try Subjects.call("same_tensors", .list([.tensor(first), .tensor(second)])) else {
      return
    }
    #expect(list.map { $0.tensor?.identity } == [first.identity, second.identity])
  }

  @Test(arguments: [
    ("of_version_two", "DLPack 2"), ("of_negative_size", "size -2"), ("of_strange_type", "can't be imported"),
    ("twice_the_same", "twice"), ("with_gap", "null"), ("second_strange", "can't be imported"),
  ])
  func `A result that can't be is refused and given back once`(_ name: String, _ reason: String) throws {
    Self.balanced {
      let error = expectError(.pluginResult) { try Subjects.call(name) }
      #expect(error?.message.contains(reason) == true)
    }
  }

  @Test func `A result in an argument's memory is refused`() throws {
    try Self.balanced {
      let error = expectError(.pluginResult) { try Subjects.call("view_of", Self.tensor([1, 2, 3], [3])) }
      #expect(error?.message.contains("shares an argument's memory") == true)
      expectEqual(try Subjects.call("view_of", Self.tensor([], [0])), try Self.tensor([], [0]))
    }
  }

  @Test func `Lists of tensors cross both ways`() throws {
    try Self.balanced {
      let list = Value.list([try Self.tensor([1, 2], [2]), .tensor(try Self.sequence([2, 2]).t())])
      expectEqual(try Subjects.call("weighted_sums", list), .float(5 + 2 * (2 * 2 + 3 * 1 + 4 * 3)))
      expectEqual(
        try Subjects.call("each_scaled", list, .float(3)),
        .list([try Self.tensor([3, 6], [2]), try Self.tensor([0, 6, 3, 9], [2, 2])]))
      expectEqual(try Subjects.call("each_scaled", .list([]), .float(3)), .list([]))
      expectError(.pluginArgument) { try Subjects.call("weighted_sums", .list([.none])) }
      expectError(.pluginCallFailed) { try Subjects.call("fails_with_tensors") }
    }
  }

  @Test func `A list that the runtime keeps is read`() throws {
    let split = try TensorOperator("aten::split", overload: "Tensor")([
      .tensor(try Self.sequence([4])), .int(2), .int(0),
    ])
    expectEqual(try Subjects.call("weighted_sums", split[0]), .float(2 + 2 * (2 + 6)))
  }
}
