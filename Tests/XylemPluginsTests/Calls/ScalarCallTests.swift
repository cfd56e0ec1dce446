import CXylem
import Testing
import XylemErrors
import XylemGraph
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

@Suite struct ScalarCallTests {
  /// Values that a type holds: its limits among them.
  private static let held: [(Signature.Number, [Value])] = [
    (.i8, [-128, -1, 0, 127].map(Value.int)), (.i16, [-32768, -1, 0, 32767].map(Value.int)),
    (.i32, [-2_147_483_648, -1, 0, 2_147_483_647].map(Value.int)), (.i64, [.min, -1, 0, .max].map(Value.int)),
    (.u8, [0, 1, 128, 255].map(Value.int)), (.u16, [0, 1, 32768, 65535].map(Value.int)),
    (.u32, [0, 1, 2_147_483_648, 4_294_967_295].map(Value.int)), (.u64, [0, 1, .max].map(Value.int)),
    (.f32, [-0.0, 0.5, .infinity, 3.4028234663852886e38, 1e-45].map { Value.float(Double(Float($0))) }),
    (.f64, [-0.0, 0.1, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude].map(Value.float)),
    (.bool, [.bool(true), .bool(false)]),
  ]

  @Test func `Every number type crosses at its limits and comes back the same`() throws {
    #expect(Self.held.map(\.0) == Signature.Number.allCases)
    for (number, values) in Self.held {
      for value in values { expectEqual(try Subjects.call("same_\(number.rawValue)", value), value) }
    }
  }

  @Test func `An optional number is passed by its address, and none as null`() throws {
    for (number, values) in Self.held {
      let name = "given_\(number.rawValue)"
      expectEqual(try Subjects.call(name, .none), .int(0))
      for value in values {
        let isZero = ["0", "-0.0f", "false"].contains(describe(value))
        expectEqual(try Subjects.call(name, value), .int(isZero ? 1 : 2))
      }
    }
  }

  @Test func `A number that a type can't hold is an error that names the argument`() throws {
    let beyond: [(String, [Value])] = [
      ("i8", [-129, 128].map(Value.int)), ("i16", [-32769, 32768].map(Value.int)),
      ("i32", [-2_147_483_649, 2_147_483_648].map(Value.int)), ("u8", [-1, 256].map(Value.int)),
      ("u16", [-1, 65536].map(Value.int)), ("u32", [-1, 4_294_967_296].map(Value.int)),
      ("u64", [-1, .min].map(Value.int)),
      ("f32", [.float(1e39), .int(16_777_217)]), ("f64", [.int(9_007_199_254_740_993)]),
      ("i64", [.float(1), .bool(true), .none]), ("bool", [.int(1), .int(0), .none]),
      ("f64", [.bool(true), .string("1")]),
    ]
    for (type, values) in beyond {
      for value in values {
        expectError(.pluginArgument) { try Subjects.call("same_\(type)", value) }
      }
    }
    let error = expectError(.pluginArgument) { try Subjects.call("ratio", .float(1), .string("2")) }
    #expect(error?.message == "argument 2 of ratio, of type f32, is '2', which is not a number")
    let range = expectError(.pluginArgument) { try Subjects.call("same_i8", .int(300)) }
    #expect(range?.message == "argument 1 of same_i8, of type i8, is 300, which is out of range for i8, -128 to 127")
  }

  @Test func `A float takes an integer that it holds exactly`() throws {
    expectEqual(try Subjects.call("same_f64", .int(1 << 53)), .float(9_007_199_254_740_992))
    expectEqual(try Subjects.call("same_f32", .int(-(1 << 24))), .float(-16_777_216))
    #expect(describe(try Subjects.call("same_f64", .float(.nan))) == "nanf")
    #expect(describe(try Subjects.call("same_f32", .float(.nan))) == "nanf")
  }

  @Test func `More numbers than registers arrive in their order`() throws {
    let numbers: [Double] = [
      -100, 0.5, 60000, 1.25, -2_000_000_000, 2.5, 200, -3.5, 0x1p40, 4.5, 1, 5.5, 4_000_000_000, 6.5, -30000, 7.5,
      0x1p50, 8.5,
      127, 9.5, 10.5,
    ]
    let isFloat: Set<Int> = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 20]
    var sum = 0.0
    var arguments: [Value] = []
    for (index, number) in numbers.enumerated() {
      sum += Double(index + 1) * number
      arguments.append(index == 10 ? .bool(true) : isFloat.contains(index) ? .float(number) : .int(Int(number)))
    }
    expectEqual(try Subjects.function("mixed")(arguments), .float(sum))

    let narrow = [-128, 255, -32768, 65535, -2_147_483_648, 4_294_967_295, -1, 128, -2, 32768, -3, 2_147_483_648, 1]
    let expected = narrow.reduce(0) { $0 * 3 + $1 }
    let values = narrow.dropLast().map(Value.int) + [.bool(true)]
    expectEqual(try Subjects.function("narrow")(values), .int(expected))
  }

  @Test func `A narrow result is read without the bits above it`() throws {
    let results: [(String, Value)] = [
      ("i8", .int(-128)), ("u8", .int(128)), ("i16", .int(-8576)), ("u16", .int(56960)), ("i32", .int(0x5a5a_de80)),
      ("u32", .int(0x5a5a_de80)), ("bool", .bool(true)),
    ]
    for (type, value) in results { expectEqual(try Subjects.call("dirty", as: "() -> \(type)"), value) }
    for (type, value) in results.map({ ($0.0, $0.0 == "bool" ? Value.bool(false) : .int(0)) }) {
      expectEqual(try Subjects.call("dirty_zero", as: "() -> \(type)"), value)
    }
  }

  @Test func `An unsigned result beyond the largest integer is an error`() throws {
    let error = expectError(.pluginResult) { try Subjects.call("same_i64", .int(-1), as: "(i64) -> u64") }
    #expect(error?.message.contains("9223372036854775807") == true)
    expectEqual(try Subjects.call("same_i64", .int(.max), as: "(i64) -> u64"), .int(.max))
  }

  @Test func `A function without a result gives none, and ran`() throws {
    let before = try Subjects.call("counted")
    expectEqual(try Subjects.call("count_up", .int(5)), .none)
    guard case .literal(.int(let start)) = before else {
      Issue.record("\(before)")
      return
    }
    expectEqual(try Subjects.call("counted"), .int(start + 5))
  }

  @Test func `A wrong number of arguments calls nothing`() throws {
    let error = expectError(.pluginArgument) { try Subjects.call("half") }
    #expect(error?.message == "half takes 1 argument, but 0 were passed")
    expectError(.pluginArgument) { try Subjects.call("ratio", .float(1), .float(2), .float(3)) }
  }

  @Test func `A failure has the function's first reason, and is gone at the next call`() throws {
    let error = expectError(.pluginCallFailed) { try Subjects.call("fails", .float(-2)) }
    #expect(error.map { "\($0)" } == "the leaf function 'fails' failed (plugin.call-failed)\n  cause: no root of -2")
    expectEqual(try Subjects.call("half", .float(3)), .float(1.5))
    expectError(.pluginCallFailed) { try Subjects.call("fails_at", .int(-1)) }
    expectEqual(try Subjects.call("fails_at", .int(1)), .none)
  }

  @Test func `A call within a call has its own failure`() throws {
    let half = try Subjects.function("half")
    let fails = try Subjects.function("fails")
    let outer = HostServices.capturingFailure {
      unsafe HostServices.shared.pointee.fail("the outer one")
      expectError(.pluginCallFailed) { try fails([Value.float(-1)]) }
      #expect((try? half([.float(1)])).map(describe) == "0.5f")
    }
    #expect(outer == "the outer one")
    #expect(HostServices.capturingFailure {} == nil)
  }

  @Test func `The host's memory is aligned, and its unknown extensions are null`() throws {
    let host = unsafe HostServices.shared.pointee
    let size = (host.struct_size, UInt32(MemoryLayout<xylem_host>.size))
    #expect(size.0 == size.1)
    #expect(host.abi_version == UInt32(XYLEM_ABI_VERSION))
    let isKnown = unsafe host.extension("xylem.no-such/1") != nil
    #expect(!isKnown)
    for size in [0, 1, 63, 64, 65, 4097] {
      guard let memory = host.allocate(size) else {
        Issue.record("no memory")
        return
      }
      #expect(UInt(bitPattern: memory) % 64 == 0)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 7, count: size)
      unsafe host.release(memory)
    }
    let hasMost = unsafe host.allocate(.max) != nil
    #expect(!hasMost)
    host.release(nil)
  }
}
