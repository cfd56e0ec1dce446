import Testing
import XylemErrors
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

@Suite struct TextCallTests {
  @Test func `Texts cross as UTF-8, and none as null`() throws {
    expectEqual(try Subjects.call("length", .string("")), .int(0))
    expectEqual(try Subjects.call("length", .string("wäßrig")), .int(8))
    expectEqual(try Subjects.call("length", .string(String(repeating: "x", count: 5000))), .int(5000))
    expectEqual(try Subjects.call("length", .none), .int(-1))
    expectEqual(try Subjects.call("same_text", .string("it comes back")), .string("it comes back"))
    expectEqual(try Subjects.call("no_text"), .none)
  }

  @Test func `A string that can't cross is an error`() throws {
    expectError(.pluginArgument) { try Subjects.call("same_text", .string("a\0b")) }
    expectError(.pluginArgument) { try Subjects.call("same_text", .int(1)) }
    expectError(.pluginArgument) { try Subjects.call("same_text", .none) }
    expectError(.pluginResult) { try Subjects.call("bad_text") }
    let error = expectError(.pluginResult) { try Subjects.call("no_text", as: "() -> cstr") }
    #expect(
      error?.message
        == "no_text did not return a valid result of type cstr: it is null, which is only allowed for an 'opt<…>'")
  }

  @Test func `An address is an integer`() throws {
    for address in [0, 4096, -1] {
      expectEqual(try Subjects.call("same_address", .int(address)), .int(address))
    }
    expectEqual(try Subjects.call("same_address", .none, as: "(opt<ptr>) -> opt<ptr>"), .none)
    expectError(.pluginArgument) { try Subjects.call("same_address", .none) }
    expectError(.pluginArgument) { try Subjects.call("same_address", .float(1)) }
  }

  @Test func `Lists of numbers cross both ways`() throws {
    expectEqual(try Subjects.call("sum_of", ints(1, 2, 39)), .int(42))
    expectEqual(try Subjects.call("sum_of", .list([])), .int(0))
    expectEqual(try Subjects.call("sum_of", .none), .int(-1))
    expectEqual(try Subjects.call("sum_of", .tuple([.int(1), .int(2)], names: [])), .int(3))
    expectEqual(try Subjects.call("product_of", .list([.float(0.5), .int(8)])), .float(4))
    expectEqual(try Subjects.call("true_of", .list([.bool(true), .bool(false), .bool(true)])), .int(2))
    expectEqual(try Subjects.call("reversed", ints(1, 2, 3)), ints(3, 2, 1))
    expectEqual(try Subjects.call("reversed", .list([])), .list([]))
    expectEqual(try Subjects.call("halves", .int(3)), .list([.float(0), .float(0.5), .float(1)]))
    expectEqual(try Subjects.call("are_odd", ints(1, 2)), .list([.bool(true), .bool(false)]))
  }

  @Test func `A list that is its own argument, none, or hollow`() throws {
    expectEqual(try Subjects.call("same_list", ints(4, 5)), ints(4, 5))
    expectEqual(try Subjects.call("no_list"), .none)
    expectError(.pluginResult) { try Subjects.call("no_list", as: "() -> i64[]") }
    expectError(.pluginResult) { try Subjects.call("hollow_list") }
    expectError(.pluginCallFailed) { try Subjects.call("fails_with_list") }
  }

  @Test func `A wrong element is named`() throws {
    let error = expectError(.pluginArgument) { try Subjects.call("sum_of", .list([.int(1), .float(2)])) }
    #expect(
      error?.message
        == "argument 1 of sum_of, of type opt<i64[]>, is a list of 2, whose element 1 is 2.0, which is not an integer")
    expectError(.pluginArgument) { try Subjects.call("true_of", ints(1)) }
    expectError(.pluginArgument) { try Subjects.call("reversed", .int(1)) }
  }

  private func ints(_ numbers: Int...) -> Value { .list(numbers.map(Value.int)) }
}
