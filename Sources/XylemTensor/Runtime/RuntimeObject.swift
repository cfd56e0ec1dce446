package import CXylem
public import XylemErrors

/// A value that lives in the tensor runtime: a tensor, a string, a container, a module or another object.
///
/// This is the only owner of its handle; sharing it in Swift shares the object, as in Python. Handles may be used from
/// any thread. Their objects follow PyTorch's rules: reading from several threads is safe, writing is not.
@safe public final class RuntimeObject: @unchecked Sendable {
  /// What kind of value it is.
  public enum Kind: Int32, Sendable {
    case tensor = 4
    case string, complex, device, list, tuple, dictionary, module, object, enumeration, other
    /// The content of a variable of an archive's code before its first assignment.
    case uninitialized
  }

  package let library: RuntimeLibrary
  /// Never changed before `deinit`, which makes the class sendable.
  package var raw: xylem_value

  /// Takes ownership of a value from the runtime.
  package init(adopting raw: xylem_value, library: RuntimeLibrary) {
    unsafe self.raw = unsafe raw
    self.library = library
  }

  deinit { unsafe library.table.pointee.value_release(&raw) }

  /// What kind of value it is.
  public var kind: Kind { unsafe Kind(rawValue: raw.tag) ?? .other }

  /// An identity shared by all handles of one module, object or container. 0 for other kinds.
  public var identity: UInt64 {
    switch kind {
    case .module, .object, .list, .tuple, .dictionary:
      return unsafe withUnsafePointer(to: &raw) { unsafe library.table.pointee.object_identity($0) }
    default: return 0
    }
  }

  /// A description of the value, without the contents of tensors.
  public var summary: String {
    var out = unsafe xylem_value()
    var error = unsafe xylem_error()
    guard unsafe library.table.pointee.describe(&raw, &out, &error) == XYLEM_OK else {
      return unsafe takeMessage(&error)
    }
    return unsafe RuntimeObject(adopting: out, library: library).withText {
      unsafe String(decoding: $0, as: UTF8.self)
    } ?? ""
  }

  /// The contents of a string. Nil for other kinds, and for bytes that are not UTF-8.
  public var text: String? { unsafe withText { unsafe String(validating: $0, as: UTF8.self) } ?? nil }

  /// Calls `body` with the bytes of a string. Nil for other kinds.
  private func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard kind == .string else { return nil }
    var out = unsafe xylem_text()
    var error = unsafe xylem_error()
    guard unsafe library.table.pointee.string_text(&raw, &out, &error) == XYLEM_OK else {
      _ = unsafe takeMessage(&error)
      return nil
    }
    return unsafe body(UnsafeRawBufferPointer(start: out.bytes, count: out.count))
  }

  /// The elements of a list or tuple, or the keys and values of a dictionary, alternating. Empty for other kinds.
  ///
  /// - Throws: `runtime.tensor`.
  public func elements() throws(XylemError) -> [Value] {
    guard kind == .list || kind == .tuple || kind == .dictionary else { return [] }
    var count = 0
    try unsafe check(.runtimeTensor, "a container can't be read") {
      unsafe library.table.pointee.container_count(&raw, &count, $0)
    }
    var raws = unsafe [xylem_value](repeating: xylem_value(), count: count)
    try unsafe check(.runtimeTensor, "a container's elements can't be read") { error in
      unsafe library.table.pointee.container_elements(&raw, &raws, count, error)
    }
    return unsafe raws.map { unsafe Value(adopting: $0, library: library) }
  }

  /// The names of a named tuple's elements. Empty for other values.
  public var tupleNames: [String] {
    guard kind == .tuple else { return [] }
    let count = unsafe library.table.pointee.tuple_names(&raw, nil, 0)
    guard count > 0 else { return [] }
    var names = unsafe [xylem_text](repeating: xylem_text(), count: count)
    _ = unsafe library.table.pointee.tuple_names(&raw, &names, count)
    return unsafe names.map { unsafe String($0) }
  }
}
