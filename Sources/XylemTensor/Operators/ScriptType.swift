package import CXylem

/// A type of the runtime's language.
@safe public struct ScriptType: @unchecked Sendable {
  /// What kind of type it is.
  public enum Kind: UInt32, Sendable {
    case tensor = 0
    case int, float, bool, number, string, none, optional, list, tuple, dictionary, module, object, interface, function
    case any, other
  }

  /// Lives as long as the archive or operator it came from. Nil for an unknown type.
  package let handle: OpaquePointer?
  package let library: RuntimeLibrary

  package init(handle: OpaquePointer?, library: RuntimeLibrary) {
    unsafe self.handle = unsafe handle
    self.library = library
  }

  /// The type of a runtime value made from this value. Nil if it can't be made.
  public init?(of value: Value) {
    guard let library = try? RuntimeLibrary.shared(), var raw = unsafe try? value.makeRaw(library) else { return nil }
    defer { unsafe library.table.pointee.value_release(&raw) }
    unsafe self.init(handle: library.table.pointee.value_type(&raw), library: library)
  }

  /// The kind of the type. `any` if unknown.
  public var kind: Kind {
    guard let handle = unsafe handle else { return .any }
    return unsafe Kind(rawValue: library.table.pointee.type_kind(handle).rawValue) ?? .other
  }

  /// The type as the language writes it: `Optional[Tensor]`; classes with their qualified names.
  public var name: String {
    guard let handle = unsafe handle else { return "Any" }
    return unsafe String(library.table.pointee.type_name(handle))
  }

  /// The contained types: of an optional, a list's elements, a tuple's elements, a dictionary's keys and values.
  public var contained: [ScriptType] {
    guard let handle = unsafe handle else { return [] }
    let count = unsafe library.table.pointee.type_contained(handle, nil, 0)
    guard count > 0 else { return [] }
    var handles = unsafe [OpaquePointer?](repeating: nil, count: count)
    _ = unsafe library.table.pointee.type_contained(handle, &handles, count)
    return unsafe handles.map { unsafe ScriptType(handle: $0, library: library) }
  }

  /// The names of a named tuple's elements. Empty for any other type.
  public var fieldNames: [String] {
    guard let handle = unsafe handle else { return [] }
    let count = unsafe library.table.pointee.type_field_names(handle, nil, 0)
    guard count > 0 else { return [] }
    var names = unsafe [xylem_text](repeating: xylem_text(), count: count)
    _ = unsafe library.table.pointee.type_field_names(handle, &names, count)
    return unsafe names.map { unsafe String($0) }
  }

  /// The declared type of a container's elements, also of an optional container.
  package func elementHandle(at index: Int, of tag: xylem_tag) -> OpaquePointer? {
    switch (kind, tag) {
    case (.optional, _): return unsafe contained.first?.elementHandle(at: index, of: tag)
    case (.list, XYLEM_LIST): return unsafe contained.first?.handle
    case (.tuple, XYLEM_TUPLE):
      let inner = contained
      return unsafe inner.indices.contains(index) ? inner[index].handle : nil
    case (.dictionary, XYLEM_DICT):
      let inner = contained
      return unsafe inner.count == 2 ? inner[index % 2].handle : nil
    default: return nil
    }
  }
}
