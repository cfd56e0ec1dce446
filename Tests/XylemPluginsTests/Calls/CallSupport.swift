import CXylem
import CallSubjects
import Testing
import XylemErrors
import XylemGraph
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

/// The C functions that the tests call.
enum Subjects {
  private struct Missing: Error { let name: String }

  private static let isOpen: Bool = {
    unsafe call_subjects_open(HostServices.shared)
    return true
  }()

  /// A subject by name, with the signature that it says, or another one.
  static func function(_ name: String, _ signature: String? = nil) throws -> ForeignFunction {
    _ = isOpen
    var text: UnsafePointer<CChar>?
    guard let address = unsafe call_subject(name, &text) else { throw Missing(name: name) }
    let own = unsafe text.map { unsafe String(cString: $0) } ?? ""
    return try ForeignFunction(name: name, signature: Signature(signature ?? own), address: address)
  }

  /// Calls a subject.
  static func call(_ name: String, _ arguments: Value..., as signature: String? = nil) throws -> Value {
    try function(name, signature)(arguments)
  }

  /// A subject that the SDK describes, as one of a plugin.
  static func leaf(_ name: String, lock: CallLock = CallLock()) throws -> PluginFunction {
    _ = isOpen
    guard let raw = unsafe call_subject_leaf(name) else { throw Missing(name: name) }
    return try unsafe PluginFunction(
      raw: raw.assumingMemoryBound(to: xylem_leaf_function.self), plugin: "org.example.subjects", pluginLock: lock)
  }

  static var names: [String] {
    var names: [String] = []
    var next = unsafe call_subject_names()
    while let place = unsafe next, let name = unsafe place.pointee {
      names.append(unsafe String(cString: name))
      unsafe next = unsafe place + 1
    }
    return names
  }
}

/// Expects an error of Xylem with an id, and gives it.
@discardableResult
func expectError<Result>(
  _ id: ErrorID, sourceLocation: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> Result
) -> XylemError? {
  do {
    let result = try body()
    Issue.record("no error, but \(result)", sourceLocation: sourceLocation)
  } catch let error as XylemError {
    #expect(error.id == id, "\(error)", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
  return nil
}

/// Compares values, of tensors the elements and the shape.
func expectEqual(_ found: Value, _ expected: Value, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
  #expect(describe(found) == describe(expected), sourceLocation: sourceLocation)
}

func describe(_ value: Value) -> String {
  switch value {
  case .literal(.none): "none"
  case .literal(.bool(let flag)): "\(flag)"
  case .literal(.int(let number)): "\(number)"
  case .literal(.float(let number)): "\(number)f"
  case .literal(.string(let text)): "'\(text)'"
  case .tensor(let tensor):
    "tensor\((try? tensor.sizes) ?? [-1])\((try? tensor.floats()) ?? [])"
  case .list(let elements): "[" + elements.map(describe).joined(separator: ", ") + "]"
  default: "\(value)"
  }
}
