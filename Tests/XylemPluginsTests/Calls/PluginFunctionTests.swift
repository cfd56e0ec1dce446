import CXylem
import Foundation
import Synchronization
import Testing
import XylemErrors
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

@Suite struct PluginFunctionTests {
  @Test func `A leaf's structure is read as the SDK writes it`() throws {
    let scale = try Subjects.leaf("scale")
    #expect(scale.name == "scale")
    #expect(scale.plugin == "org.example.subjects")
    #expect(scale.signature.description == "(tensor, f64) -> tensor")
    #expect(scale.backwardSignature?.description == "(tensor, f64, tensor) -> tensor[]")
    #expect(scale.summary == "multiplies by a number")
    #expect([scale.isDeterministic, scale.isRandom] == [true, false])
    #expect(scale.tier == .derived)
    #expect(scale.threading == .serial)
    #expect(scale.operatorName == nil)
    #expect(try Subjects.leaf("reentrant_many").threading == .reentrant)
    #expect(try Subjects.leaf("doubled").backwardSignature == nil)
  }

  @Test func `Members beyond a structure's size are not read`() throws {
    var raw = unsafe try rawLeaf("half", "(f64) -> f64")
    unsafe raw.backward = unsafe raw.function
    unsafe raw.struct_size = 56
    let old = try unsafe PluginFunction(raw: &raw, plugin: "p", pluginLock: CallLock())
    #expect(old.backwardSignature == nil)
    #expect(old.tier == .asserted)
    expectEqual(try old([.float(3)]), .float(1.5))
    unsafe raw.struct_size = 55
    let error = expectError(.pluginShortStruct) {
      try unsafe PluginFunction(raw: &raw, plugin: "p", pluginLock: CallLock())
    }
    #expect(error?.message == "a leaf function of p has a structure of 55 bytes; at least 56 bytes are needed")
  }

  @Test func `What a leaf lacks or says wrongly is an error`() throws {
    expectError(.pluginSignature) { unsafe try leaf("half", "(f46) -> f64") }
    expectError(.pluginShortStruct) { unsafe try leaf("half", "(f64) -> f64") { unsafe $0.function = nil } }
    expectError(.pluginShortStruct) { unsafe try leaf("half", "(f64) -> f64") { unsafe $0.name = nil } }
    expectError(.pluginShortStruct) { unsafe try leaf("half", "(f64) -> f64") { unsafe $0.signature = nil } }
    expectError(.pluginShortStruct) {
      unsafe try leaf("half", "(tensor) -> tensor") { unsafe $0.backward = unsafe $0.function }
    }
    let error = expectError(.pluginSignature) {
      unsafe try leaf("half", "(tensor) -> tensor", backward: "(tensor) -> tensor[]")
    }
    #expect(
      error?.cause.map { "\($0)" } == "it is (tensor) -> tensor[]; expected (tensor, tensor) -> tensor[]")
    expectError(.pluginSignature) { unsafe try leaf("half", "(f64) -> f64", backward: "(f64, f64) -> tensor[]") }
    unsafe #expect(
      try leaf("half", "(tensor!) -> tensor[]", backward: "(tensor!, tensor[]) -> tensor[]").backwardSignature != nil)
    // With the results before their gradients.
    unsafe #expect(
      try leaf("half", "(tensor) -> tensor", backward: "(tensor, tensor, tensor) -> tensor[]").backwardSignature != nil)
    unsafe #expect(
      try leaf("half", "(tensor, f64) -> (tensor, tensor)", backward: "(tensor, f64, tensor[], tensor[]) -> tensor[]")
        .backwardSignature != nil)
  }

  @Test func `Serial calls of a plugin and calls of one function never overlap, others do`() async throws {
    let lock = CallLock()
    let serial = [try Subjects.leaf("serial_one", lock: lock), try Subjects.leaf("serial_other", lock: lock)]
    let alone = try Subjects.leaf("instance_alone", lock: lock)
    let many = try Subjects.leaf("reentrant_many", lock: lock)
    #expect(try onThreads(8) { try serial[$0 % 2]([]) }.map(describe).max() == "1")
    #expect(try onThreads(8) { _ in try alone([]) }.map(describe).max() == "1")
    let most = try onThreads(8) { _ in try many([]) }.map(describe).compactMap { Int($0) }.max()
    #expect((most ?? 0) > 1)
  }

  @Test func `A failure is its own thread's`() throws {
    let function = try Subjects.leaf("fails_if_odd")
    let outcomes = try onThreads(8) { thread -> Value in
      var wrong = 0
      for round in 0..<50 {
        let number = thread + round
        do {
          let given = try function([.int(number)])
          if number % 2 != 0 || describe(given) != "\(number)" { wrong += 1 }
        } catch let error as XylemError {
          if number % 2 == 0 || error.cause.map({ "\($0)" }) != "\(number) is odd" { wrong += 1 }
        }
      }
      return .int(wrong)
    }
    #expect(outcomes.map(describe) == Array(repeating: "0", count: 8))
  }

  @Test func `One interface serves every function of a signature, from any thread`() throws {
    let many = try onThreads(8) { thread -> Value in
      for width in 1...20 {
        let text = "(" + Array(repeating: "f64", count: width).joined(separator: ",") + ") -> f64"
        let first = try CallInterface.of(Signature(text))
        if first !== (try CallInterface.of(Signature(text))) { return .bool(false) }
      }
      return .bool(true)
    }
    #expect(many.map(describe) == Array(repeating: "true", count: 8))
  }

  // MARK: Helpers

  private func rawLeaf(_ name: String, _ signature: String) throws -> xylem_leaf_function {
    let function = try Subjects.function(name)
    var raw = unsafe xylem_leaf_function()
    unsafe raw.struct_size = UInt32(MemoryLayout<xylem_leaf_function>.size)
    unsafe raw.name = unsafe UnsafePointer(strdup(name))
    unsafe raw.signature = unsafe UnsafePointer(strdup(signature))
    unsafe raw.function = function.address
    return unsafe raw
  }

  private func leaf(
    _ name: String, _ signature: String, backward: String? = nil,
    _ change: (inout xylem_leaf_function) -> Void = { _ in }
  ) throws -> PluginFunction {
    var raw = try unsafe rawLeaf(name, signature)
    if let backward {
      unsafe raw.backward = unsafe raw.function
      unsafe raw.backward_signature = unsafe UnsafePointer(strdup(backward))
    }
    unsafe change(&raw)
    return try unsafe PluginFunction(raw: &raw, plugin: "p", pluginLock: CallLock())
  }

  /// Runs code on threads at once, and gives what each gave.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
    let outcomes = Mutex<[Int: Result<Value, any Error>]>([:])
    let done = DispatchSemaphore(value: 0)
    for thread in 0..<count {
      Thread {
        for _ in 0..<3 {
          let outcome = Result { try body(thread) }
          outcomes.withLock { $0[thread] = outcome }
        }
        done.signal()
      }.start()
    }
    for _ in 0..<count { done.wait() }
    let found = outcomes.withLock { $0 }
    return try (0..<count).map { thread in try #require(found[thread]).get() }
  }
}

@Suite(.serialized, .needsRuntime) struct PluginGradientTests {
  private func parameter(_ values: [Float], _ shape: [Int]) throws -> Tensor {
    let tensor = try Tensor(values, shape: shape)
    try tensor.setRequiresGrad(true)
    return tensor
  }

  @Test func `Gradients go through the gradient function`() throws {
    let scale = try Subjects.leaf("scale")
    let x = try parameter([1, 2, 3], [3])
    let y = try #require(try scale([.tensor(x), .float(5)]).tensor)
    #expect(y.requiresGrad)
    #expect(try y.floats() == [5, 10, 15])
    try y.mul(Tensor([1, 10, 100], shape: [3])).sum().backward()
    #expect(try x.gradient()?.floats() == [5, 50, 500])
  }

  @Test func `Nothing is recorded where nothing asks for it`() throws {
    let scale = try Subjects.leaf("scale")
    #expect(try scale([.tensor(Tensor([1], shape: [1])), .float(2)]).tensor?.requiresGrad == false)
    let x = try parameter([1], [1])
    #expect(try withoutGradients { try scale([.tensor(x), .float(2)]) }.tensor?.requiresGrad == false)
  }

  @Test func `A gradient for a function without a gradient function is an error that names it`() throws {
    let doubled = try Subjects.leaf("doubled")
    let x = try parameter([1, 2], [2])
    let y = try #require(try doubled([.tensor(x)]).tensor)
    #expect(try y.floats() == [2, 4])
    do {
      try y.sum().backward()
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains("the leaf function 'doubled' of org.example.subjects received a gradient"))
      #expect("\(error)".contains("plugin.no-backward"))
    }
    #expect(try x.gradient() == nil)
  }

  @Test func `A tensor in a list can't have a gradient, a tensor next to the list can`() throws {
    let function = try Subjects.leaf("first_scaled")
    let by = try parameter([3], [1])
    let list = Value.list([.tensor(try Tensor([1, 2], shape: [2]))])
    try #require(try function([list, .tensor(by)]).tensor).sum().backward()
    #expect(try by.gradient()?.floats() == [3])
    let inList = try parameter([1, 2], [2])
    let y = try #require(try function([.list([.tensor(inList)]), .tensor(by)]).tensor)
    do {
      try y.sum().backward()
      Issue.record("no error")
    } catch { #expect("\(error)".contains("plugin.no-backward")) }
  }

  @Test func `A function that writes and has gradients reads only while they are computed`() throws {
    let function = try Subjects.leaf("add_into")
    let (buffer, y) = (try Tensor([1, 1], shape: [2]), try parameter([2, 3], [2]))
    let sum = try #require(try function([.tensor(buffer), .tensor(y)]).tensor)
    #expect(try buffer.floats() == [3, 4])
    try sum.mul(Tensor([7, 8], shape: [2])).sum().backward()
    #expect(try y.gradient()?.floats() == [7, 8])
    expectError(.pluginArgument) { try function([.tensor(y), .tensor(y)]) }
    #expect(try y.floats() == [2, 3])
  }

  @Test func `A failure is unchanged while gradients are recorded`() throws {
    let scale = try Subjects.leaf("scale")
    expectError(.pluginArgument) { try scale([.tensor(try parameter([1], [1])), .string("x")]) }
  }
}
