import CXylem
import Foundation
import Testing
import XylemTestSupport

@testable import XylemPlugins

/// A plugin that was built beside the tests, or by one of them; opened through the C ABI alone.
@safe struct PluginLibrary {
  let entry: UnsafePointer<xylem_plugin_entry>

  /// The folder of the built products.
  static let products: URL = {
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    return bundles.first.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
  }()

  /// A product of the package, "SamePadding".
  static func product(_ name: String) throws -> PluginLibrary {
    try PluginLibrary(products.appendingPathComponent("lib\(name).so").path)
  }

  init(_ path: String) throws {
    guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
      throw Unopened(reason: unsafe dlerror().map { unsafe String(cString: $0) } ?? path)
    }
    unsafe entry = UnsafePointer(
      try #require(dlsym(library, "xylem_plugin")).assumingMemoryBound(to: xylem_plugin_entry.self))
    var error = unsafe xylem_error()
    let status = unsafe entry.pointee.open(HostServices.shared, &error)
    #expect(status == XYLEM_OK)
  }

  struct Unopened: Error { let reason: String }

  func functions() throws -> [String: UnsafePointer<xylem_leaf_function>] {
    let table = try unsafe #require(entry.pointee.extension(XYLEM_LEAF_FUNCTIONS_1))
      .assumingMemoryBound(to: xylem_leaf_functions.self)
    var found: [String: UnsafePointer<xylem_leaf_function>] = unsafe [:]
    for index in 0..<Int(unsafe table.pointee.count) {
      let item = try unsafe #require(table.pointee.items[index])
      unsafe found[String(cString: item.pointee.name)] = unsafe item
    }
    return unsafe found
  }

  func modules() throws -> [String: UnsafePointer<xylem_leaf_module_type>] {
    let table = try unsafe #require(entry.pointee.extension(XYLEM_LEAF_MODULES_1))
      .assumingMemoryBound(to: xylem_leaf_modules.self)
    var found: [String: UnsafePointer<xylem_leaf_module_type>] = unsafe [:]
    for index in 0..<Int(unsafe table.pointee.count) {
      let item = try unsafe #require(table.pointee.items[index])
      unsafe found[String(cString: item.pointee.type_name)] = unsafe item
    }
    return unsafe found
  }
}

/// What a plugin said went wrong.
struct SubjectFailure: Error, Equatable {
  let status: UInt32
  let message: String

  init(status: UInt32, message: String) { (self.status, self.message) = (status, message) }

  /// Takes the message over.
  init(_ status: xylem_status, _ error: inout xylem_error) {
    self.status = status.rawValue
    message = unsafe error.message.map { unsafe String(cString: $0) } ?? ""
    unsafe error.release?(&error)
  }

  static func invalid(_ message: String) -> SubjectFailure {
    SubjectFailure(status: XYLEM_INVALID_ARGUMENT.rawValue, message: message)
  }
}

/// A golden file, decoded.
func golden<Content: Decodable>(_ name: String, as type: Content.Type = Content.self) throws -> Content {
  try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/\(name)"))))
}
