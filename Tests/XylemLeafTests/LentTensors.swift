import CXylem

/// A tensor to lend, for as long as the test runs.
@safe struct Lent: Sendable {
  nonisolated(unsafe) let pointer: UnsafeMutablePointer<DLManagedTensorVersioned>

  init<Element: BitwiseCopyable>(
    _ elements: [Element], shape: [Int], strides: [Int], code: UInt8 = 2, flags: UInt64 = 0
  ) {
    let data = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    for (i, element) in elements.enumerated() { unsafe (data + i).initialize(to: element) }
    let sizes = UnsafeMutablePointer<Int64>.allocate(capacity: 2 * shape.count)
    for (i, size) in (shape + strides).enumerated() { unsafe sizes[i] = Int64(size) }
    unsafe pointer = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
    unsafe pointer.initialize(to: DLManagedTensorVersioned())
    unsafe pointer.pointee.version.major = 1
    unsafe pointer.pointee.flags = flags
    unsafe pointer.pointee.dl_tensor = unsafe DLTensor(
      data: data, device: DLDevice(device_type: 1, device_id: 0), ndim: Int32(shape.count),
      dtype: DLDataType(code: code, bits: UInt8(MemoryLayout<Element>.size * 8), lanes: 1), shape: sizes,
      strides: sizes + shape.count, byte_offset: 0)
  }

  /// The elements as they lie in memory.
  func memory<Element: BitwiseCopyable>(_ count: Int, as type: Element.Type) -> [Element] {
    let data = unsafe pointer.pointee.dl_tensor.data?.assumingMemoryBound(to: Element.self)
    return unsafe Array(UnsafeBufferPointer(start: data, count: count))
  }
}
