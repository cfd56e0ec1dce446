internal import CXylem
public import XylemErrors
internal import Synchronization
internal import XylemFiles
internal import XylemGraph
public import XylemTensor

/// A loaded TorchScript archive: the model's code, module tree, parameters and buffers.
///
/// Only explicit calls, such as `setAttribute`, change the model. Handles taken from an archive keep it alive.
@safe public final class ScriptArchive: @unchecked Sendable {
  package let handle: OpaquePointer
  package let library: RuntimeLibrary
  /// The file that it was loaded from.
  public let path: String
  /// Operators that the archive needs and that are not registered, by name. Code that calls them can be traced but not
  /// run.
  public let missingOperators: [String]
  /// Whether the archive's code may read and write files, start processes and use the network.
  public let allowsFileOperators: Bool

  /// Loads an archive. Its tensors are read once.
  ///
  /// An archive is a program. Loading runs the `__setstate__` of its classes, and running it runs everything else.
  /// Without permission, operators that access files, processes or the network are refused: while loading if that would
  /// run them, otherwise when they are traced or compiled, also in leaves and regions.
  ///
  /// - Parameter allowsFileOperators: the permission. Only for archives whose author you trust.
  /// - Throws: `runtime.not-found` and related errors without a runtime; `file.not-found`, `file.unreadable`, also for
  ///   folders and pipes; `archive.not-zip`, `archive.truncated`, `archive.no-code`, `archive.state-dict`,
  ///   `archive.file-operator`, `archive.unreadable`.
  public convenience init(path: String, allowsFileOperators: Bool = false) throws(XylemError) {
    if let foreign = try ForeignFile(path) { throw foreign.error(path) }
    try unsafe self.init(path: path, allowsFileOperators) { library, flags, out, error in
      unsafe path.withText { unsafe library.table.pointee.archive_load($0, flags, out, error) }
    }
  }

  /// Loads an archive from memory.
  ///
  /// - Parameter path: the file that errors name.
  /// - Throws: as ``init(path:)``.
  package convenience init(
    bytes: UnsafeRawBufferPointer, path: String, allowsFileOperators: Bool = false
  ) throws(XylemError) {
    try unsafe self.init(path: path, allowsFileOperators) { library, flags, out, error in
      unsafe library.table.pointee.archive_load_bytes(bytes.baseAddress, bytes.count, flags, out, error)
    }
  }

  private convenience init(
    path: String, _ allowsFileOperators: Bool,
    _ load: (
      RuntimeLibrary, UInt32, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<xylem_error>
    ) -> xylem_status
  ) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var out: OpaquePointer?
    try unsafe check({ RuntimeErrors.archive($0, path: path, reason: $1) }) { error in
      unsafe load(library, allowsFileOperators ? XYLEM_ALLOW_OUTSIDE : 0, &out, error)
    }
    guard let handle = unsafe out else {
      throw RuntimeErrors.archive(XYLEM_FAILED, path: path, reason: "the runtime returned nothing")
    }
    unsafe self.init(adopting: handle, library: library, path: path, allowsFileOperators: allowsFileOperators)
  }

  /// Takes ownership of an archive from the runtime.
  init(adopting handle: OpaquePointer, library: RuntimeLibrary, path: String, allowsFileOperators: Bool = false) {
    self.allowsFileOperators = allowsFileOperators
    unsafe self.handle = unsafe handle
    self.library = library
    self.path = path
    var texts: UnsafePointer<xylem_text>?
    let count = unsafe library.table.pointee.archive_missing(handle, &texts)
    missingOperators = (0..<count).compactMap { index in unsafe texts.map { unsafe String($0[index]) } }
  }

  deinit { unsafe library.table.pointee.archive_release(handle) }

  /// The root module.
  ///
  /// - Throws: `archive.unreadable`.
  public func root() throws(XylemError) -> ScriptObject {
    var out = unsafe xylem_value()
    try unsafe check({ RuntimeErrors.archive($0, path: path, reason: $1) }) {
      unsafe library.table.pointee.archive_root(handle, &out, $0)
    }
    return unsafe ScriptObject(RuntimeObject(adopting: out, library: library), archive: self)
  }

  /// The code and the module tree as a separate archive, in a `uint8` tensor: parameters and buffers are zeros that
  /// take no space in it; everything else has its current value.
  ///
  /// - Throws: `archive.unreadable` if the runtime can't write it.
  package func code() throws(XylemError) -> Tensor {
    var out = unsafe xylem_value()
    try unsafe check(.archiveUnreadable, "the model's code can't be written") {
      unsafe library.table.pointee.archive_code(handle, &out, $0)
    }
    return unsafe Tensor(RuntimeObject(adopting: out, library: library))
  }

  /// The code of a class as the archive stores it, from `class NAME` to the next class. Nil if the archive came from
  /// memory or can't be read.
  package func source(ofClass qualifiedName: String) -> String? {
    guard let zip = try? ZipFile(path), let dot = qualifiedName.lastIndex(of: ".") else { return nil }
    let file = "/code/" + qualifiedName[..<dot].replacing(".", with: "/") + ".py"
    guard let entry = zip.entries.first(where: { $0.name.hasSuffix(file) }), let bytes = try? zip.read(entry) else {
      return nil
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let name = qualifiedName[qualifiedName.index(after: dot)...]
    guard let start = lines.firstIndex(where: { $0.hasPrefix("class \(name)(") }) else { return nil }
    let rest = lines[(start + 1)...].prefix { !$0.hasPrefix("class ") && !$0.hasPrefix("def ") }
    return ([lines[start]] + rest).joined(separator: "\n")
  }

  /// A type as the language writes it, `Dict[str, List[Tensor]]`, with the archive's classes by their qualified names.
  /// Nil for anything else.
  package func type(named name: String) -> ScriptType? {
    let found = unsafe name.withText { unsafe library.table.pointee.archive_type(handle, $0) }
    return unsafe found.map { unsafe ScriptType(handle: $0, library: library) }
  }

  /// A function or method by its qualified name, mangling included, or nil.
  public func function(named qualifiedName: String) -> ScriptFunction? {
    let found = unsafe qualifiedName.withText { unsafe library.table.pointee.archive_function(handle, $0) }
    return unsafe found.map { unsafe ScriptFunction(handle: $0, archive: self) }
  }

  /// Wraps an object from this archive.
  public func object(_ value: RuntimeObject) -> ScriptObject { ScriptObject(value, archive: self) }
}

/// A module of an archive, or another object of a class that its code defines.
public struct ScriptObject: Sendable {
  /// The handle.
  public let object: RuntimeObject
  /// The archive, kept alive.
  public let archive: ScriptArchive

  package init(_ object: RuntimeObject, archive: ScriptArchive) {
    self.object = object
    self.archive = archive
  }

  /// An attribute with its value.
  public struct Attribute: Sendable {
    /// Its name in the class.
    public var name: String
    /// Its declared type.
    public var type: ScriptType
    /// Whether it is a parameter.
    public var isParameter: Bool
    /// Whether it is a buffer.
    public var isBuffer: Bool
    /// Its current value.
    public var value: Value
  }

  /// Whether it is a module.
  public var isModule: Bool { object.kind == .module }

  /// The identity, equal for all handles of one object.
  public var identity: UInt64 { object.identity }

  /// The class.
  public var type: ScriptType {
    unsafe ScriptType(handle: object.library.table.pointee.value_type(&object.raw), library: object.library)
  }

  /// All attributes in the class's order, including submodules.
  ///
  /// - Throws: `runtime.tensor`.
  public func attributes() throws(XylemError) -> [Attribute] {
    let table = unsafe object.library.table
    var count = 0
    try unsafe check(.runtimeTensor, "an object's attributes can't be read") {
      unsafe table.pointee.object_count(&object.raw, &count, $0)
    }
    var result: [Attribute] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      var out = unsafe xylem_attribute()
      try unsafe check(.runtimeTensor, "an object's attribute can't be read") {
        unsafe table.pointee.object_attribute(&object.raw, index, &out, $0)
      }
      result.append(
        unsafe Attribute(
          name: String(out.name), type: ScriptType(handle: out.type, library: object.library),
          isParameter: out.is_parameter != 0, isBuffer: out.is_buffer != 0,
          value: Value(adopting: out.value, library: object.library)))
    }
    return result
  }

  /// Constants of the class, which are not attributes, sorted by name. For example, a layer's stride, if the author
  /// declared it as a constant.
  package var constants: [(name: String, value: Value)] {
    let count = unsafe object.library.table.pointee.object_constants(&object.raw, nil, 0)
    guard count > 0 else { return [] }
    var names = unsafe [xylem_text](repeating: xylem_text(), count: count)
    let given = unsafe object.library.table.pointee.object_constants(&object.raw, &names, count)
    let known = unsafe names.prefix(given).map { unsafe String($0) }
    return known.sorted().compactMap { name in attribute(name).map { (name, $0) } }
  }

  /// The value of an attribute or class constant. Nil if there is none with that name.
  public func attribute(_ name: String) -> Value? {
    var out = unsafe xylem_value()
    var error = unsafe xylem_error()
    let status = unsafe name.withText { unsafe object.library.table.pointee.object_get(&object.raw, $0, &out, &error) }
    guard status == XYLEM_OK else {
      _ = unsafe takeMessage(&error)
      return nil
    }
    return unsafe Value(adopting: out, library: object.library)
  }

  /// Sets an attribute.
  ///
  /// - Throws: `runtime.tensor` if there is no such attribute or the value has the wrong type.
  public func setAttribute(_ name: String, to value: Value) throws(XylemError) {
    let library = object.library
    var raw = unsafe try value.makeRaw(library)
    defer { unsafe library.table.pointee.value_release(&raw) }
    try unsafe check(.runtimeTensor, "the attribute '\(name)' can't be set") { error in
      unsafe name.withText { unsafe library.table.pointee.object_set(&object.raw, $0, &raw, error) }
    }
    Self.noteWrite()
  }

  private static let writes = Atomic<Int>(0)

  /// The number of attributes that were set in this process. What was computed from attributes holds as long as it stays.
  package static var writeCount: Int { writes.load(ordering: .acquiring) }

  /// Counts an attribute that was set by other means than ``setAttribute(_:to:)``.
  package static func noteWrite() { writes.add(1, ordering: .acquiringAndReleasing) }

  /// A submodule by its relative path, as in `layer1.0.conv1`. The module itself for an empty path. Nil if there is no
  /// such module.
  public func submodule(at path: String) -> ScriptObject? {
    var current = self
    for part in path.split(separator: ".") {
      guard case .object(let next)? = current.attribute(String(part)), next.kind == .module else { return nil }
      current = ScriptObject(next, archive: archive)
    }
    return current
  }

  /// The names of the methods that the archive's code defines for the class, in its order. Empty if the archive came
  /// from memory.
  package var methodNames: [String] {
    guard let source = archive.source(ofClass: type.name) else { return [] }
    return source.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("  def "), let end = line.firstIndex(of: "(") else { return nil }
      let name = String(line[line.index(line.startIndex, offsetBy: 6)..<end])
      return method(name) == nil ? nil : name
    }
  }

  /// A method by name, or nil.
  public func method(_ name: String) -> ScriptFunction? {
    let found = unsafe name.withText { unsafe object.library.table.pointee.object_method(&object.raw, $0) }
    return unsafe found.map { unsafe ScriptFunction(handle: $0, archive: archive) }
  }

  /// The module's own `training` flag. Nil if it has none.
  public var isTraining: Bool? {
    if case .literal(.bool(let flag))? = attribute("training") { return flag }
    return nil
  }
}
