internal import CXylem

extension LeafTensor {
  /// A struct for the host. An argument is returned unchanged. The plugin's own elements are transferred once, and
  /// copied after that.
  func given() throws(LeafError) -> UnsafeMutablePointer<DLManagedTensorVersioned> {
    try storage.requireLent()
    if case .argument(let lent) = storage.lender { return unsafe UnsafeMutablePointer(mutating: lent) }
    return try unsafe storage.give() ? managed() : copy().managed()
  }

  private func copy() throws(LeafError) -> LeafTensor {
    switch dataType.bits {
    case 8: return try copy(as: UInt8.self)
    case 16: return try copy(as: UInt16.self)
    case 32: return try copy(as: UInt32.self)
    case 64: return try copy(as: UInt64.self)
    default: throw LeafError("a tensor whose elements are \(dataType) can't be copied")
    }
  }

  private func copy<Bits: LeafElement>(as type: Bits.Type) throws(LeafError) -> LeafTensor {
    let bits = LeafTensor(shape: shape, strides: strides, dataType: Bits.dataType, storage: storage)
    let copied = try LeafTensor(bits.elements(of: Bits.self), shape: shape)
    _ = copied.storage.give()
    return LeafTensor(shape: shape, strides: copied.strides, dataType: dataType, storage: copied.storage)
  }

  /// The struct and its sizes in one allocation, which keeps the storage until the host calls the deleter.
  private func managed() throws(LeafError) -> UnsafeMutablePointer<DLManagedTensorVersioned> {
    let head = unsafe MemoryLayout<DLManagedTensorVersioned>.stride
    guard let memory = unsafe Memory.allocate(head + shape.count * MemoryLayout<Int64>.stride) else {
      throw LeafError.memory(shape)
    }
    let sizes = unsafe (memory + head).bindMemory(to: Int64.self, capacity: shape.count)
    for (i, size) in shape.enumerated() { unsafe sizes[i] = Int64(size) }
    let managed = unsafe memory.bindMemory(to: DLManagedTensorVersioned.self, capacity: 1)
    unsafe managed.initialize(
      to: DLManagedTensorVersioned(
        version: DLPackVersion(major: 1, minor: 0), manager_ctx: Unmanaged.passRetained(storage).toOpaque(),
        deleter: { managed in
          guard let managed = unsafe managed else { return }
          if let context = unsafe managed.pointee.manager_ctx {
            unsafe Unmanaged<LeafStorage>.fromOpaque(context).release()
          }
          unsafe Memory.release(managed)
        }, flags: 0,
        dl_tensor: DLTensor(
          data: storage.start, device: DLDevice(device_type: 1, device_id: 0), ndim: Int32(shape.count),
          dtype: DLDataType(code: dataType.code, bits: dataType.bits, lanes: dataType.lanes), shape: sizes,
          strides: nil, byte_offset: 0)))
    return unsafe managed
  }

  /// Releases the result of ``given()`` if it was not passed on.
  static func drop(_ managed: UnsafeMutablePointer<DLManagedTensorVersioned>?) {
    if let managed = unsafe managed, let deleter = unsafe managed.pointee.deleter { unsafe deleter(managed) }
  }
}
