import CXylem
import Synchronization
import Testing

@testable import XylemLeaf

private struct Identity: LeafModule {
  init(attributes: LeafAttributes, tensors: LeafTensors) throws {}
  func call(_ inputs: LeafValues, _ context: LeafContext) throws -> [LeafValue] { [try inputs[0]] }
}

/// One at a time: what is registered waits in one place.
@Suite(.serialized) struct LeavesTests {
  private func registered(_ register: () -> Void) -> [Implementation] {
    register()
    return Leaves.added.withLock { added in
      defer { added = [] }
      return added
    }
  }

  private func function(_ register: () -> Void) throws -> FunctionImplementation {
    try #require(registered(register).first as? FunctionImplementation)
  }

  /// Calls a function with the addresses of its arguments, as the C code of a plugin does.
  private func call<Result: BitwiseCopyable>(
    _ function: FunctionImplementation, _ arguments: [UnsafeRawPointer?], gives result: Result
  ) throws -> Result {
    var result = result
    try unsafe withUnsafeMutableBytes(of: &result) { bytes in
      let place = unsafe LeafResultPlace(address: try #require(bytes.baseAddress))
      try unsafe function.body(Slots(arguments, for: Lease()), place)
    }
    return result
  }

  @Test func `Signatures follow from Swift types`() {
    let found = registered {
      Leaves.add("a") { (_: Int8, _: Int16, _: Int32, _: Int64) -> UInt8 in 0 }
      Leaves.add("b") { (_: UInt8, _: UInt16, _: UInt32, _: UInt64, _: Int) -> Bool in true }
      Leaves.add("c") { (_: Float, _: Double, _: Bool, _: String) -> Float in 0 }
      Leaves.add("d") { (_: LeafTensor, _: LeafTensor?, _: [LeafTensor]) -> LeafTensor? in nil }
      Leaves.add("e") { (_: WritableLeafTensor, _: WritableLeafTensor?) in }
      Leaves.add("f") { (_: Int64?, _: Bool?, _: String?, _: [Int]?, _: [Double], _: [Bool]) -> [Int64] in [] }
      Leaves.add("g") { (_: Double) -> [LeafTensor?] in [] }
    }
    #expect(
      found.map { ($0 as? FunctionImplementation)?.signature } == [
        "(i8, i16, i32, i64) -> u8", "(u8, u16, u32, u64, i64) -> bool", "(f32, f64, bool, cstr) -> f32",
        "(tensor, opt<tensor>, tensor[]) -> opt<tensor>", "(tensor!, opt<tensor!>) -> ()",
        "(opt<i64>, opt<bool>, opt<cstr>, opt<i64[]>, f64[], bool[]) -> i64[]", "(f64) -> tensor[]",
      ])
  }

  @Test func `Numbers, strings, optionals and lists arrive, and a list is returned`() throws {
    let function = try function {
      Leaves.add("f") { (a: Double, b: Int64?, c: Int64?, text: String, list: [Int]) throws -> [Double] in
        [a, Double(b ?? -1), Double(c ?? -1), Double(text.count)] + list.map { Double($0) }
      }
    }
    let elements: [Int64] = [10, 20]
    try unsafe elements.withUnsafeBufferPointer { elements in
      try unsafe "vier".withCString { text in
        let list = unsafe stored(xylem_i64_list(count: 2, elements: elements.baseAddress))
        let arguments: [UnsafeRawPointer?] = unsafe [
          stored(2.5), stored(stored(Int64(7))), stored(UnsafeRawPointer?.none), stored(text), stored(list),
        ]
        let result = unsafe try call(function, arguments, gives: UnsafeMutableRawPointer?.none)
        let given = unsafe try #require(result).assumingMemoryBound(to: xylem_f64_list.self).pointee
        #expect(
          unsafe Array(UnsafeBufferPointer(start: given.elements, count: given.count)) == [2.5, 7, -1, 4, 10, 20])
        unsafe Memory.release(result)
      }
    }
  }

  /// Where a value lies, for as long as the test runs.
  private func stored<Value: BitwiseCopyable>(_ value: Value) -> UnsafeRawPointer {
    let memory = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    unsafe memory.initialize(to: value)
    return UnsafeRawPointer(memory)
  }

  @Test func `A function without a result writes its argument`() throws {
    let function = try function {
      Leaves.add("negate") { (target: WritableLeafTensor) in
        try target.withMutableElements(of: Float.self) { elements in
          for i in elements.indices { elements[i].negate() }
        }
      }
    }
    let target = Lent([1, 2] as [Float], shape: [2], strides: [1])
    _ = unsafe try call(function, [stored(target.pointer)], gives: UInt64(0))
    #expect(target.memory(2, as: Float.self) == [-1, -2])
  }

  @Test func `Every difference between declarations and Swift is reported, not only the first`() throws {
    let implementations = registered {
      Leaves.add(Identity.self)
      Leaves.add("round") { (x: Double) -> Double in x }
      Leaves.add("round") { (x: Double) -> Double in x }
      Leaves.add("twice") { (x: Float) -> Double in Double(x) * 2 }
      Leaves.add("extra") { (x: Double) -> Double in x }
    }
    var leaves: [UnsafeMutablePointer<xylem_swift_leaf>] = unsafe []
    for (name, signature) in [("round", "(f64) -> f64"), ("twice", "(f64) -> f64"), ("missing", "() -> ()")] {
      let function = UnsafeMutablePointer<xylem_leaf_function>.allocate(capacity: 1)
      unsafe function.initialize(to: xylem_leaf_function())
      unsafe function.pointee.name = unsafe UnsafePointer(Memory.text(name))
      unsafe function.pointee.signature = unsafe UnsafePointer(Memory.text(signature))
      let leaf = UnsafeMutablePointer<xylem_swift_leaf>.allocate(capacity: 1)
      unsafe leaf.initialize(to: xylem_swift_leaf(module: nil, function: function, implementation: nil))
      unsafe leaves.append(leaf)
    }
    let failure = #expect(throws: LeafError.self) {
      try unsafe leaves.withUnsafeBufferPointer { try unsafe Declarations($0).bind(implementations) }
    }
    #expect(
      failure?.message.split(separator: "; ") == [
        "'round' is registered twice",
        "'twice' is declared as (f64) -> f64, but the signature of its Swift type is (f32) -> f64",
        "'missing' is declared but not registered in Swift",
        "'Identity' is registered in Swift but not declared", "'extra' is registered in Swift but not declared",
      ])
  }

  @Test func `Random numbers follow from the seed`() {
    var generator = LeafGenerator(seed: 1_234_567)
    #expect([generator.next(), generator.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.uniform()) })
  }
}
