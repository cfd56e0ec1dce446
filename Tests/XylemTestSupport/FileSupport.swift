internal import Foundation
package import Testing
package import XylemErrors
package import XylemFiles

/// A new empty folder, removed with all that is in it when the last reference goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "xylem-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the folder, which need not exist.
  package func callAsFunction(_ name: String) -> String { path + "/" + name }

  package func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: self(name)))
    return self(name)
  }

  package var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// Calls `body` with a new empty folder, which is removed afterwards.
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  defer { withExtendedLifetime(folder) {} }
  return try body(folder.path)
}

/// Calls `body` with a new empty folder, which is removed afterwards.
package func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = try TemporaryFolder()
  defer { withExtendedLifetime(folder) {} }
  return try await body(folder.path)
}

package func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

/// Expects that `body` throws an `XylemError` with this id, or with another that may be thrown instead, and returns it.
@discardableResult
package func expectError(
  _ id: ErrorID, or other: ErrorID? = nil, _ comment: @autoclosure () -> Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) -> XylemError? {
  do {
    try body()
    Issue.record("nothing was thrown. \(comment()?.rawValue ?? "")", sourceLocation: sourceLocation)
  } catch let error as XylemError {
    #expect(error.id == id || error.id == other, comment(), sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
  return nil
}

/// The array that `make_files.py` calls counted: element i is i, modulo 2 for bool, and i - i·1j for complex numbers.
package func counted(_ dtype: DType, _ shape: [Int]) throws -> HostArray {
  let range = 0..<shape.reduce(1, *)
  func plain<Element: HostElement>(_ convert: (Int) -> Element) throws -> HostArray {
    try HostArray(range.map(convert), shape: shape)
  }
  func retyped<Element: HostElement>(_ elements: [Element]) throws -> HostArray {
    try HostArray(dtype: dtype, shape: shape, bytes: HostArray(elements, shape: [elements.count]).bytes)
  }
  switch dtype {
  case .float32: return try plain { Float($0) }
  case .float64: return try plain { Double($0) }
  case .float16: return try plain { Float16($0) }
  case .int8: return try plain { Int8($0) }
  case .uint8: return try plain { UInt8($0) }
  case .int16: return try plain { Int16($0) }
  case .uint16: return try plain { UInt16($0) }
  case .int32: return try plain { Int32($0) }
  case .uint32: return try plain { UInt32($0) }
  case .int64: return try plain { Int64($0) }
  case .uint64: return try plain { UInt64($0) }
  case .bool: return try HostArray(range.map { $0 % 2 == 1 }, shape: shape)
  case .complex64: return try retyped(range.flatMap { [Float($0), $0 == 0 ? 0 : -Float($0)] })
  case .complex128: return try retyped(range.flatMap { [Double($0), $0 == 0 ? 0 : -Double($0)] })
  case .bfloat16: return try retyped(range.map { UInt16(Float($0).bitPattern >> 16) })
  case .float8e5m2: return try retyped(range.map { UInt8(Float16($0).bitPattern >> 8) })
  case .float8e4m3fn:
    return try retyped(range.map { number in UInt8((0..<127).first { Float8.e4m3fn($0) == Float(number) }!) })
  }
}
