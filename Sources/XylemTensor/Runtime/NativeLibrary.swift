internal import CXylem
internal import Foundation

/// A dynamic library with the entry of a plugin, loaded and opened. It is never unloaded.
@safe
package struct NativeLibrary {
  /// The reason why a file can't be used.
  package enum Failure: Error {
    /// It is not a regular file, or the loader refuses it.
    case unloadable(reason: String)
    /// It has no entry of a plugin.
    case noPlugin
    /// It needs a newer ABI than this host's.
    case abi(UInt32)
  }

  private let entry: UnsafePointer<xylem_plugin_entry>

  /// Loads a library and opens it.
  ///
  /// - Parameter prepare: called after the file was looked at, before it is loaded.
  package init(path: String, prepare: () throws(Failure) -> Void = {}) throws(Failure) {
    guard Self.isRegular(path) else { throw .unloadable(reason: "it is not a regular file") }
    try prepare()
    let handle = unsafe try Self.load(path, global: false)
    guard let symbol = unsafe dlsym(handle, "xylem_plugin") else { throw .noPlugin }
    unsafe entry = UnsafePointer(symbol.assumingMemoryBound(to: xylem_plugin_entry.self))
    guard unsafe entry.pointee.magic == XYLEM_PLUGIN_MAGIC else { throw .noPlugin }
    guard unsafe entry.pointee.abi_needed <= UInt32(XYLEM_ABI_VERSION) else {
      throw unsafe .abi(entry.pointee.abi_needed)
    }
    let host = UnsafeMutablePointer<xylem_host>.allocate(capacity: 1)  // lives as long as the process
    unsafe host.initialize(to: xylem_host())
    unsafe host.pointee.struct_size = UInt32(MemoryLayout<xylem_host>.size)
    unsafe host.pointee.abi_version = UInt32(XYLEM_ABI_VERSION)
    var error = unsafe xylem_error()
    guard unsafe entry.pointee.open(host, &error) == XYLEM_OK else {
      throw .unloadable(reason: unsafe takeMessage(&error))
    }
  }

  /// The extension with a name and revision; nil if the library lacks it.
  package func find(_ id: String) -> UnsafeRawPointer? { unsafe entry.pointee.extension(id) }

  /// Loads a library without opening it.
  @discardableResult
  static func load(_ path: String, global: Bool) throws(Failure) -> UnsafeMutableRawPointer {
    let scope = global ? RTLD_GLOBAL : RTLD_LOCAL
    guard let handle = unsafe dlopen(path, RTLD_NOW | scope | RTLD_NODELETE) else {
      throw unsafe .unloadable(reason: dlerror().map { unsafe String(cString: $0) } ?? "the loader gave no reason")
    }
    return unsafe handle
  }

  /// Whether the loader can open a file without blocking, as it would on a pipe.
  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
