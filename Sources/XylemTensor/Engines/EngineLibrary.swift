internal import CXylem
internal import Foundation
internal import Synchronization
package import XylemErrors

/// A loaded engine: a library that compiles operators for fixed shapes.
///
/// It is loaded once in a process, on first use, and never unloaded.
@safe package final class EngineLibrary: Sendable {
  /// The engine's functions; constant for the life of the process.
  nonisolated(unsafe) let table: UnsafePointer<xylem_engine>
  /// Its name, as in `openvino`.
  package let name: String
  /// Its version, as in `2026.4.1`.
  package let version: String
  /// The file that was loaded.
  package let path: String

  private init(table: UnsafePointer<xylem_engine>, path: String) {
    unsafe self.table = unsafe table
    unsafe name = String(table.pointee.name)
    unsafe version = String(table.pointee.version)
    self.path = path
  }

  private static let loaded = Mutex<[String: EngineLibrary]>([:])

  /// The engine in a library, loaded if necessary.
  ///
  /// - Parameter path: the library; nil for the first of ``searchPaths`` that exists.
  /// - Throws: `engine.not-found`, `engine.unloadable`.
  package static func shared(path: String? = nil) throws(XylemError) -> EngineLibrary {
    guard let path = path ?? searchPaths.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw EngineErrors.notFound(searched: searchPaths)
    }
    let result: Result<EngineLibrary, XylemError> = loaded.withLock { libraries in
      if let library = libraries[path] { return .success(library) }
      do throws(XylemError) {
        let fresh = try load(path)
        libraries[path] = fresh
        return .success(fresh)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The paths that are searched for the library, in order: only the file that `XYLEM_ENGINE` names, or the places of
  /// the tensor runtime.
  package static var searchPaths: [String] {
    named.map { [$0] } ?? usualPlaces
  }

  /// The file that `XYLEM_ENGINE` names. Nil if it is not set.
  static var named: String? {
    ProcessInfo.processInfo.environment["XYLEM_ENGINE"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The places of OpenVINO's engine, in order.
  static var usualPlaces: [String] { RuntimeLibrary.usualPlaces(of: "libxylem-openvino.so") }

  private static func load(_ path: String) throws(XylemError) -> EngineLibrary {
    let native: NativeLibrary
    do throws(NativeLibrary.Failure) { native = try NativeLibrary(path: path) } catch {
      throw EngineErrors.unloadable(path: path, error)
    }
    guard let found = unsafe native.find(XYLEM_ENGINE_1) else {
      throw EngineErrors.unloadable(path: path, .noPlugin)
    }
    let table = unsafe found.assumingMemoryBound(to: xylem_engine.self)
    guard unsafe Int(table.pointee.struct_size) >= MemoryLayout<xylem_engine>.size else {
      throw EngineErrors.unloadable(path: path, .unloadable(reason: "it is older than this program"))
    }
    return unsafe EngineLibrary(table: table, path: path)
  }
}

/// The messages of engines.
enum EngineErrors {
  static func notFound(searched: [String]) -> XylemError {
    XylemError(
      .engineNotFound, "the engine OpenVINO (libxylem-openvino.so) was not found",
      cause: Reason("looked in " + searched.joined(separator: ", ")),
      remedies: EngineRemedies.missing(named: EngineLibrary.named, usual: EngineLibrary.usualPlaces))
  }

  static func unloadable(path: String, _ failure: NativeLibrary.Failure) -> XylemError {
    let reason =
      switch failure {
      case .unloadable(let reason): reason
      case .noPlugin: "it is not an engine for Xylem"
      case .abi(let found): "it needs ABI \(found >> 16).\(found & 0xffff) and this host has \(XYLEM_ABI_VERSION >> 16)"
      }
    return XylemError(
      .engineUnloadable, "the engine can't be loaded", at: .init(file: path), cause: Reason(reason),
      remedies: EngineRemedies.unusable(path, named: EngineLibrary.named, usual: EngineLibrary.usualPlaces))
  }
}
