internal import CXylem
internal import Glibc
internal import XylemErrors
internal import XylemTensor

/// What a call's arguments need beside their words: memory for texts and lists, and which tensors were lent.
///
/// Lives as long as the call; its memory goes with it.
@safe
final class CallFrame {
  static let tensorSize = unsafe MemoryLayout<DLManagedTensorVersioned>.stride
  static let listSize = unsafe MemoryLayout<xylem_i64_list>.stride

  /// A tensor that the function was lent.
  @safe
  struct Lent {
    /// In the frame, or in a list's memory.
    let view: UnsafeMutablePointer<DLManagedTensorVersioned>
    let value: Value
    /// What the view shows: the value's tensor, or one that was made plain for the call.
    let source: Tensor
  }

  /// What messages call the function.
  let function: String
  /// Whether the function gives gradients: its tensors are read only whatever its signature says, and lists may have gaps.
  let isGradient: Bool
  private(set) var lent: [Lent] = []
  private var lists: [(address: UInt, value: Value)] = []
  private var written: [Tensor] = []
  private var memory: [UnsafeMutableRawPointer] = unsafe []

  init(function: String, isGradient: Bool) {
    self.function = function
    self.isGradient = isGradient
  }

  deinit { unsafe memory.forEach { unsafe free($0) } }

  /// The argument that the function was lent at an address.
  func value(at address: UnsafeRawPointer) -> Value? {
    lent.first { unsafe UnsafeRawPointer($0.view) == address }?.value
  }

  /// Whether an address is that of an argument's list.
  func isLentList(_ address: UnsafeRawPointer) -> Bool {
    lists.contains { $0.address == UInt(bitPattern: address) }
  }

  /// Tells the runtime which tensors the function may have written.
  ///
  /// - Throws: `runtime.tensor`; every tensor is told of all the same.
  func recordWrites() throws(XylemError) {
    var fault: XylemError?
    for tensor in written {
      do { try tensor.recordWrite() } catch { fault = fault ?? error }
    }
    if let fault { throw fault }
  }

  /// Writes an argument where the function takes it from.
  ///
  /// - Parameters:
  ///   - index: the argument's position, for messages.
  ///   - slot: as long as the interface has it for the type.
  /// - Throws: `plugin.argument`; for a tensor that is known only when a model runs `trace.concrete-value`.
  func store(_ value: Value, _ index: Int, as type: Signature.ValueType, at slot: UnsafeMutableRawPointer)
    throws(XylemError)
  {
    func wrong(_ reason: String, cause: (any Error)? = nil) -> XylemError {
      CallErrors.argument(function, index, type, value, reason, cause: cause)
    }
    let more = unsafe slot + 8
    if type.isOptional, case .none = value {
      unsafe slot.storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
      return
    }
    switch type.content {
    case .number(let number):
      if let fault = unsafe number.store(value, at: type.isOptional ? more : slot) { throw wrong(fault) }
      if type.isOptional { unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self) }
    case .pointer:
      guard case .int(let address) = value else { throw wrong("which is no address: an address is an integer") }
      unsafe slot.storeBytes(of: address, as: Int.self)
    case .text:
      guard case .string(let text) = value else { throw wrong("which is no text") }
      guard !text.utf8.contains(0) else { throw wrong("which has a null character in it") }
      let copy = try unsafe allocate(text.utf8.count + 1)
      unsafe text.withCString { unsafe copy.copyMemory(from: $0, byteCount: text.utf8.count + 1) }
      unsafe slot.storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
    case .tensor, .writtenTensor:
      guard case .tensor(let tensor) = value else { throw wrong("which is no tensor") }
      let isWritten = type.content == .writtenTensor && !isGradient
      let view = unsafe more.bindMemory(to: DLManagedTensorVersioned.self, capacity: 1)
      try unsafe lend(tensor, isWritten: isWritten, in: view, wrong)
      unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self)
    case .list(let element):
      try unsafe storeList(value, of: element, header: more, wrong)
      unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self)
    }
  }

  // MARK: Parts

  private typealias Fault = (_ reason: String, _ cause: (any Error)?) -> XylemError

  /// Memory that goes with the frame.
  private func allocate(_ bytes: Int) throws(XylemError) -> UnsafeMutableRawPointer {
    guard let block = unsafe malloc(max(bytes, 1)) else { throw CallErrors.memory(function) }
    unsafe memory.append(block)
    return unsafe block
  }

  private func lend(
    _ tensor: Tensor, isWritten: Bool, in view: UnsafeMutablePointer<DLManagedTensorVersioned>, _ wrong: Fault
  ) throws(XylemError) {
    var source = tensor
    var lending: DLManagedTensorVersioned
    do { unsafe lending = try tensor.borrowedView() } catch {
      if tensor.standIn != nil { throw error }
      guard !isWritten else { throw wrong("which can't be written in place", error) }
      do {
        source = try tensor.plain()
        unsafe lending = try unsafe source.borrowedView()
      } catch { throw wrong("whose elements do not lie in memory", error) }
    }
    unsafe lending.flags = isWritten ? 0 : UInt64(XYLEM_TENSOR_READ_ONLY)
    let count = try tensor.count
    guard unsafe lending.dl_tensor.data != nil || count == 0 else {
      throw wrong("whose elements do not lie in memory", nil)
    }
    if isWritten {
      guard unsafe !MemoryExtent.overlapsItself(lending.dl_tensor) else {
        throw wrong("several of whose elements share memory: it can't be written in place", nil)
      }
      guard try !DifferentiableCall.isNeeded(for: [tensor]) else {
        throw wrong("for which gradients are recorded: it can't be written in place", nil)
      }
      written.append(tensor)
    }
    unsafe view.initialize(to: lending)
    lent.append(unsafe Lent(view: view, value: .tensor(tensor), source: source))
  }

  private func storeList(
    _ value: Value, of element: Signature.Element, header: UnsafeMutableRawPointer, _ wrong: Fault
  ) throws(XylemError) {
    let elements: [Value]
    switch try value.unpacked() {
    case .list(let found), .tuple(let found, _): elements = found
    default: throw wrong("which is no list", nil)
    }
    let memory = try unsafe allocate(elements.count * 8)
    if element == .tensor {
      try unsafe storeTensors(elements, memory, wrong)
    } else {
      let number = element.number
      let size = element == .bool ? 1 : 8
      for (index, value) in elements.enumerated() {
        if let fault = unsafe number.store(value, at: memory + index * size) {
          throw wrong("whose element \(index) is \(value.shortDescription), \(fault)", nil)
        }
      }
    }
    unsafe header.storeBytes(of: elements.count, as: Int.self)
    unsafe header.storeBytes(of: memory, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
    lists.append((UInt(bitPattern: header), value))
  }

  private func storeTensors(_ elements: [Value], _ addresses: UnsafeMutableRawPointer, _ wrong: Fault)
    throws(XylemError)
  {
    let views = try unsafe allocate(elements.count * Self.tensorSize)
      .bindMemory(to: DLManagedTensorVersioned.self, capacity: elements.count)
    for (index, element) in elements.enumerated() {
      var address: UnsafeMutablePointer<DLManagedTensorVersioned>?
      switch element {
      case .tensor(let tensor):
        unsafe address = unsafe views + index
        try unsafe lend(tensor, isWritten: false, in: views + index) { reason, cause in
          wrong("whose element \(index) is \(element.shortDescription), \(reason)", cause)
        }
      case .none where isGradient: break
      default: throw wrong("whose element \(index) is \(element.shortDescription), which is no tensor", nil)
      }
      unsafe addresses.storeBytes(
        of: address, toByteOffset: index * 8, as: UnsafeMutablePointer<DLManagedTensorVersioned>?.self)
    }
  }
}

extension Signature.Element {
  /// The elements' type where they are no tensors.
  var number: Signature.Number {
    switch self {
    case .f64: .f64
    case .bool: .bool
    case .i64, .tensor: .i64
    }
  }
}
