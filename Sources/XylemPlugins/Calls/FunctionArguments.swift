internal import CXylem
internal import Glibc
internal import XylemErrors
internal import XylemGraph

/// What the arguments of a leaf function need besides their words: memory for strings and lists, and the list of lent
/// tensors.
///
/// Lives as long as the call, and frees its memory at the end.
@safe
final class FunctionArguments<Value: CallValue> {
  typealias View = LentTensors<Value.Tensor>.View

  /// The function's name in messages.
  let function: String
  /// Whether this is a gradient function: its tensors are read-only whatever its signature says, and its lists may have
  /// gaps.
  let isGradient: Bool
  private(set) var tensors = LentTensors<Value.Tensor>()
  private var lists: Set<UInt> = []
  private var memory: [UnsafeMutableRawPointer] = unsafe []

  init(function: String, isGradient: Bool) {
    self.function = function
    self.isGradient = isGradient
  }

  deinit { unsafe memory.forEach { unsafe free($0) } }

  /// Whether an address is that of a list among the arguments.
  func isLentList(_ address: UnsafeRawPointer) -> Bool { lists.contains(UInt(bitPattern: address)) }

  /// Writes an argument to the place where the function reads it.
  ///
  /// - Parameters:
  ///   - index: the argument's position, for messages.
  ///   - slot: as long as the interface requires for the type.
  /// - Throws: `plugin.argument`; `trace.concrete-value` for a tensor that is only known when a model runs.
  func store(_ value: Value, _ index: Int, as type: Signature.ValueType, at slot: UnsafeMutableRawPointer)
    throws(XylemError)
  {
    func wrong(_ reason: String, cause: (any Error)? = nil) -> XylemError {
      CallErrors.argument(function, index, type, value, reason, cause: cause)
    }
    let more = unsafe slot + 8
    if type.isOptional, case .literal(.none) = value.content {
      unsafe slot.storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
      return
    }
    switch type.content {
    case .number(let number):
      if let fault = unsafe number.store(value, at: type.isOptional ? more : slot) { throw wrong(fault) }
      if type.isOptional { unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self) }
    case .pointer:
      guard case .literal(.int(let address)) = value.content else {
        throw wrong("which is not an address; an address is an integer")
      }
      unsafe slot.storeBytes(of: address, as: Int.self)
    case .text:
      guard case .literal(.string(let text)) = value.content else { throw wrong("which is not a string") }
      guard !text.utf8.contains(0) else { throw wrong("which contains a null character") }
      let copy = try unsafe allocate(text.utf8.count + 1)
      unsafe text.withCString { unsafe copy.copyMemory(from: $0, byteCount: text.utf8.count + 1) }
      unsafe slot.storeBytes(of: copy, as: UnsafeMutableRawPointer?.self)
    case .tensor, .writtenTensor:
      guard case .tensor(let tensor) = value.content else { throw wrong("which is not a tensor") }
      let isWritten = type.content == .writtenTensor && !isGradient
      let view = unsafe more.bindMemory(to: DLManagedTensorVersioned.self, capacity: 1)
      try unsafe tensors.lend(tensor, for: isWritten ? .writes : .reads, at: view, wrong)
      unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self)
    case .list(let element):
      try unsafe storeList(value, of: element, header: more, wrong)
      unsafe slot.storeBytes(of: more, as: UnsafeMutableRawPointer?.self)
    case .tensors: throw wrong("which only a result can be")
    }
  }

  // MARK: Parts

  private typealias Fault = LentTensors<Value.Tensor>.Refusal

  /// Memory that is freed with the arguments.
  private func allocate(_ bytes: Int) throws(XylemError) -> UnsafeMutableRawPointer {
    guard let block = unsafe malloc(max(bytes, 1)) else { throw CallErrors.memory(function) }
    unsafe memory.append(block)
    return unsafe block
  }

  private func storeList(
    _ value: Value, of element: Signature.Element, header: UnsafeMutableRawPointer, _ wrong: Fault
  ) throws(XylemError) {
    guard case .list(let elements) = try value.known().content else { throw wrong("which is not a list", nil) }
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
    lists.insert(UInt(bitPattern: header))
  }

  private func storeTensors(_ elements: [Value], _ addresses: UnsafeMutableRawPointer, _ wrong: Fault)
    throws(XylemError)
  {
    let views = try unsafe allocate(elements.count * CallInterface.tensorSize)
      .bindMemory(to: DLManagedTensorVersioned.self, capacity: elements.count)
    for (index, element) in elements.enumerated() {
      var address: View?
      switch element.content {
      case .tensor(let tensor):
        unsafe address = unsafe views + index
        try unsafe tensors.lend(tensor, for: .reads, at: views + index) { reason, cause in
          wrong("whose element \(index) is \(element.shortDescription), \(reason)", cause)
        }
      case .literal(.none) where isGradient: break
      default: throw wrong("whose element \(index) is \(element.shortDescription), which is not a tensor", nil)
      }
      unsafe addresses.storeBytes(of: address, toByteOffset: index * 8, as: View?.self)
    }
  }
}

extension Signature.Element {
  /// The elements' type, unless they are tensors.
  var number: Signature.Number {
    switch self {
    case .f64: .f64
    case .bool: .bool
    case .i64, .tensor: .i64
    }
  }
}
