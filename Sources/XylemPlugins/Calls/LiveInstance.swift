internal import CXylem
internal import XylemErrors
internal import XylemGraph

/// What a plugin's `create` returned, with the tensors it was created with. Destroyed when its last call is over.
///
/// Its calls wait for each other as the type declares. It does not handle gradients; that is ``LeafModuleInstance``'s
/// part.
@safe final class LiveInstance<Value: CallValue>: @unchecked Sendable {
  let type: LeafModuleType
  let handle: OpaquePointer
  /// The module's own tensors, lent until the instance is destroyed.
  let own: LentTensors<Value.Tensor>
  /// Whether one of them is a copy because its elements can't be accessed directly in memory.
  let hasCopies: Bool
  private let views: UnsafeMutablePointer<DLManagedTensorVersioned>
  /// The tensors for which backward returns gradients, in its order.
  let parameters: [Value.Tensor]
  private let lock = CallLock()

  /// - Throws: `plugin.call-failed` with the plugin's own message; `plugin.result` if it creates no instance, or if a
  ///   parameter is not one of the tensors.
  init(
    _ type: LeafModuleType, attributes: String, tensors: [(name: String, tensor: Value.Tensor)], isTraining: Bool
  ) throws(XylemError) {
    guard let create = unsafe type.raw.pointee.create else {
      throw LeafErrors.incomplete("'\(type.name)'", "no create", type.plugin)
    }
    self.type = type
    let views = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: max(tensors.count, 1))
    unsafe self.views = unsafe views
    var made: OpaquePointer?
    do throws(XylemError) {
      let (own, hasCopies) = try unsafe Self.lend(tensors, type, views)
      (self.own, self.hasCopies) = (own, hasCopies)
      unsafe made = unsafe try Self.create(create, type, attributes, tensors.map(\.name), views)
      guard let handle = unsafe made else { throw LeafErrors.noInstance(type.name, type.plugin) }
      unsafe self.handle = unsafe handle
      var parameters: [Value.Tensor] = []
      for name in unsafe Self.parameterNames(type, handle) {
        guard let tensor = own.tensor(named: name) else {
          throw LeafErrors.unknownParameter(name, type.name, type.plugin)
        }
        parameters.append(tensor)
      }
      try unsafe Self.setMode(of: handle, type, isTraining: isTraining)
      // Last: an error after everything is set up runs deinit too.
      self.parameters = parameters
    } catch {
      if let made = unsafe made { unsafe type.raw.pointee.destroy?(made) }
      unsafe views.deallocate()
      throw error
    }
  }

  deinit {
    unsafe type.raw.pointee.destroy?(handle)
    unsafe views.deallocate()
  }

  /// Changes the mode of the next calls. No call may be running.
  ///
  /// - Throws: `plugin.call-failed`.
  func setMode(isTraining: Bool) throws(XylemError) {
    try unsafe Self.setMode(of: handle, type, isTraining: isTraining)
  }

  /// Runs `body` while no call runs that the type does not allow at the same time.
  func locked<Output>(_ body: () throws(XylemError) -> Output) throws(XylemError) -> Output {
    switch type.threading {
    case .serial: try type.pluginLock.withLock(body)
    case .perInstance: try lock.withLock(body)
    case .reentrant: try body()
    }
  }

  // MARK: - Creation

  private static func lend(
    _ tensors: [(name: String, tensor: Value.Tensor)], _ type: LeafModuleType,
    _ views: UnsafeMutablePointer<DLManagedTensorVersioned>
  ) throws(XylemError) -> (LentTensors<Value.Tensor>, hasCopies: Bool) {
    // A leaf that updates its state writes its tensors; other leaves only read them.
    let mayWrite = type.mode == .updatesState || type.mode == .unknown
    var own = LentTensors<Value.Tensor>()
    var hasCopies = false
    for (index, entry) in tensors.enumerated() {
      let isCopy = try unsafe own.lend(
        entry.tensor, for: mayWrite ? .updates : .reads, at: views + index, name: entry.name
      ) { reason, cause in
        LeafErrors.ownTensor(entry.name, type.name, type.plugin, reason, cause: cause)
      }
      hasCopies = hasCopies || isCopy
    }
    return (own, hasCopies)
  }

  private static func create(
    _ create: (
      UnsafePointer<CChar>?, UnsafePointer<UnsafePointer<CChar>?>?,
      UnsafePointer<UnsafeMutablePointer<DLManagedTensorVersioned>?>?, Int, UnsafeMutablePointer<OpaquePointer?>?,
      UnsafeMutablePointer<xylem_error>?
    ) -> xylem_status,
    _ type: LeafModuleType, _ attributes: String, _ names: [String],
    _ views: UnsafeMutablePointer<DLManagedTensorVersioned>
  ) throws(XylemError) -> OpaquePointer? {
    var texts: [UnsafePointer<CChar>?] = unsafe []
    defer { for index in unsafe texts.indices { unsafe texts[index]?.deallocate() } }
    var lent: [UnsafeMutablePointer<DLManagedTensorVersioned>?] = unsafe []
    for (index, name) in names.enumerated() {
      unsafe lent.append(views + index)
      unsafe texts.append(name.copiedCString())
    }
    var out: OpaquePointer?
    try unsafe type.check("to create its instance") { unsafe create(attributes, texts, lent, lent.count, &out, $0) }
    return unsafe out
  }

  private static func parameterNames(_ type: LeafModuleType, _ handle: OpaquePointer) -> [String] {
    guard let list = unsafe type.raw.pointee.parameters else { return [] }
    let count = unsafe list(handle, nil, 0)
    guard count > 0 else { return [] }
    var names = unsafe [UnsafePointer<CChar>?](repeating: nil, count: count)
    let given = unsafe list(handle, &names, count)
    return unsafe names.prefix(min(given, count)).compactMap { unsafe $0.map { unsafe String(cString: $0) } }
  }

  private static func setMode(
    of handle: OpaquePointer, _ type: LeafModuleType, isTraining: Bool
  ) throws(XylemError) {
    guard let setMode = unsafe type.raw.pointee.set_mode else { return }
    try unsafe type.check("to change its mode") { unsafe setMode(handle, isTraining ? 1 : 0, $0) }
  }
}

extension LeafModuleType {
  /// Calls one of the plugin's functions, and throws its message if it fails.
  ///
  /// - Throws: `plugin.call-failed`.
  func check(
    _ what: String, _ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status
  ) throws(XylemError) {
    var error = unsafe xylem_error()
    let status = unsafe body(&error)
    let reason = unsafe error.message.map { unsafe String(cString: $0) }
    unsafe error.release?(&error)
    guard status != XYLEM_OK else { return }
    throw LeafErrors.failed(what, name, plugin, reason: reason ?? "no reason was given (status \(status.rawValue))")
  }
}
