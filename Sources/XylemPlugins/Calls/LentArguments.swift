internal import CXylem
internal import XylemErrors
internal import XylemTensor

/// Tensors that a plugin has for the time of a call, and may give back.
protocol LentTensors {
  /// The tensor that was lent as this, or nil.
  func tensor(lentAs pointer: UnsafePointer<DLManagedTensorVersioned>) -> Tensor?

  /// Whether a stretch of memory overlaps a lent tensor's.
  func overlaps(_ range: Range<UInt>) -> Bool
}

/// A leaf's arguments in the form that crosses the boundary, for the time of one call.
///
/// Whoever makes one releases it.
@safe struct LentArguments: LentTensors {
  /// The arguments, structures unpacked.
  let values: [Value]
  /// The tensors among them, in order, those within lists too.
  private(set) var tensors: [Tensor]
  let raw: UnsafeMutablePointer<xylem_argument>
  /// One for each tensor.
  private let views: UnsafeMutablePointer<DLManagedTensorVersioned>
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  var count: Int { values.count }

  /// - Parameters:
  ///   - values: of forward, in order.
  ///   - writes: positions of those that the leaf writes; the others are lent as read-only.
  /// - Throws: `plugin.argument` for what has no form there.
  init(_ given: [Value], leaf: String, writes: [Int]) throws(XylemError) {
    var values: [Value] = []
    values.reserveCapacity(given.count)
    var tensors: [Tensor] = []
    for (position, value) in given.enumerated() {
      values.append(try Self.prepared(value, &tensors) { LeafErrors.argument(position, leaf, $0) })
    }
    self.values = values
    self.tensors = tensors
    unsafe raw = UnsafeMutablePointer.allocate(capacity: max(values.count, 1))
    unsafe views = UnsafeMutablePointer.allocate(capacity: max(tensors.count, 1))
    var next = 0
    do throws(XylemError) {
      for (position, value) in values.enumerated() {
        let isReadOnly = writes.isEmpty || !writes.contains(position)
        unsafe raw[position] = unsafe try lend(value, isReadOnly: isReadOnly, &next)
      }
    } catch {
      release()
      throw error
    }
  }

  func release() {
    for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
    unsafe raw.deallocate()
    unsafe views.deallocate()
  }

  func tensor(lentAs pointer: UnsafePointer<DLManagedTensorVersioned>) -> Tensor? {
    for (index, tensor) in tensors.enumerated() where unsafe UnsafePointer(views + index) == pointer { return tensor }
    return nil
  }

  func overlaps(_ range: Range<UInt>) -> Bool {
    tensors.contains { tensor in tensor.addressRange.map { $0.overlaps(range) } ?? false }
  }

  // MARK: - Values

  /// A value with its structure unpacked; its tensors are gathered.
  private static func prepared(
    _ value: Value, _ tensors: inout [Tensor], _ refuse: (String) -> XylemError
  ) throws(XylemError) -> Value {
    switch value {
    case .none, .bool, .int, .float, .string: return value
    case .tensor(let tensor):
      tensors.append(tensor)
      return value
    case .list(let elements), .tuple(let elements, _):
      var parts: [Value] = []
      for element in elements { parts.append(try prepared(element, &tensors, refuse)) }
      return .list(parts)
    case .object:
      let unpacked = try value.unpacked()
      if case .object(let object) = unpacked { throw refuse("a \(object.kind), which plugins can't be given") }
      return try prepared(unpacked, &tensors, refuse)
    case .complex: throw refuse("a complex number, which plugins can't be given")
    case .device: throw refuse("a device, which plugins can't be given")
    case .dictionary: throw refuse("a dictionary, which plugins can't be given")
    case .standIn(let standIn): throw standIn.needed("a plugin's leaf needs the value itself")
    }
  }

  private mutating func lend(_ value: Value, isReadOnly: Bool, _ next: inout Int) throws(XylemError) -> xylem_argument {
    var argument = unsafe xylem_argument()
    switch value {
    case .bool(let flag):
      unsafe argument.kind = XYLEM_ARGUMENT_BOOL.rawValue
      unsafe argument.as.integer = flag ? 1 : 0
    case .int(let number):
      unsafe argument.kind = XYLEM_ARGUMENT_INT.rawValue
      unsafe argument.as.integer = Int64(number)
    case .float(let number):
      unsafe argument.kind = XYLEM_ARGUMENT_FLOAT.rawValue
      unsafe argument.as.number = number
    case .string(let text):
      let bytes = unsafe text.copiedCString()
      unsafe blocks.append(UnsafeMutableRawPointer(mutating: bytes))
      unsafe argument.kind = XYLEM_ARGUMENT_STRING.rawValue
      unsafe argument.count = UInt32(clamping: text.utf8.count)
      unsafe argument.as.string = unsafe bytes
    case .tensor(let tensor):
      if let view = unsafe try? tensor.borrowedView() {
        unsafe views[next] = unsafe view
      } else {
        guard isReadOnly else { throw LeafErrors.notPlain() }
        tensors[next] = try tensor.plain()
        unsafe views[next] = unsafe try tensors[next].borrowedView()
      }
      unsafe views[next].flags = isReadOnly ? UInt64(XYLEM_TENSOR_READ_ONLY) : 0
      unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
      unsafe argument.as.tensor = unsafe views + next
      next += 1
    case .list(let elements):
      let parts = UnsafeMutablePointer<xylem_argument>.allocate(capacity: max(elements.count, 1))
      unsafe blocks.append(UnsafeMutableRawPointer(parts))
      for (index, element) in elements.enumerated() {
        unsafe parts[index] = unsafe try lend(element, isReadOnly: isReadOnly, &next)
      }
      unsafe argument.kind = XYLEM_ARGUMENT_LIST.rawValue
      unsafe argument.count = UInt32(clamping: elements.count)
      unsafe argument.as.elements = unsafe UnsafePointer(parts)
    default: break
    }
    return unsafe argument
  }
}

extension Value {
  /// The value with the tensors in it, those in lists too, replaced in order.
  func replacingTensors(_ next: inout ArraySlice<Tensor>) -> Value {
    switch self {
    case .tensor: return next.popFirst().map(Value.tensor) ?? self
    case .list(let elements): return .list(elements.map { $0.replacingTensors(&next) })
    default: return self
    }
  }
}

extension String {
  /// A copy that the caller frees.
  func copiedCString() -> UnsafePointer<CChar> {
    let bytes = Array(utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    unsafe copy.initialize(from: bytes, count: bytes.count)
    return unsafe UnsafePointer(copy)
  }
}
