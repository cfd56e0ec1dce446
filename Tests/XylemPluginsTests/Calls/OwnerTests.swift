import CXylem
import CallSubjects
import Glibc
import Testing
import XylemErrors
import XylemGraph
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

/// An argument that either owner of tensors can make.
enum Given {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case tensor([Float], [Int])
  case list([Given])

  /// The argument with tensors of an owner.
  func value<V: CallValue>(_ make: ([Float], [Int]) throws -> V.Tensor) throws -> V {
    switch self {
    case .none: .none
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): .float(number)
    case .string(let text): .string(text)
    case .tensor(let elements, let shape): .tensor(try make(elements, shape))
    case .list(let elements): .list(try elements.map { try $0.value(make) })
    }
  }

  static func runtime(_ elements: [Float], _ shape: [Int]) throws -> Tensor { try Tensor(elements, shape: shape) }

  static func plain(_ elements: [Float], _ shape: [Int]) throws -> PlainTensor {
    try PlainTensor(
      TensorForm(element: TensorForm.elements[0], shape: shape), fill: .values(elements.map { Double($0) }))
  }
}

/// What came of a call, with the elements of tensors.
private func outcome(_ body: () throws -> some CallValue) -> String {
  do { return try text(try body()) } catch let error as XylemError {
    return "\(error.id.rawValue): \(error.message)"
  } catch { return "\(error)" }
}

private func text(_ value: some CallValue) throws -> String {
  switch value.content {
  case .literal(.none): return "none"
  case .literal(.bool(let flag)): return "\(flag)"
  case .literal(.int(let number)): return "\(number)"
  case .literal(.float(let number)): return "\(number)f"
  case .literal(.string(let text)): return "'\(text)'"
  case .list(let elements): return "[" + (try elements.map { try text($0) }).joined(separator: ", ") + "]"
  case .literal, .other: return "other"
  case .tensor(let tensor as Tensor): return "tensor\(try tensor.sizes)\(try tensor.floats())"
  case .tensor(let tensor as PlainTensor):
    let elements = tensor.elements
    let floats = stride(from: 0, to: elements.count, by: 4).map { Float(bitPattern: elements.word32(at: $0)) }
    return "tensor\(tensor.shape)\(floats)"
  case .tensor: return "a tensor of another owner"
  }
}

extension TensorCallTests {
  private static let pair = Given.tensor([1, 2, 3, 4], [2, 2])

  @Test(
    arguments: [
      ("scaled", [pair, .float(3)], "tensor[2, 2][3.0, 6.0, 9.0, 12.0]"),
      ("scaled", [.tensor([], [0, 2]), .int(3)], "tensor[0, 2][]"),
      ("second", [pair, .tensor([5], [])], "tensor[][5.0]"), ("with_offset", [], "tensor[2][1.0, 2.0]"),
      ("constant", [], "tensor[2][3.0, 4.0]"), ("no_tensor", [], "none"),
      ("is_read_only", [pair], "1"), ("is_writable", [pair], "1"), ("given_tensor", [.none], "-1"),
      ("add_one_same", [pair], "tensor[2, 2][2.0, 3.0, 4.0, 5.0]"),
      ("weighted_sums", [.list([pair, .tensor([1], [1])])], "32.0f"),
      ("each_scaled", [.list([.tensor([1], [1])]), .float(2)], "[tensor[1][2.0]]"),
      ("new_and_same", [.tensor([1], [1])], nil),
      ("same_tensors", [.list([pair])], "[tensor[2, 2][1.0, 2.0, 3.0, 4.0]]"),
      ("length", [.string("wäßrig")], "8"), ("sum_of", [.list([.int(1), .int(2)])], "3"),
      ("same_u64", [.int(7)], "7"), ("same_i8", [.int(300)], nil), ("same_f32", [.float(1e300)], nil),
      ("half", [.string("x")], nil), ("same_address", [.none], nil), ("sum_of", [.list([.float(1)])], nil),
      ("weighted_sum", [.int(1)], nil), ("weighted_sums", [.list([.none])], nil), ("scaled", [pair], nil),
      ("view_of", [pair], nil), ("of_version_two", [], nil), ("of_negative_size", [], nil),
      ("of_strange_type", [], nil),
      ("twice_the_same", [], nil), ("with_gap", [], nil), ("second_strange", [], nil), ("add_one_fails", [pair], nil),
      ("fails_with_tensors", [], nil), ("bad_text", [], nil), ("hollow_list", [], nil), ("fails", [.float(1)], nil),
    ] as [(String, [Given], String?)])
  func `A trial's memory and the runtime's tensors go through the same calls`(
    _ name: String, _ arguments: [Given], _ expected: String?
  ) throws {
    let function = try Subjects.function(name)
    let before = call_subjects_alive()
    let inTrial = outcome { try function(arguments.map { try $0.value(Given.plain) as TrialValue }) }
    let inRun = outcome { try function(arguments.map { try $0.value(Given.runtime) as Value }) }
    #expect(inTrial == inRun)
    #expect(expected == nil || inRun == expected)
    #expect(call_subjects_alive() == before)
    #expect(call_subjects_given_back_twice() == 0)
  }

  @Test(arguments: [
    (RawModule.sharesResults, "two returned tensors share memory"),
    (.givesOwnTensor, "it is the module's own tensor 'weight', not memory of its own"),
    (.sharesOwnMemory, "the tensor shares the memory of the module's own tensor 'weight'"),
    (.givesNull, "the tensor is null"), (.givesStrangeKind, "it has the kind 77, which is not valid for results"),
    (.givesTooMany, "reports 17 results; there is space for 16"),
    (.hasUnknownParameter, "has the parameter 'bias', which is not one of the module's tensors"),
    (.givesNoInstance, "did not create an instance"),
  ])
  func `What a module may not give is refused in a trial as in a run`(_ raw: RawModule, _ reason: String) throws {
    let type = try raw.type()
    let inTrial = outcome { try raw.call(type, Given.plain) as TrialValue }
    let inRun = outcome { try raw.call(type, Given.runtime) as Value }
    #expect(inTrial == inRun)
    #expect(inRun.hasPrefix("plugin.result: ") && inRun.contains(reason), "\(inRun)")
  }

  @Test func `A module is not called with an argument without memory, or a written one with repeated elements`() throws
  {
    func instance(writes: UInt64) throws -> LeafModuleInstance {
      LeafModuleInstance(try RawModule.givesNull.type(writes: writes), isTraining: false, attributes: "{}") { [] }
    }
    let one = try Tensor([1], shape: [1])
    let nowhere = try TensorOperator.call("aten::to", overload: "device", [.tensor(one), .device("meta"), .int(6)])
    let error = expectError(.pluginArgument) { try instance(writes: 0)([.tensor(nowhere)]) }
    #expect(
      error?.message
        == "argument 1 of the leaf 'Raw' is a tensor of float32, whose elements can't be accessed in memory")
    let repeated = expectError(.pluginArgument) { try instance(writes: 1)([.tensor(one.expand([3]))]) }
    #expect(repeated?.message.contains("several of whose elements share memory") == true)
  }
}

/// Leaf modules that give what they may not.
enum RawModule: String, CaseIterable, Sendable {
  case sharesResults, givesOwnTensor, sharesOwnMemory, givesNull, givesStrangeKind, givesTooMany, hasUnknownParameter
  case givesNoInstance

  /// Elements that results share, for the life of the process.
  nonisolated(unsafe) private static let shared = UnsafeMutablePointer<Float>.allocate(capacity: 2)
  nonisolated(unsafe) private static let size: UnsafeMutablePointer<Int64> = {
    let size = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    unsafe size.initialize(to: 2)
    return unsafe size
  }()

  /// A tensor of two elements without a deleter.
  private static func made(_ data: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<DLManagedTensorVersioned> {
    var tensor = unsafe DLManagedTensorVersioned()
    unsafe tensor.version = DLPackVersion(major: 1, minor: 0)
    unsafe tensor.dl_tensor.data = unsafe data
    unsafe tensor.dl_tensor.device = DLDevice(device_type: 1, device_id: 0)
    unsafe tensor.dl_tensor.ndim = 1
    unsafe tensor.dl_tensor.dtype = DLDataType(code: 2, bits: 32, lanes: 1)
    unsafe tensor.dl_tensor.shape = unsafe size
    let made = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
    unsafe made.initialize(to: tensor)
    return unsafe made
  }

  private static func give(_ call: UnsafeMutablePointer<xylem_leaf_call>?, _ tensors: [DLTensorPointer?]) {
    for index in unsafe tensors.indices {
      unsafe call?.pointee.results[index].kind = XYLEM_ARGUMENT_TENSOR.rawValue
      unsafe call?.pointee.results[index].as.tensor = unsafe tensors[index]
    }
    unsafe call?.pointee.result_count = tensors.count
  }

  private typealias DLTensorPointer = UnsafeMutablePointer<DLManagedTensorVersioned>

  /// The type, as a plugin's table has it; kept for the life of the process.
  func type(writes: UInt64 = 0) throws -> LeafModuleType {
    let raw = UnsafeMutablePointer<xylem_leaf_module_type>.allocate(capacity: 1)
    unsafe raw.initialize(to: xylem_leaf_module_type())
    unsafe raw.pointee.struct_size = UInt32(MemoryLayout<xylem_leaf_module_type>.size)
    unsafe raw.pointee.flags = XYLEM_LEAF_REPLACES
    unsafe raw.pointee.writes = writes
    unsafe raw.pointee.mode = XYLEM_MODE_NONE.rawValue
    unsafe raw.pointee.type_name = unsafe UnsafePointer(strdup("Raw"))
    // The instance is the address of its first tensor.
    unsafe raw.pointee.create = { _, _, tensors, count, out, _ in
      let first = unsafe count > 0 ? tensors?[0] : nil
      unsafe out?.pointee = OpaquePointer(first ?? RawModule.made(nil))
      return XYLEM_OK
    }
    unsafe raw.pointee.destroy = { _ in }
    unsafe raw.pointee.call = { _, call, _ in
      unsafe RawModule.give(call, [nil])
      return XYLEM_OK
    }
    unsafe set(raw)
    return try unsafe LeafModuleType(
      raw: raw, plugin: PluginIdentity(id: "org.example.raw", digest: "none"), lock: CallLock())
  }

  private func set(_ raw: UnsafeMutablePointer<xylem_leaf_module_type>) {
    switch self {
    case .givesNull: break
    case .sharesResults:
      unsafe raw.pointee.call = { _, call, _ in
        unsafe RawModule.give(call, [RawModule.made(RawModule.shared), RawModule.made(RawModule.shared)])
        return XYLEM_OK
      }
    case .givesOwnTensor:
      unsafe raw.pointee.call = { instance, call, _ in
        unsafe RawModule.give(call, [instance.map { unsafe DLTensorPointer($0) }])
        return XYLEM_OK
      }
    case .sharesOwnMemory:
      unsafe raw.pointee.call = { instance, call, _ in
        let own = unsafe instance.map { unsafe DLTensorPointer($0) }
        unsafe RawModule.give(call, [RawModule.made(own?.pointee.dl_tensor.data)])
        return XYLEM_OK
      }
    case .givesStrangeKind:
      unsafe raw.pointee.call = { _, call, _ in
        unsafe call?.pointee.results[0].kind = 77
        unsafe call?.pointee.result_count = 1
        return XYLEM_OK
      }
    case .givesTooMany:
      unsafe raw.pointee.call = { _, call, _ in
        unsafe call?.pointee.result_count = 17
        return XYLEM_OK
      }
    case .hasUnknownParameter:
      unsafe raw.pointee.parameters = { _, names, capacity in
        if capacity > 0 { unsafe names?[0] = UnsafePointer(strdup("bias")) }
        return 1
      }
    case .givesNoInstance: unsafe raw.pointee.create = { _, _, _, _, _, _ in XYLEM_OK }
    }
  }

  /// Makes an instance with one tensor, and calls it with another.
  func call<V: CallValue>(_ type: LeafModuleType, _ make: ([Float], [Int]) throws -> V.Tensor) throws -> V {
    let instance = try LiveInstance<V>(
      type, attributes: "{}", tensors: [("weight", try make([1, 2], [2]))], isTraining: false)
    let lent = try ModuleArguments([V.tensor(try make([3, 4], [2]))], leaf: type.name, writes: type.writes)
    defer { lent.release() }
    return .list(try instance.call(lent, isTraining: false, seed: 0))
  }
}
