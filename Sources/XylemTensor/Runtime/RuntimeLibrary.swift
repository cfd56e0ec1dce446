package import CXylem
internal import Foundation
internal import Synchronization
package import XylemErrors

/// The loaded tensor runtime, the only owner of its function table.
///
/// It is loaded once in a process, on first use, and never unloaded. If loading fails, the next call tries again.
@safe package final class RuntimeLibrary: Sendable {
  /// The runtime's functions; constant for the life of the process.
  package nonisolated(unsafe) let table: UnsafePointer<xylem_tensor_runtime>
  /// The functions that record operators; nil for a runtime that can't.
  package nonisolated(unsafe) let capture: UnsafePointer<xylem_capture_table>?
  /// The file that was loaded.
  package let path: String

  private init(
    table: UnsafePointer<xylem_tensor_runtime>, capture: UnsafePointer<xylem_capture_table>?, path: String
  ) {
    unsafe self.table = unsafe table
    unsafe self.capture = unsafe capture
    self.path = path
  }

  private static let loaded = Mutex<RuntimeLibrary?>(nil)

  /// The runtime, loaded if necessary.
  package static func shared() throws(XylemError) -> RuntimeLibrary {
    let result: Result<RuntimeLibrary, XylemError> = loaded.withLock { library in
      if let library { return .success(library) }
      do throws(XylemError) {
        let fresh = try load()
        library = fresh
        return .success(fresh)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Whether a runtime was loaded in this process.
  static var isLoaded: Bool { loaded.withLock { $0 != nil } }

  /// The paths that are searched for the library, in order: only the file that `XYLEM_RUNTIME` names, or ``usualPlaces()``.
  static func candidates() -> [String] {
    if let named = ProcessInfo.processInfo.environment["XYLEM_RUNTIME"], !named.isEmpty { return [named] }
    return usualPlaces()
  }

  /// The places of a library of this package: the program's folder, `../lib` and `../lib/xylem` from there, the folder
  /// of a test bundle, and the user's cache.
  package static func usualPlaces(of name: String = "libxylem-torch.so") -> [String] {
    var found: [String] = []
    if let folder = OwnProcess.folder {
      let above = URL(fileURLWithPath: folder).deletingLastPathComponent().path
      found += [folder + "/" + name, above + "/lib/" + name, above + "/lib/xylem/" + name]
    }
    // A test bundle's executable is the test runner; the products are in the bundle's folder.
    for argument in OwnProcess.arguments where argument.hasSuffix(".xctest") {
      found.append(URL(fileURLWithPath: argument).deletingLastPathComponent().appendingPathComponent(name).path)
    }
    if let cached = UserCache.library(name) { found.append(cached) }
    return found
  }

  private static func load() throws(XylemError) -> RuntimeLibrary {
    let paths = candidates()
    guard let path = paths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw RuntimeErrors.notFound(searched: paths)
    }
    // Threads of libgomp that wait by spinning take the processor from an engine's threads, and from other processes.
    unsafe setenv("GOMP_SPINCOUNT", "0", 0)
    let native: NativeLibrary
    do throws(NativeLibrary.Failure) {
      native = try NativeLibrary(path: path) { () throws(NativeLibrary.Failure) in try preloadLibtorch() }
    } catch {
      switch error {
      case .unloadable(let reason): throw RuntimeErrors.unloadable(path: path, reason: reason)
      case .noPlugin: throw RuntimeErrors.noPlugin(path: path)
      case .abi(let found): throw RuntimeErrors.abi(path: path, found: found, host: UInt32(XYLEM_ABI_VERSION))
      }
    }
    guard let found = unsafe native.find(XYLEM_TENSOR_RUNTIME_1) else { throw RuntimeErrors.noPlugin(path: path) }
    let table = unsafe found.assumingMemoryBound(to: xylem_tensor_runtime.self)
    guard unsafe Int(table.pointee.struct_size) >= MemoryLayout<xylem_tensor_runtime>.size else {
      throw unsafe RuntimeErrors.olderRuntime(
        path: path, bytes: Int(table.pointee.struct_size), needed: MemoryLayout<xylem_tensor_runtime>.size)
    }
    let capture = unsafe native.find(XYLEM_CAPTURE_1)?.assumingMemoryBound(to: xylem_capture_table.self)
    return unsafe RuntimeLibrary(table: table, capture: capture, path: path)
  }

  /// Loads the libtorch named by `XYLEM_LIBTORCH`, so that the runtime binds to it and to no other.
  private static func preloadLibtorch() throws(NativeLibrary.Failure) {
    guard let folder = ProcessInfo.processInfo.environment["XYLEM_LIBTORCH"], !folder.isEmpty else { return }
    for name in ["libc10.so", "libtorch_cpu.so", "libtorch.so"] {
      try unsafe NativeLibrary.load(folder + "/lib/" + name, global: true)
    }
  }
}

/// Takes ownership of an error's message and releases its memory.
package func takeMessage(_ error: inout xylem_error) -> String {
  guard let message = unsafe error.message else { return "no reason given" }
  let text = unsafe String(cString: message)
  unsafe error.release?(&error)
  return text
}

/// Calls a function of the table. If it fails, throws the error that `describe` makes from the status and the message.
package func check(
  _ describe: (xylem_status, String) -> XylemError, _ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status
) throws(XylemError) {
  var error = unsafe xylem_error()
  let status = unsafe body(&error)
  guard status != XYLEM_OK else { return }
  throw describe(status, unsafe takeMessage(&error))
}

/// Calls a function of the table whose failures have one id and one message.
package func check(
  _ id: ErrorID, _ what: @autoclosure () -> String,
  _ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status
) throws(XylemError) {
  try unsafe check(
    {
      $0 == XYLEM_MISSING_KERNEL
        ? RuntimeErrors.missingKernel(what(), reason: $1) : RuntimeErrors.failed(id, what(), reason: $1)
    }, body)
}

extension String {
  /// A copy of a string that the runtime owns.
  package init(_ text: xylem_text) {
    guard let bytes = unsafe text.bytes, unsafe text.count > 0 else {
      self = ""
      return
    }
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: text.count)
    self = unsafe String(decoding: buffer, as: UTF8.self)
  }

  /// Calls `body` with this string in the form that crosses the boundary.
  package func withText<Result>(_ body: (xylem_text) -> Result) -> Result {
    var copy = self
    return copy.withUTF8 { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
        unsafe body(xylem_text(bytes: characters.baseAddress, count: characters.count))
      }
    }
  }
}

extension [String] {
  /// Calls `body` with the texts in the form that crosses the boundary, valid during the call.
  package func withTexts<Result>(_ body: (UnsafeBufferPointer<xylem_text>) -> Result) -> Result {
    unsafe flatMap(\.utf8).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { characters in
      var start = 0
      let texts = unsafe map { text in
        defer { start += text.utf8.count }
        return unsafe xylem_text(bytes: characters.baseAddress.map { unsafe $0 + start }, count: text.utf8.count)
      }
      return unsafe texts.withUnsafeBufferPointer(body)
    }
  }
}
