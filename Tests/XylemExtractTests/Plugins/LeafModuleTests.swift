import CXylem
import Foundation
import Synchronization
import Testing
import XylemErrors
import XylemExtract
import XylemGraph
import XylemPlugins
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What extractors make of leaf modules that behave in every way that the ABI allows, and in some that it does not.
@Suite(.needsRuntime) struct LeafModuleTests {
  private func extractor(
    _ type: LeafModuleType, returning requests: [ReturnRequest] = ["relu"], mode: Mode = .eval
  ) throws -> FeatureExtractor {
    try FeatureExtractor(
      of: ScriptModel(path: Fixtures.path("constructs/relu_over_norm.pt")), returning: requests,
      options: TraceOptions(mode: mode, policy: LeafPolicy().leaf(PluginLeaf(type))), modes: [mode])
  }

  private func input(_ model: any TracedModel) throws -> [Value] {
    [.tensor(try Goldens.formula([2, 3, 8, 8]))]
  }

  private func run(_ extractor: FeatureExtractor) throws -> Features {
    try TensorRuntime.withGradients(false) { try extractor(input(extractor.model)) }
  }

  @Test func `With another output of the plugin the features are others`() throws {
    let plain = try RawLeaf.register("BatchNorm2d", digest: "once") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(RawLeaf.result(like: call.argument) { $0 })
      return XYLEM_OK
    }
    let doubled = try RawLeaf.register("BatchNorm2d", digest: "twice") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(RawLeaf.result(like: call.argument) { $0 * 2 })
      return XYLEM_OK
    }
    let requests: [ReturnRequest] = ["bn"]
    let a = try #require(try run(extractor(plain, returning: requests))["bn"]?.tensor).floats()
    let b = try #require(try run(extractor(doubled, returning: requests))["bn"]?.tensor).floats()
    #expect(a.contains { $0 != 0 } && a.map { $0 * 2 } == b)
  }

  @Test func `An argument that is returned is copied before a later operation overwrites it`() throws {
    // The model's ReLU is in place, over the norm's value.
    let same = try RawLeaf.register("BatchNorm2d", digest: "same") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(call.argument)
      return XYLEM_OK
    }
    let extractor = try extractor(same, returning: ["bn", "relu"])
    let features = try run(extractor)
    let norm = try #require(features["bn"]?.tensor).floats()
    #expect(norm.contains { $0 < 0 })
    #expect(try #require(features["relu"]?.tensor).floats() == norm.map { max($0, 0) })
  }

  static let faulty: [(String, RawLeaf.Call, ErrorID, String)] = [
    (
      "status",
      { _, _, error in
        error?.pointee.message = strdup("there is no more paper")
        error?.pointee.release = { free($0?.pointee.message) }
        return XYLEM_FAILED
      }, .pluginCallFailed, "there is no more paper"
    ),
    ("silent", { _, _, _ in XYLEM_OUT_OF_MEMORY }, .pluginCallFailed, "no reason was given"),
    (
      "count",
      { _, call, _ in
        call?.pointee.result_count = 1000
        return XYLEM_OK
      }, .pluginResult, "1000 results"
    ),
    (
      "null",
      { _, call, _ in
        call?.pointee.results[0].kind = XYLEM_ARGUMENT_TENSOR.rawValue
        call?.pointee.result_count = 1
        return XYLEM_OK
      }, .pluginResult, "null"
    ),
    (
      "kind",
      { _, call, _ in
        call?.pointee.results[0].kind = 77
        call?.pointee.result_count = 1
        return XYLEM_OK
      }, .pluginResult, "the kind 77"
    ),
    (
      "twice",
      { _, call, _ in
        guard let call else { return XYLEM_FAILED }
        let tensor = RawLeaf.result(like: call.argument) { $0 }
        call.give(tensor)
        call.give(tensor, at: 1)
        return XYLEM_OK
      }, .pluginResult, "the same tensor is returned twice"
    ),
    (
      "version",
      { _, call, _ in
        guard let call else { return XYLEM_FAILED }
        let tensor = RawLeaf.result(like: call.argument) { $0 }
        tensor.pointee.version.major = 2
        call.give(tensor)
        return XYLEM_OK
      }, .pluginResult, "DLPack 2"
    ),
    (
      "memory",
      { _, call, _ in
        guard let call else { return XYLEM_FAILED }
        let made = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
        made.initialize(to: call.argument.pointee)
        made.pointee.deleter = { $0?.deallocate() }
        call.give(made)
        return XYLEM_OK
      }, .pluginResult, "shares an argument's memory"
    ),
  ]

  @Test(arguments: faulty.indices)
  func `A leaf that breaks the contract ends in an error that says how, and the host lives`(index: Int) throws {
    let (name, call, id, words) = Self.faulty[index]
    let type = try RawLeaf.register("BatchNorm2d", digest: "fault-" + name, call: call)
    let error = #expect(throws: XylemError.self) { try run(extractor(type, returning: ["bn"])) }
    let cause = try #require(error?.cause as? XylemError)
    #expect(cause.id == id, "\(name)")
    #expect(String(describing: cause).contains(words), "\(cause)")
  }

  @Test func `A type whose structure is too short, or that lacks its code, is refused`() throws {
    let raw = UnsafeMutablePointer<xylem_leaf_module_type>.allocate(capacity: 1)
    defer { raw.deallocate() }
    raw.initialize(to: xylem_leaf_module_type())
    let identity = PluginIdentity(id: "org.xylem.test", digest: "short")
    raw.pointee.struct_size = 40
    #expect(throws: XylemError.self) { try LeafModuleType(raw: raw, plugin: identity, lock: CallLock()) }
    raw.pointee.struct_size = UInt32(MemoryLayout<xylem_leaf_module_type>.size)
    let name = strdup("Thing")
    defer { free(name) }
    raw.pointee.type_name = UnsafePointer(name)
    raw.pointee.flags = XYLEM_LEAF_REPLACES
    let error = #expect(throws: XylemError.self) {
      try LeafModuleType(raw: raw, plugin: identity, lock: CallLock())
    }
    #expect(error?.id == .pluginMismatch)
  }

  @Test func `A gradient without a backward is an error, and none arrives if none is recorded`()
    throws
  {
    let type = try RawLeaf.register("BatchNorm2d", digest: "no-backward") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(RawLeaf.result(like: call.argument) { $0 })
      return XYLEM_OK
    }
    let extractor = try extractor(type, returning: ["bn"])
    #expect(try run(extractor)["bn"]?.tensor?.requiresGrad == false)
    let image = try Goldens.formula([2, 3, 8, 8])
    try image.setRequiresGrad(true)
    let feature = try #require(try extractor([.tensor(image)])["bn"]?.tensor)
    #expect(feature.requiresGrad)
    let error = #expect(throws: XylemError.self) { try feature.sum().backward() }
    #expect(String(describing: try #require(error)).contains("has no backward"))
  }

  @Test(.serialized, arguments: [XYLEM_SERIAL, XYLEM_PER_INSTANCE, XYLEM_REENTRANT].map(\.rawValue))
  func `Eight threads call one extractor, and each gets its own result`(threading: UInt32) throws {
    let kind = xylem_threading(rawValue: threading)
    Overlap.seen.store(false, ordering: .relaxed)
    let type = try RawLeaf.register("BatchNorm2d", digest: "threads-\(threading)", threading: kind) { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      let now = Overlap.running.add(1, ordering: .relaxed).newValue
      if now > 1 { Overlap.seen.store(true, ordering: .relaxed) }
      call.give(RawLeaf.result(like: call.argument) { $0 + 1 })
      Overlap.running.subtract(1, ordering: .relaxed)
      return XYLEM_OK
    }
    let extractor = try extractor(type, returning: ["bn"])
    let plain = try FeatureExtractor(
      of: extractor.model, returning: ["conv"], options: TraceOptions(mode: .eval), modes: [.eval])
    let inputs = try (0..<8).map { try Goldens.formula([2, 3, 8, 8], shift: $0 * 31) }
    let expected = try inputs.map { input in
      try TensorRuntime.withGradients(false) {
        try #require(try plain([.tensor(input)])["conv"]?.tensor).floats().map { $0 + 1 }
      }
    }
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      for _ in 0..<50 {
        let found = try? TensorRuntime.withGradients(false) {
          try extractor([.tensor(inputs[index])])["bn"]?.tensor?.floats()
        }
        if found != expected[index] { wrong.withLock { $0 += 1 } }
      }
    }
    #expect(wrong.withLock { $0 } == 0)
    let overlapped = Overlap.seen.load(ordering: .relaxed)
    #expect(kind == XYLEM_REENTRANT || !overlapped)
  }

  @Test func `A saved extractor refuses a different file of its plugin, or accepts it on request`() throws {
    let type = try RawLeaf.register("BatchNorm2d", digest: "saved-1", plugin: "org.xylem.saved") { _, call, _ in
      guard let call else { return XYLEM_FAILED }
      call.give(RawLeaf.result(like: call.argument) { $0 })
      return XYLEM_OK
    }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("leaf-\(UUID().uuidString).xylem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try extractor(type, returning: ["bn"]).save(to: path)
    // As if a later process had loaded another file.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(String(decoding: bytes, as: UTF8.self).contains("org.xylem.saved"))
    #expect(try FeatureExtractor(path: path).otherPlugins == [])
    let missing = PluginIdentity(id: "org.xylem.saved", digest: "saved-2")
    #expect(throws: XylemError.self) { try LeafRegistry.standIn(for: missing, allowsOthers: false) }
    #expect(try LeafRegistry.standIn(for: missing, allowsOthers: true)?.digest == "saved-1")
    let unknown = PluginIdentity(id: "org.xylem.nobody", digest: "x")
    let error = #expect(throws: XylemError.self) { try LeafRegistry.standIn(for: unknown, allowsOthers: true) }
    #expect(error?.id == .pluginNotLoaded)
  }
}

/// How many calls run at once.
private enum Overlap {
  static let running = Atomic(0)
  static let seen = Atomic(false)
}
