internal import CXylem
public import XylemErrors
public import XylemTensor

/// A function or method of an archive.
@safe public struct ScriptFunction: @unchecked Sendable, Hashable {
  /// Lives as long as the archive.
  package let handle: OpaquePointer
  /// The archive, kept alive.
  public let archive: ScriptArchive

  package init(handle: OpaquePointer, archive: ScriptArchive) {
    unsafe self.handle = unsafe handle
    self.archive = archive
  }

  /// Whether both are the same function of the runtime.
  public static func == (a: ScriptFunction, b: ScriptFunction) -> Bool { unsafe a.handle == b.handle }

  /// Hashes the function's identity.
  public func hash(into hasher: inout Hasher) { unsafe hasher.combine(handle) }

  /// The function's code. Each call copies it from the runtime: keep the result.
  ///
  /// - Throws: `archive.unreadable`.
  public func code() throws(XylemError) -> ScriptCode {
    var out: UnsafePointer<xylem_ir>?
    try unsafe check(.archiveUnreadable, "a function's code can't be read") {
      unsafe archive.library.table.pointee.function_ir(handle, &out, $0)
    }
    guard let raw = unsafe out else {
      throw RuntimeErrors.failed(.archiveUnreadable, "a function's code can't be read", reason: "it has none")
    }
    return unsafe ScriptCode(raw.pointee, function: self)
  }

  /// The arguments with their names, types and defaults.
  ///
  /// - Throws: `archive.unreadable`.
  public func schema() throws(XylemError) -> OperatorSchema {
    var out: UnsafePointer<xylem_schema>?
    try unsafe check(.archiveUnreadable, "a function's signature can't be read") {
      unsafe archive.library.table.pointee.function_schema(handle, &out, $0)
    }
    guard let raw = unsafe out else { return OperatorSchema() }
    return unsafe OperatorSchema(raw.pointee, library: archive.library)
  }

  /// The position of a statement in the model's own source, as far as the archive has it.
  public func source(of statement: Int) -> ScriptSource {
    var out = unsafe xylem_source()
    var error = unsafe xylem_error()
    guard
      unsafe archive.library.table.pointee.function_source(handle, UInt32(statement), &out, &error) == XYLEM_OK
    else {
      _ = unsafe takeMessage(&error)
      return ScriptSource(file: "", line: 0, text: "")
    }
    return unsafe ScriptSource(file: String(out.file), line: Int(out.line), text: String(out.text))
  }

  /// For an `isinstance` statement, whether values that are declared with a type are instances. Nil if that depends on
  /// the value: a `Union` may hold one or the other.
  public func isInstance(statement: Int, type: ScriptType) -> Bool? {
    guard let typeHandle = unsafe type.handle else { return nil }
    switch unsafe archive.library.table.pointee.function_is_instance(handle, UInt32(statement), typeHandle) {
    case 0: return false
    case 1: return true
    default: return nil
    }
  }
}

/// A position in a model's source.
public struct ScriptSource: Sendable, Hashable {
  /// The author's file. Empty if unknown.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The expression or statement.
  public var text: String

  /// Creates a position. Empty strings and 0 stand for unknown parts.
  public init(file: String = "", line: Int = 0, text: String = "") {
    self.file = file
    self.line = line
    self.text = text
  }
}
