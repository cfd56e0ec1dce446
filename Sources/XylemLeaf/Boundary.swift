internal import CXylem
internal import Synchronization

/// Runs the plugin's code for the host. A thrown error becomes the host's error.
func status(_ error: UnsafeMutablePointer<xylem_error>?, _ body: () throws -> Void) -> xylem_status {
  do {
    try body()
    return XYLEM_OK
  } catch let failure {
    if let error = unsafe error {
      unsafe error.pointee.message = Memory.text(String(describing: failure))
      unsafe error.pointee.release = { error in
        guard let error = unsafe error else { return }
        unsafe Memory.releaseText(error.pointee.message)
        unsafe error.pointee.message = nil
      }
    }
    return XYLEM_FAILED
  }
}

/// Opens the plugin: registers the leaves of its Swift code, and compares them with the C declarations.
@c(xylem_swift_open)
public func openLeaves(
  _ host: UnsafeRawPointer?, _ register: (@convention(c) () -> Void)?, _ leaves: UnsafeRawPointer?, _ count: Int,
  _ error: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe Host.current = unsafe host?.assumingMemoryBound(to: xylem_host.self)
  let outcome = unsafe status(error?.assumingMemoryBound(to: xylem_error.self)) {
    register?()
    let entries = unsafe leaves?.assumingMemoryBound(to: UnsafeMutablePointer<xylem_swift_leaf>.self)
    let registered = Leaves.added.withLock { added in
      defer { added = [] }
      return added
    }
    try unsafe Declarations(UnsafeBufferPointer(start: entries, count: entries == nil ? 0 : count)).bind(registered)
  }
  return Int32(bitPattern: outcome.rawValue)
}

// MARK: - Functions

/// Runs a leaf function. A thrown error makes the host's call fail.
private func apply(
  _ leaf: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?, _ result: UnsafeMutableRawPointer?, isBackward: Bool
) {
  let lease = Lease()
  defer { lease.end() }
  do {
    guard let arguments = unsafe arguments?.assumingMemoryBound(to: UnsafeRawPointer?.self),
      let leaf = unsafe leaf?.assumingMemoryBound(to: xylem_swift_leaf.self), let result = unsafe result,
      let pointer = unsafe leaf.pointee.implementation
    else { throw LeafError("the plugin has not been opened") }
    let function = unsafe Unmanaged<FunctionImplementation>.fromOpaque(pointer).takeUnretainedValue()
    guard let body = isBackward ? function.backward : function.body else {
      throw LeafError("the function '\(function.name)' has no gradients")
    }
    try body(unsafe Slots(arguments, for: lease), unsafe LeafResultPlace(address: result))
  } catch {
    Host.fail(String(describing: error))
  }
}

/// Called by the functions that XYLEM_SWIFT_FUNCTION defines.
@c(xylem_swift_apply)
public func applyFunction(
  _ leaf: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?, _ result: UnsafeMutableRawPointer?
) {
  unsafe apply(leaf, arguments, result, isBackward: false)
}

/// Called by the functions that XYLEM_SWIFT_FUNCTION_WITH_BACKWARD defines.
@c(xylem_swift_apply_backward)
public func applyBackward(
  _ leaf: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?, _ result: UnsafeMutableRawPointer?
) {
  unsafe apply(leaf, arguments, result, isBackward: true)
}
