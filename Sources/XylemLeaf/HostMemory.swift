internal import CXylem

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The host of the plugin, from `open` on.
enum Host {
  // Set once, before any other code of the plugin runs, and then constant.
  nonisolated(unsafe) static var current: UnsafePointer<xylem_host>?

  /// Makes the leaf function that is running on this thread fail; without a host that can hear it, says so to people.
  static func fail(_ message: String) {
    if let host = unsafe sized, let fail = unsafe host.pointee.fail {
      unsafe message.withCString { text in unsafe fail(text) }
    }
  }

  /// The host, where it is new enough to have services.
  fileprivate static var sized: UnsafePointer<xylem_host>? {
    guard let host = unsafe current, unsafe Int(host.pointee.struct_size) >= MemoryLayout<xylem_host>.size else {
      return nil
    }
    return unsafe host
  }
}

/// Memory aligned to 64 bytes, of the host where it offers some.
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

  /// A text of the C library, which `free` gives back.
  static func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
    unsafe text.withCString { unsafe strdup($0) }
  }

  static func releaseText(_ text: UnsafeMutablePointer<CChar>?) { unsafe free(text) }
}
