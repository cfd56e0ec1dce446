package import CXylem
package import XylemErrors
public import XylemGraph

/// An argument or result of operators and modules.
///
/// Containers from the runtime are `.object` and share their contents with it; ``unpacked()`` converts them to Swift
/// structures. Structures created in Swift are copied when they are passed.
public indirect enum Value: Sendable {
  /// A number, a string, a device, a Boolean or Python's `None`.
  case literal(Literal)
  case tensor(Tensor)
  case list([Value])
  /// A tuple, with a name for each element if it has names.
  case tuple([Value], names: [String])
  /// Keys and values in insertion order.
  case dictionary([(key: Value, value: Value)])
  /// A value that lives in the runtime: a container that shares its contents, a module, an enumeration's case.
  case object(RuntimeObject)
  /// A value other than a tensor that is known only when the traced model runs.
  case standIn(StandIn)
}

extension Value {
  /// Python's `None`.
  public static var none: Value { .literal(.none) }
  /// A Boolean.
  public static func bool(_ value: Bool) -> Value { .literal(.bool(value)) }
  /// An integer.
  public static func int(_ value: Int) -> Value { .literal(.int(value)) }
  /// A double-precision number.
  public static func float(_ value: Double) -> Value { .literal(.float(value)) }
  /// A complex number as real and imaginary part.
  public static func complex(_ real: Double, _ imaginary: Double) -> Value { .literal(.complex(real, imaginary)) }
  /// A string.
  public static func string(_ text: String) -> Value { .literal(.string(text)) }
  /// A device, as in `cpu` or `cuda:0`.
  public static func device(_ name: String) -> Value { .literal(.device(name)) }

  /// The literal, if the value is one: `if value.literal == .int(3) { … }`.
  public var literal: Literal? {
    if case .literal(let literal) = self { return literal }
    return nil
  }
}

extension Value {
  /// Takes ownership of a value from the runtime.
  package init(adopting raw: xylem_value, library: RuntimeLibrary) {
    switch unsafe xylem_tag(UInt32(raw.tag)) {
    case XYLEM_NONE: self = .none
    case XYLEM_BOOL: self = unsafe .bool(raw.as.integer != 0)
    case XYLEM_INT: self = unsafe .int(Int(raw.as.integer))
    case XYLEM_DOUBLE: self = unsafe .float(raw.as.number)
    case XYLEM_TENSOR: self = unsafe .tensor(Tensor(RuntimeObject(adopting: raw, library: library)))
    case XYLEM_STRING:
      // The runtime's strings are bytes, of which code may cut a part of a character. Such a string stays in the runtime.
      let object = unsafe RuntimeObject(adopting: raw, library: library)
      if let text = object.text { self = .string(text) } else { self = .object(object) }
    case XYLEM_DEVICE:
      self = unsafe .device(RuntimeObject(adopting: raw, library: library).summary)
    case XYLEM_COMPLEX:
      let object = unsafe RuntimeObject(adopting: raw, library: library)
      var (real, imaginary) = (0.0, 0.0)
      var error = unsafe xylem_error()
      if unsafe library.table.pointee.complex_parts(&object.raw, &real, &imaginary, &error) != XYLEM_OK {
        _ = unsafe takeMessage(&error)
      }
      self = .complex(real, imaginary)
    default: self = unsafe .object(RuntimeObject(adopting: raw, library: library))
    }
  }

  /// A copy of a value that the runtime keeps.
  package init(borrowing raw: UnsafePointer<xylem_value>, library: RuntimeLibrary) {
    var copy = unsafe xylem_value()
    unsafe library.table.pointee.value_copy(raw, &copy)
    unsafe self.init(adopting: copy, library: library)
  }

  /// The value in the form that crosses the boundary, owned by the caller.
  ///
  /// - Parameter type: the type that the receiver declares, which decides an empty container's element type.
  package func makeRaw(_ library: RuntimeLibrary, type: OpaquePointer? = nil) throws(XylemError) -> xylem_value {
    var out = unsafe xylem_value()
    let table = unsafe library.table
    switch self {
    case .literal(let literal): unsafe out = try literal.makeRaw(library)
    case .tensor(let tensor):
      let handle = try tensor.handle()
      unsafe table.pointee.value_copy(&handle.raw, &out)
    case .standIn(let standIn): throw standIn.needed("a value is needed while the model is traced")
    case .object(let object): unsafe table.pointee.value_copy(&object.raw, &out)
    case .list(let elements):
      unsafe out = try Value.makeContainer(XYLEM_LIST, elements, type: type, library)
    case .tuple(let elements, _):
      unsafe out = try Value.makeContainer(XYLEM_TUPLE, elements, type: type, library)
    case .dictionary(let entries):
      let flat = entries.flatMap { [$0.key, $0.value] }
      unsafe out = try Value.makeContainer(XYLEM_DICT, flat, type: type, library)
    }
    return unsafe out
  }

  private static func makeContainer(
    _ tag: xylem_tag, _ elements: [Value], type: OpaquePointer?, _ library: RuntimeLibrary
  ) throws(XylemError) -> xylem_value {
    let table = unsafe library.table
    var raws: [xylem_value] = unsafe []
    defer { for index in unsafe raws.indices { unsafe table.pointee.value_release(&raws[index]) } }
    let declared = unsafe ScriptType(handle: type, library: library)
    for (index, element) in elements.enumerated() {
      let inner = unsafe declared.elementHandle(at: index, of: tag)
      unsafe raws.append(try element.makeRaw(library, type: inner))
    }
    var out = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "a container can't be passed to the runtime") {
      unsafe table.pointee.container_make(Int32(tag.rawValue), type, raws, raws.count, &out, $0)
    }
    return unsafe out
  }

  /// The tensor, if the value is one.
  public var tensor: Tensor? {
    if case .tensor(let tensor) = self { return tensor }
    return nil
  }
}

extension Literal {
  /// The literal in the form that crosses the boundary; the caller owns it.
  fileprivate func makeRaw(_ library: RuntimeLibrary) throws(XylemError) -> xylem_value {
    var out = unsafe xylem_value()
    let table = unsafe library.table
    switch self {
    case .none: break
    case .bool(let value):
      unsafe out.tag = Int32(XYLEM_BOOL.rawValue)
      unsafe out.as.integer = value ? 1 : 0
    case .int(let value):
      unsafe out.tag = Int32(XYLEM_INT.rawValue)
      unsafe out.as.integer = Int64(value)
    case .float(let value):
      unsafe out.tag = Int32(XYLEM_DOUBLE.rawValue)
      unsafe out.as.number = value
    case .string(let text):
      try unsafe check(.runtimeTensor, "a string can't be passed to the runtime") { error in
        unsafe text.withText { unsafe table.pointee.string_make($0, &out, error) }
      }
    case .device(let text):
      try unsafe check(.runtimeTensor, "'\(text)' is not a device") { error in
        unsafe text.withText { unsafe table.pointee.device_make($0, &out, error) }
      }
    case .complex(let real, let imaginary):
      try unsafe check(.runtimeTensor, "a complex number can't be passed to the runtime") {
        unsafe table.pointee.complex_make(real, imaginary, &out, $0)
      }
    }
    return unsafe out
  }
}
