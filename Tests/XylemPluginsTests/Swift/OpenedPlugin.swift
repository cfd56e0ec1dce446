import CXylem
import Foundation
import Glibc
import Synchronization
import Testing

/// A plugin that was built beside the tests, opened by a host that counts memory, and driven through the C ABI alone.
@safe struct OpenedPlugin: @unchecked Sendable {
  let entry: UnsafePointer<xylem_plugin_entry>
  let path: String

  static let gatedUnit: OpenedPlugin? = OpenedPlugin("libGatedUnit.so")

  private init?(_ name: String) {
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let folders = bundles.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } + [Bundle.main.bundleURL]
    let path = folders.map { $0.appendingPathComponent(name).path }.first { FileManager.default.fileExists(atPath: $0) }
    guard let path, let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE),
      let symbol = unsafe dlsym(handle, "xylem_plugin")
    else { return nil }
    self.path = path
    unsafe entry = unsafe UnsafePointer(symbol.assumingMemoryBound(to: xylem_plugin_entry.self))
    var error = unsafe xylem_error()
    guard unsafe entry.pointee.open(TestHost.pointer, &error) == XYLEM_OK else { return nil }
  }

  func module(_ name: String) throws -> UnsafePointer<xylem_leaf_module_type> {
    let extensions = unsafe try #require(entry.pointee.extension(XYLEM_LEAF_MODULES_1))
    let modules = unsafe extensions.assumingMemoryBound(to: xylem_leaf_modules.self)
    return unsafe try #require(
      (0..<Int(modules.pointee.count)).compactMap { unsafe modules.pointee.items[$0] }
        .first { unsafe String(cString: $0.pointee.type_name) == name })
  }

  func function(_ name: String) throws -> UnsafePointer<xylem_leaf_function> {
    let extensions = unsafe try #require(entry.pointee.extension(XYLEM_LEAF_FUNCTIONS_1))
    let functions = unsafe extensions.assumingMemoryBound(to: xylem_leaf_functions.self)
    return unsafe try #require(
      (0..<Int(functions.pointee.count)).compactMap { unsafe functions.pointee.items[$0] }
        .first { unsafe String(cString: $0.pointee.name) == name })
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where libGatedUnit.so was not built.
  static var needsGatedUnit: Self {
    .enabled(if: OpenedPlugin.gatedUnit != nil, "libGatedUnit.so is not built: swift build --product GatedUnit")
  }
}

/// What the plugin gets from its host.
enum TestHost {
  /// Pieces of memory that the plugin has and did not give back.
  static let pieces = Atomic(0)
  static let failure = Mutex<String?>(nil)

  nonisolated(unsafe) static let pointer: UnsafePointer<xylem_host> = {
    let host = UnsafeMutablePointer<xylem_host>.allocate(capacity: 1)
    unsafe host.initialize(to: xylem_host())
    unsafe host.pointee.struct_size = UInt32(MemoryLayout<xylem_host>.size)
    unsafe host.pointee.abi_version = UInt32(XYLEM_ABI_VERSION)
    unsafe host.pointee.allocate = { bytes in
      TestHost.pieces.add(1, ordering: .relaxed)
      return unsafe aligned_alloc(64, (bytes + 64) / 64 * 64)
    }
    unsafe host.pointee.release = { memory in
      if unsafe memory != nil { TestHost.pieces.subtract(1, ordering: .relaxed) }
      unsafe free(memory)
    }
    unsafe host.pointee.fail = { message in
      let text = unsafe message.map { unsafe String(cString: $0) }
      TestHost.failure.withLock { $0 = $0 ?? text }
    }
    return unsafe UnsafePointer(host)
  }()

  /// What the plugin's function said since the last time, if it failed.
  static func takeFailure() -> String? {
    failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
  }
}
