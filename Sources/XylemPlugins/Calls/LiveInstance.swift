internal import CXylem
internal import XylemErrors
internal import XylemTensor

/// What a plugin's `create` made, with the tensors that it was given: destroyed when the last call of it is over.
@safe final class LiveInstance: @unchecked Sendable {
  let type: LeafModuleType
  let handle: OpaquePointer
  let tensors: [(name: String, tensor: Tensor)]
  private let addresses: [UInt?]
  /// Lent until the instance is destroyed.
  let views: UnsafeMutablePointer<DLManagedTensorVersioned>
  /// The tensors for which backward gives gradients, in its order.
  let parameters: [Tensor]

  init(
    _ type: LeafModuleType, attributes: String, tensors given: [(name: String, tensor: Tensor)], isTraining: Bool
  ) throws {
    self.type = type
    let raw = unsafe type.raw.pointee
    guard let create = unsafe raw.create else {
      throw LeafErrors.incomplete("'\(type.name)'", "no create", type.plugin)
    }
    var kept: [(name: String, tensor: Tensor)] = []
    for (name, tensor) in given { kept.append((name, try tensor.plain())) }
    tensors = kept
    addresses = given.map(\.tensor.dataAddress)
    unsafe views = UnsafeMutablePointer.allocate(capacity: max(kept.count, 1))
    var made: OpaquePointer?
    do {
      unsafe made = unsafe try Self.create(create, type, attributes, kept, views)
      guard let handle = unsafe made else {
        throw LeafErrors.failed("to be made", type.name, type.plugin, reason: "it gave no instance")
      }
      unsafe self.handle = unsafe handle
      let names = unsafe Self.parameterNames(raw, handle)
      parameters = try names.map { name in
        guard let entry = kept.first(where: { $0.name == name }) else {
          throw LeafErrors.failed(
            "to be made", type.name, type.plugin, reason: "its parameter '\(name)' is none of the module's tensors")
        }
        return entry.tensor
      }
      if let setMode = unsafe raw.set_mode {
        try unsafe Self.check("to change its mode", type) { unsafe setMode(handle, isTraining ? 1 : 0, $0) }
      }
    } catch {
      if let made = unsafe made { unsafe raw.destroy?(made) }
      unsafe views.deallocate()
      throw error
    }
  }

  deinit {
    unsafe type.raw.pointee.destroy?(handle)
    unsafe views.deallocate()
  }

  /// Whether these are the tensors that it was made with, in the same memory.
  func holds(_ now: [(name: String, tensor: Tensor)]) -> Bool {
    guard now.count == tensors.count else { return false }
    for index in now.indices {
      guard now[index].tensor.dataAddress == addresses[index], now[index].name == tensors[index].name else {
        return false
      }
    }
    return true
  }

  private static func create(
    _ create: (
      UnsafePointer<CChar>?, UnsafePointer<UnsafePointer<CChar>?>?,
      UnsafePointer<UnsafeMutablePointer<DLManagedTensorVersioned>?>?, Int, UnsafeMutablePointer<OpaquePointer?>?,
      UnsafeMutablePointer<xylem_error>?
    ) -> xylem_status,
    _ type: LeafModuleType, _ attributes: String, _ tensors: [(name: String, tensor: Tensor)],
    _ views: UnsafeMutablePointer<DLManagedTensorVersioned>
  ) throws -> OpaquePointer? {
    var names: [UnsafePointer<CChar>?] = unsafe []
    defer { for index in unsafe names.indices { unsafe names[index]?.deallocate() } }
    var lent: [UnsafeMutablePointer<DLManagedTensorVersioned>?] = unsafe []
    for (index, entry) in tensors.enumerated() {
      unsafe views[index] = unsafe try entry.tensor.borrowedView()
      // A leaf that updates its state writes its tensors; others only read them.
      unsafe views[index].flags =
        type.mode == .updatesState || type.mode == .unknown ? 0 : UInt64(XYLEM_TENSOR_READ_ONLY)
      unsafe lent.append(views + index)
      unsafe names.append(entry.name.copiedCString())
    }
    var out: OpaquePointer?
    try unsafe check("to be made", type) { unsafe create(attributes, names, lent, lent.count, &out, $0) }
    return unsafe out
  }

  private static func parameterNames(_ raw: xylem_leaf_module_type, _ handle: OpaquePointer) -> [String] {
    guard let list = unsafe raw.parameters else { return [] }
    let count = unsafe list(handle, nil, 0)
    guard count > 0 else { return [] }
    var names = unsafe [UnsafePointer<CChar>?](repeating: nil, count: count)
    let given = unsafe list(handle, &names, count)
    return unsafe names.prefix(min(given, count)).compactMap { unsafe $0.map { unsafe String(cString: $0) } }
  }

  /// Runs one of the plugin's functions, and throws its message where it fails.
  static func check(
    _ what: String, _ type: LeafModuleType, _ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status
  ) throws(XylemError) {
    var error = unsafe xylem_error()
    let status = unsafe body(&error)
    let reason = unsafe error.message.map { unsafe String(cString: $0) }
    unsafe error.release?(&error)
    guard status != XYLEM_OK else { return }
    throw LeafErrors.failed(
      what, type.name, type.plugin, reason: reason ?? "it gave no reason (status \(status.rawValue))")
  }

  // MARK: - Calls

  /// The most results that a call may give.
  private static let resultCapacity = 16

  func call(_ lent: LentArguments, isTraining: Bool, seed: UInt64) throws -> [Value] {
    guard let run = unsafe type.raw.pointee.call else {
      throw LeafErrors.incomplete("'\(type.name)'", "no call", type.plugin)
    }
    return try unsafe withUnsafeTemporaryAllocation(of: xylem_argument.self, capacity: Self.resultCapacity) { results in
      unsafe results.initialize(repeating: xylem_argument())
      var call = unsafe xylem_leaf_call()
      unsafe call.struct_size = UInt32(MemoryLayout<xylem_leaf_call>.size)
      unsafe call.is_training = isTraining ? 1 : 0
      unsafe call.seed = seed
      unsafe call.arguments = unsafe UnsafePointer(lent.raw)
      unsafe call.argument_count = lent.count
      unsafe call.results = results.baseAddress
      unsafe call.result_capacity = Self.resultCapacity
      do { try unsafe Self.check("when it was called", type) { unsafe run(handle, &call, $0) } } catch {
        unsafe give(back: results, lent, except: [])
        throw error
      }
      for position in type.writes where lent.values.indices.contains(position) {
        if case .tensor(let tensor) = lent.values[position] { try tensor.recordWrite() }
      }
      let count = unsafe call.result_count
      guard count <= Self.resultCapacity else {
        unsafe give(back: results, lent, except: [])
        throw LeafErrors.resultCount(count, type.name, capacity: Self.resultCapacity, type.plugin)
      }
      return try unsafe take(UnsafeMutableBufferPointer(rebasing: results[..<count]), lent)
    }
  }
}
