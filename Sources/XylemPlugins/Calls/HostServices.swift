package import CXylem
internal import Glibc

/// The services that this host offers to every plugin: the process's one `xylem_host`.
///
/// Available before a tensor runtime is loaded. Unknown extensions are null; no extension exists yet.
@safe
package enum HostServices {
  /// The table. Constant, and valid as long as the process.
  package static var shared: UnsafePointer<xylem_host> { unsafe table.pointer }

  private static let table = Table()

  /// Calls a plugin's code, and returns the message that it passed to `fail` on this thread meanwhile, or nil.
  ///
  /// Calls may nest; each has its own failure. Costs one access to a thread-local variable.
  @inline(__always)
  package static func capturingFailure(_ body: () -> Void) -> String? {
    let slot = unsafe table.slot
    let outer = unsafe slot.pointee.message
    unsafe slot.pointee.message = nil
    unsafe slot.pointee.depth += 1
    body()
    unsafe slot.pointee.depth -= 1
    let message = unsafe slot.pointee.message
    unsafe slot.pointee.message = unsafe outer
    guard let message = unsafe message else { return nil }
    defer { unsafe free(message) }
    return unsafe String(cString: message)
  }

  /// Makes the call that runs on this thread fail. Outside a call, the message is only logged.
  fileprivate static func fail(_ message: UnsafePointer<CChar>?) {
    let slot = unsafe table.slot
    guard unsafe slot.pointee.depth > 0 else {
      log(level: XYLEM_LOG_ERROR, unsafe message.map { unsafe String(cString: $0) } ?? "a failure outside a call")
      return
    }
    guard unsafe slot.pointee.message == nil else { return }
    unsafe slot.pointee.message = unsafe message.map { unsafe strdup($0) } ?? strdup("no reason was given")
  }

  /// Writes one line to standard error in a single write.
  fileprivate static func log(level: xylem_log_level, _ message: String) {
    let name =
      switch level {
      case XYLEM_LOG_DEBUG: "debug"
      case XYLEM_LOG_INFO: "info"
      case XYLEM_LOG_WARNING: "warning"
      default: "error"
      }
    let text = message.map { $0.isNewline ? " " : $0 }
    let bytes = Array("xylem: plugin: \(name): \(String(text))\n".utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe write(STDERR_FILENO, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      // If standard error can't be written, there is nowhere to report it.
      guard count > 0 else { return }
      written += count
    }
  }

  /// Returns memory aligned to 64 bytes, or nil.
  static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let (padded, overflow) = max(bytes, 1).addingReportingOverflow(63)
    guard bytes >= 0, !overflow else { return nil }
    return unsafe aligned_alloc(64, padded & ~63)
  }

  /// Frees memory from ``allocate(_:)``.
  static func release(_ memory: UnsafeMutableRawPointer?) { unsafe free(memory) }
}

/// The message that a thread's calls passed to `fail`.
@unsafe
private struct FailureSlot {
  /// The number of nested calls that run on the thread.
  var depth = 0
  /// The failure of the innermost call.
  var message: UnsafeMutablePointer<CChar>?
}

/// The table and the thread-local variable, created together on first use.
@safe
private struct Table: @unchecked Sendable {
  let pointer: UnsafePointer<xylem_host>
  private let key: pthread_key_t

  /// The calling thread's slot. Created on first use, and freed with the thread.
  var slot: UnsafeMutablePointer<FailureSlot> {
    if let known = unsafe pthread_getspecific(key) { return unsafe known.assumingMemoryBound(to: FailureSlot.self) }
    let fresh = UnsafeMutablePointer<FailureSlot>.allocate(capacity: 1)
    unsafe fresh.initialize(to: FailureSlot())
    unsafe pthread_setspecific(key, fresh)
    return unsafe fresh
  }

  init() {
    var key = pthread_key_t()
    // This only fails if the process has used up its keys, long before this point.
    let status = unsafe pthread_key_create(&key) { unsafe $0?.deallocate() }
    precondition(status == 0, "the process has no thread-specific key left")
    self.key = key
    let host = UnsafeMutablePointer<xylem_host>.allocate(capacity: 1)
    unsafe host.initialize(to: xylem_host())
    unsafe host.pointee.struct_size = UInt32(MemoryLayout<xylem_host>.size)
    unsafe host.pointee.abi_version = UInt32(XYLEM_ABI_VERSION)
    unsafe host.pointee.extension = { _ in nil }
    unsafe host.pointee.log = { level, message in
      guard let message = unsafe message else { return }
      unsafe HostServices.log(level: level, String(cString: message))
    }
    unsafe host.pointee.allocate = { unsafe HostServices.allocate(Int(clamping: $0)) }
    unsafe host.pointee.release = { unsafe HostServices.release($0) }
    unsafe host.pointee.fail = { unsafe HostServices.fail($0) }
    unsafe pointer = unsafe UnsafePointer(host)
  }
}
