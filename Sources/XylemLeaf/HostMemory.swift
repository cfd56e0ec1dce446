internal import CXylem

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The plugin's host, set by `open`.
enum Host {
  // Set once, before any other code of the plugin runs, and then constant.
  nonisolated(unsafe) static var current: UnsafePointer<xylem_host>?

  /// Makes the leaf function that runs on this thread fail. If the host does not support this, the message is printed.
  static func fail(_ message: String) {
    if let host = unsafe sized, let fail = unsafe host.pointee.fail {
      unsafe message.withCString { text in unsafe fail(text) }
    }
  }

  /// The host, if it is new enough to have services.
  fileprivate static var sized: UnsafePointer<xylem_host>? {
    guard let host = unsafe current, unsafe Int(host.pointee.struct_size) >= MemoryLayout<xylem_host>.size else {
      return nil
    }
    return unsafe host
  }
}

/// Memory aligned to 64 bytes, from the host if it offers some.
enum Memory {
  static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    if let host = unsafe Host.sized, let allocate = unsafe host.pointee.allocate, unsafe host.pointee.release != nil {
      return unsafe allocate(bytes)
    }
    let (rounded, overflow) = max(bytes, 1).addingReportingOverflow(63)
    return overflow ? nil : unsafe aligned_alloc(64, rounded / 64 * 64)
  }

  static func release(_ memory: UnsafeMutableRawPointer?) {
    if let host = unsafe Host.sized, unsafe host.pointee.allocate != nil, let release = unsafe host.pointee.release {
      unsafe release(memory)
    } else {
      unsafe free(memory)
    }
  }

  /// A string in C memory, released with `free`.
  static func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
    unsafe text.withCString { unsafe strdup($0) }
  }

  static func releaseText(_ text: UnsafeMutablePointer<CChar>?) { unsafe free(text) }
}
