package import CXylem
package import XylemErrors
internal import XylemFiles
package import XylemScript
package import XylemTensor
package import XylemTrace

/// Writes a TorchScript archive step by step: a `forward` with a block of code for each mode.
///
/// Not thread-safe. The model is read and not changed. Every method throws `extract.unsavable`.
@safe
package final class ScriptExporter {
  /// A value of the written code, valid within its mode.
  package struct Item: Hashable {
    package let number: UInt32
  }

  private let handle: OpaquePointer
  private let library: RuntimeLibrary

  /// Creates an exporter for the `forward` of `root`.
  ///
  /// - Parameter keeps: for each argument of `forward`, except for the module itself, whether the written `forward` has
  ///   it.
  package init(_ root: ScriptObject, forward: ScriptFunction, keeps: [Bool]) throws(XylemError) {
    let library = root.object.library
    var out: OpaquePointer?
    try unsafe Self.check {
      unsafe library.table.pointee.exporter_make(
        &root.object.raw, forward.handle, keeps.map { $0 ? 1 : 0 }, keeps.count, &out, $0)
    }
    guard let handle = unsafe out else { throw XylemError(.extractUnsavable, "the runtime returned nothing") }
    unsafe self.handle = unsafe handle
    self.library = library
  }

  /// Creates an exporter for a model that has no archive. A constant that is one of its tensors is read from the module
  /// at the tensor's path.
  ///
  /// - Parameters:
  ///   - state: the tensors, with their paths in the model.
  ///   - arguments: those of `forward`, and whether the written `forward` has them.
  package init(
    state: [StateEntry], arguments: [(name: String, type: String, isKept: Bool)]
  ) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var tensors: [xylem_value] = unsafe []
    defer { for index in unsafe tensors.indices { unsafe library.table.pointee.value_release(&tensors[index]) } }
    for entry in state { unsafe tensors.append(try Value.tensor(entry.tensor).makeRaw(library)) }
    let kinds = state.map { entry -> UInt8 in
      switch entry.kind {
      case .parameter: 0
      case .buffer: 1
      case .attribute: 2
      }
    }
    var out: OpaquePointer?
    try unsafe Self.check { error in
      unsafe state.map(\.key).withTexts { paths in
        unsafe arguments.map(\.name).withTexts { names in
          unsafe arguments.map(\.type).withTexts { types in
            unsafe library.table.pointee.exporter_make_for_state(
              paths.baseAddress, tensors, kinds, state.count, names.baseAddress, types.baseAddress,
              arguments.map { $0.isKept ? 1 : 0 }, arguments.count, &out, error)
          }
        }
      }
    }
    guard let handle = unsafe out else { throw XylemError(.extractUnsavable, "the runtime returned nothing") }
    unsafe self.handle = unsafe handle
    self.library = library
  }

  deinit { unsafe library.table.pointee.exporter_release(handle) }

  private static let unsavable = "the features can't be saved as TorchScript"

  private static func check(_ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status) throws(XylemError) {
    try unsafe XylemTensor.check(
      { RuntimeErrors.failed(.extractUnsavable, Self.unsavable, reason: RuntimeErrors.firstLines($1)) },
      body)
  }

  private func item(
    _ body: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<xylem_error>) -> xylem_status
  ) throws(XylemError) -> Item {
    var out: UInt32 = 0
    try unsafe Self.check { unsafe body(&out, $0) }
    return Item(number: out)
  }

  private func items(
    _ body: (
      UnsafeMutablePointer<UInt32>, Int, UnsafeMutablePointer<Int>, UnsafeMutablePointer<xylem_error>
    ) -> xylem_status
  ) throws(XylemError) -> [Item] {
    var results = [UInt32](repeating: 0, count: 64)
    var count = 0
    try unsafe Self.check { unsafe body(&results, results.count, &count, $0) }
    return results.prefix(count).map(Item.init(number:))
  }

  /// Begins the code of a mode.
  package func begin(isTraining: Bool) throws(XylemError) {
    try unsafe Self.check { unsafe library.table.pointee.exporter_begin(handle, isTraining ? 1 : 0, $0) }
  }

  /// Makes a mode without code raise an error.
  package func refuse(isTraining: Bool, _ message: String) throws(XylemError) {
    try unsafe Self.check { error in
      unsafe message.withText {
        unsafe library.table.pointee.exporter_refuse(handle, isTraining ? 1 : 0, $0, error)
      }
    }
  }

  /// An argument of `forward` that was kept.
  package func argument(at position: Int) throws(XylemError) -> Item {
    try unsafe item { unsafe library.table.pointee.exporter_argument(handle, position, $0, $1) }
  }

  /// A constant value. A module of the model is reached from the root.
  package func constant(_ value: Value, type: ScriptType? = nil) throws(XylemError) -> Item {
    var raw = unsafe try value.makeRaw(library, type: type?.handle)
    defer { unsafe library.table.pointee.value_release(&raw) }
    return try unsafe item { unsafe library.table.pointee.exporter_constant(handle, &raw, $0, $1) }
  }

  package func container(_ tag: xylem_tag, _ type: ScriptType?, _ elements: [Item]) throws(XylemError) -> Item {
    try unsafe item {
      unsafe library.table.pointee.exporter_container(
        handle, Int32(tag.rawValue), type?.handle, elements.map(\.number), elements.count, $0, $1)
    }
  }

  package func call(_ op: TensorOperator, _ arguments: [Item]) throws(XylemError) -> [Item] {
    try unsafe items {
      unsafe library.table.pointee.exporter_operator(
        handle, op.handle, arguments.map(\.number), arguments.count, $0, $1, $2, $3)
    }
  }

  package func call(_ callable: Callable, _ arguments: [Item]) throws(XylemError) -> [Item] {
    try unsafe items {
      unsafe library.table.pointee.exporter_call(
        handle, callable.handle, arguments.map(\.number), arguments.count, $0, $1, $2, $3)
    }
  }

  /// An element of a tuple, a list, or a dictionary with numeric keys.
  package func element(_ index: Int, of container: Item) throws(XylemError) -> Item {
    try unsafe item {
      unsafe library.table.pointee.exporter_element(handle, container.number, Int64(index), $0, $1)
    }
  }

  /// The part of a dictionary or a named tuple with a string key.
  package func part(_ key: String, of container: Item) throws(XylemError) -> Item {
    try unsafe item { out, error in
      unsafe key.withText { unsafe library.table.pointee.exporter_part(handle, container.number, $0, out, error) }
    }
  }

  package func attribute(_ name: String, of owner: Item) throws(XylemError) -> Item {
    try unsafe item { out, error in
      unsafe name.withText { unsafe library.table.pointee.exporter_attribute(handle, owner.number, $0, out, error) }
    }
  }

  package func setAttribute(_ name: String, of owner: Item, to value: Item) throws(XylemError) {
    try unsafe Self.check { error in
      unsafe name.withText {
        unsafe library.table.pointee.exporter_set_attribute(handle, owner.number, $0, value.number, error)
      }
    }
  }

  /// Raises an error unless a condition has the expected value.
  package func check(_ condition: Item, is expected: Bool, _ message: String) throws(XylemError) {
    try unsafe Self.check { error in
      unsafe message.withText {
        unsafe library.table.pointee.exporter_check(handle, condition.number, expected ? 1 : 0, $0, error)
      }
    }
  }

  /// Gives a value a name in the written code, if the name is valid.
  package func name(_ item: Item, _ name: String) throws(XylemError) {
    try unsafe Self.check { error in
      unsafe name.withText { unsafe library.table.pointee.exporter_name(handle, item.number, $0, error) }
    }
  }

  /// A copy of a tensor.
  ///
  /// - Parameter notTensor: makes the error for a value that is not a tensor from its type.
  package func clone(_ item: Item, notTensor: (String) -> XylemError) throws(XylemError) -> Item {
    var out: UInt32 = 0
    try unsafe checkTensor(notTensor) {
      unsafe library.table.pointee.exporter_clone(handle, item.number, &out, $0)
    }
    return Item(number: out)
  }

  /// Adds an entry to the mode's result.
  ///
  /// - Parameter notTensor: makes the error for a value that is not a tensor from its type.
  package func result(_ key: String, _ item: Item, notTensor: (String) -> XylemError) throws(XylemError) {
    try unsafe checkTensor(notTensor) { error in
      unsafe key.withText { unsafe library.table.pointee.exporter_result(handle, $0, item.number, error) }
    }
  }

  private func checkTensor(
    _ notTensor: (String) -> XylemError, _ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status
  ) throws(XylemError) {
    try unsafe XylemTensor.check(
      { status, reason in
        guard status != XYLEM_INVALID_ARGUMENT else { return notTensor(reason) }
        return RuntimeErrors.failed(.extractUnsavable, Self.unsavable, reason: reason)
      }, body)
  }

  /// Writes the archive to a file, completely or not at all, after reading it back once as a check. Nothing can be
  /// added afterwards.
  ///
  /// - Throws: `extract.unsavable`, `file.unwritable`.
  package func save(to path: String, isTraining: Bool) throws(XylemError) {
    var bytes = unsafe xylem_text()
    try unsafe Self.check { unsafe library.table.pointee.exporter_save(handle, isTraining ? 1 : 0, &bytes, $0) }
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.count)
    try AtomicFile.write(path) { (file) throws(XylemError) in unsafe try file.append(buffer.bytes) }
  }
}
