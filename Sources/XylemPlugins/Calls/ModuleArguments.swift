internal import CXylem
internal import XylemErrors
internal import XylemGraph

/// The arguments of a leaf module in the form that crosses the ABI, for the time of one call.
///
/// The creator releases them.
@safe struct ModuleArguments<Value: CallValue> {
  /// The arguments, with containers as lists.
  let values: [Value]
  /// The tensors among them, in order, including those in lists.
  private(set) var tensors = LentTensors<Value.Tensor>()
  let raw: UnsafeMutablePointer<xylem_argument>
  /// One view for each tensor.
  private let views: UnsafeMutablePointer<DLManagedTensorVersioned>
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  var count: Int { values.count }

  /// - Parameters:
  ///   - values: the arguments of forward, in order.
  ///   - writes: positions of the arguments that the leaf writes; the others are lent as read-only.
  /// - Throws: `plugin.argument` for a value that can't cross the ABI; `trace.concrete-value`.
  init(_ given: [Value], leaf: String, writes: [Int]) throws(XylemError) {
    var values: [Value] = []
    values.reserveCapacity(given.count)
    for (position, value) in given.enumerated() {
      values.append(try Self.prepared(value) { LeafErrors.argument(position, leaf, $0) })
    }
    self.values = values
    unsafe raw = UnsafeMutablePointer.allocate(capacity: max(values.count, 1))
    let count = values.reduce(0) { $0 + $1.tensorCount }
    unsafe views = UnsafeMutablePointer.allocate(capacity: max(count, 1))
    var next = 0
    do throws(XylemError) {
      for (position, value) in values.enumerated() {
        let access: LentTensors<Value.Tensor>.Access = writes.contains(position) ? .writes : .reads
        unsafe raw[position] = unsafe try lend(value, for: access, &next) { reason, cause in
          LeafErrors.argument(position, leaf, "\(value.shortDescription), \(reason)", cause: cause)
        }
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

  /// Returns a value with its containers as lists.
  private static func prepared(_ value: Value, _ refuse: (String) -> XylemError) throws(XylemError) -> Value {
    let value = try value.known()
    switch value.content {
    case .literal, .tensor: return value
    case .list(let elements):
      var parts: [Value] = []
      parts.reserveCapacity(elements.count)
      for element in elements { parts.append(try prepared(element, refuse)) }
      return .list(parts)
    case .other: throw refuse("\(value.shortDescription), which can't be passed to plugins")
    }
  }

  private mutating func lend(
    _ value: Value, for access: LentTensors<Value.Tensor>.Access, _ next: inout Int,
    _ refuse: LentTensors<Value.Tensor>.Refusal
  ) throws(XylemError) -> xylem_argument {
    var argument = unsafe xylem_argument()
    switch value.content {
    case .literal(.none), .literal(.complex), .literal(.device), .other: break
    case .literal(.bool(let flag)):
      unsafe argument.kind = XYLEM_ARGUMENT_BOOL.rawValue
      unsafe argument.as.integer = flag ? 1 : 0
    case .literal(.int(let number)):
      unsafe argument.kind = XYLEM_ARGUMENT_INT.rawValue
      unsafe argument.as.integer = Int64(number)
    case .literal(.float(let number)):
      unsafe argument.kind = XYLEM_ARGUMENT_FLOAT.rawValue
      unsafe argument.as.number = number
    case .literal(.string(let text)):
      let bytes = unsafe text.copiedCString()
      unsafe blocks.append(UnsafeMutableRawPointer(mutating: bytes))
      unsafe argument.kind = XYLEM_ARGUMENT_STRING.rawValue
      unsafe argument.count = UInt32(clamping: text.utf8.count)
      unsafe argument.as.string = unsafe bytes
    case .tensor(let tensor):
      try unsafe tensors.lend(tensor, for: access, at: views + next, refuse)
      unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
      unsafe argument.as.tensor = unsafe views + next
      next += 1
    case .list(let elements):
      let parts = UnsafeMutablePointer<xylem_argument>.allocate(capacity: max(elements.count, 1))
      unsafe blocks.append(UnsafeMutableRawPointer(parts))
      for (index, element) in elements.enumerated() {
        unsafe parts[index] = unsafe try lend(element, for: access, &next, refuse)
      }
      unsafe argument.kind = XYLEM_ARGUMENT_LIST.rawValue
      unsafe argument.count = UInt32(clamping: elements.count)
      unsafe argument.as.elements = unsafe UnsafePointer(parts)
    }
    return unsafe argument
  }
}

extension String {
  /// Returns a copy that the caller frees.
  func copiedCString() -> UnsafePointer<CChar> {
    let bytes = Array(utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    unsafe copy.initialize(from: bytes, count: bytes.count)
    return unsafe UnsafePointer(copy)
  }
}
