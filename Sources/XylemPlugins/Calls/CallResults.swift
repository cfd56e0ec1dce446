internal import CXylem
internal import XylemErrors
internal import XylemTensor

/// Takes over what a function returned: each owned thing is given back once, whatever is wrong with it.
@safe
struct CallResults {
  typealias ManagedTensor = UnsafeMutablePointer<DLManagedTensorVersioned>

  /// What messages call the function.
  let function: String
  /// What the function was lent.
  let frame: CallFrame

  /// A result that is an address.
  ///
  /// - Throws: `plugin.result`.
  func take(_ address: UnsafeMutableRawPointer?, _ type: Signature.ValueType) throws(XylemError) -> Value {
    if case .plain(.pointer) = type { return .int(Int(bitPattern: address)) }
    guard let address = unsafe address else {
      if type.isOptional { return .none }
      throw CallErrors.result(function, type, "it is null, which only an 'opt<…>' may be")
    }
    switch type.content {
    case .pointer: return .int(Int(bitPattern: address))
    case .text:
      guard let text = unsafe String(validatingCString: address.assumingMemoryBound(to: CChar.self)) else {
        throw CallErrors.result(function, type, "its text is not UTF-8")
      }
      return .string(text)
    case .tensor, .writtenTensor:
      let managed = unsafe address.assumingMemoryBound(to: DLManagedTensorVersioned.self)
      return try unsafe takeTensors([managed], type)[0]
    case .list(let element): return try unsafe takeList(address, of: element, type)
    case .number: throw CallErrors.result(function, type, "a number has no address")
    }
  }

  /// Gives a result back without looking into it: after a failure.
  func giveBack(_ address: UnsafeMutableRawPointer?, _ type: Signature.ValueType) {
    guard let address = unsafe address else { return }
    switch type.content {
    case .tensor, .writtenTensor:
      unsafe giveBack([address.assumingMemoryBound(to: DLManagedTensorVersioned.self)])
    case .list(.tensor):
      if let elements = unsafe elements(at: address, as: ManagedTensor?.self) { unsafe giveBack(elements) }
      unsafe releaseList(address)
    case .list: unsafe releaseList(address)
    case .number, .text, .pointer: break
    }
  }

  // MARK: Tensors

  /// Takes all of the tensors, or gives all back.
  private func takeTensors(_ tensors: [ManagedTensor?], _ type: Signature.ValueType) throws(XylemError) -> [Value] {
    if let fault = unsafe fault(in: tensors) {
      unsafe giveBack(tensors)
      throw CallErrors.result(function, type, fault)
    }
    var values: [Value] = []
    for index in unsafe tensors.indices {
      guard let tensor = unsafe tensors[index] else {
        values.append(.none)
        continue
      }
      if let argument = unsafe frame.value(at: tensor) {
        values.append(argument)
        continue
      }
      do { values.append(.tensor(try unsafe Tensor(dlpack: tensor))) } catch {
        unsafe giveBack(Array(tensors[(index + 1)...]))
        throw CallErrors.result(function, type, "the tensor can't be taken over", cause: error)
      }
    }
    return values
  }

  /// What is wrong with tensors that were returned together; nil where nothing is.
  private func fault(in tensors: [ManagedTensor?]) -> String? {
    var fresh: [ManagedTensor] = unsafe []
    for index in unsafe tensors.indices {
      guard let tensor = unsafe tensors[index] else {
        if frame.isGradient { continue }
        return "a tensor of the list is null"
      }
      if unsafe frame.value(at: tensor) != nil { continue }
      if unsafe fresh.contains(tensor) { return "the same tensor is in the list twice" }
      // Of another version nothing but the deleter is known.
      guard unsafe tensor.pointee.version.major == 1 else {
        return unsafe "the tensor is of DLPack \(tensor.pointee.version.major).x; this host reads 1.x"
      }
      unsafe fresh.append(tensor)
    }
    do {
      var lent: [MemoryExtent] = []
      for argument in frame.lent {
        if let extent = unsafe try MemoryExtent(argument.view.pointee.dl_tensor) { lent.append(extent) }
      }
      var extents: [MemoryExtent] = []
      for index in unsafe fresh.indices {
        guard let extent = try unsafe MemoryExtent(fresh[index].pointee.dl_tensor) else { continue }
        if lent.contains(where: extent.overlaps) {
          return "the tensor shares an argument's memory; give the argument itself, or a copy"
        }
        extents.append(extent)
      }
      extents.sort { $0.lower < $1.lower }
      if zip(extents, extents.dropFirst()).contains(where: { $0.overlaps($1) }) {
        return "two tensors of the list share memory"
      }
      return nil
    } catch { return "the tensor is malformed: \(error.reason)" }
  }

  /// Calls the deleters of tensors that are the function's own, each once.
  private func giveBack(_ tensors: [ManagedTensor?]) {
    var done: Set<UInt> = []
    for index in unsafe tensors.indices {
      guard let tensor = unsafe tensors[index], unsafe frame.value(at: tensor) == nil,
        done.insert(UInt(bitPattern: tensor)).inserted
      else { continue }
      unsafe tensor.pointee.deleter?(tensor)
    }
  }

  // MARK: Lists

  private func takeList(_ address: UnsafeMutableRawPointer, of element: Signature.Element, _ type: Signature.ValueType)
    throws(XylemError) -> Value
  {
    defer { unsafe releaseList(address) }
    let wrong = CallErrors.result(function, type, "the list has a count and no elements, or more than fit into memory")
    switch element {
    case .i64:
      guard let found = unsafe elements(at: address, as: Int64.self) else { throw wrong }
      return .list(found.map { .int(Int($0)) })
    case .f64:
      guard let found = unsafe elements(at: address, as: Double.self) else { throw wrong }
      return .list(found.map { .float($0) })
    case .bool:
      guard let found = unsafe elements(at: address, as: UInt8.self) else { throw wrong }
      return .list(found.map { .bool($0 != 0) })
    case .tensor:
      guard let found = unsafe elements(at: address, as: ManagedTensor?.self) else { throw wrong }
      return .list(try unsafe takeTensors(found, type))
    }
  }

  /// A copy of a list's elements; nil where it can't be one.
  private func elements<Element>(at address: UnsafeMutableRawPointer, as type: Element.Type) -> [Element]? {
    let count = unsafe address.load(as: UInt.self)
    let start = unsafe address.load(fromByteOffset: 8, as: UnsafeRawPointer?.self)
    if count == 0 { return [] }
    guard let start = unsafe start, let count = Int(exactly: count), count <= Int.max / 16 else { return nil }
    return unsafe Array(UnsafeBufferPointer(start: start.assumingMemoryBound(to: type), count: count))
  }

  /// An argument's list that came back is the frame's.
  private func releaseList(_ address: UnsafeMutableRawPointer) {
    if unsafe !frame.isLentList(address) { unsafe HostServices.release(address) }
  }
}
