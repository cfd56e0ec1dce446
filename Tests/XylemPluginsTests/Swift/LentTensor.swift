import CXylem

/// A tensor of the test's own, for as long as it lives, to lend to a plugin.
@safe final class LentTensor {
  private(set) var pointer: UnsafeMutablePointer<DLManagedTensorVersioned>
  private let data: UnsafeMutableRawPointer
  private let sizes: UnsafeMutablePointer<Int64>

  /// - Parameter strides: nil means compact, as DLPack has it.
  init<Element: BitwiseCopyable>(
    _ elements: [Element], shape: [Int], strides: [Int]? = nil, code: UInt8 = 2, readOnly: Bool = true
  ) {
    let bytes = elements.count * MemoryLayout<Element>.stride
    let data = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: 64)
    unsafe elements.withUnsafeBytes { source in
      if let source = source.baseAddress { unsafe data.copyMemory(from: source, byteCount: bytes) }
    }
    unsafe self.data = unsafe data
    unsafe sizes = UnsafeMutablePointer<Int64>.allocate(capacity: 2 * shape.count + 1)
    for (i, size) in (shape + (strides ?? [])).enumerated() { unsafe sizes[i] = Int64(size) }
    unsafe pointer = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
    unsafe pointer.initialize(to: DLManagedTensorVersioned())
    unsafe pointer.pointee.version.major = 1
    unsafe pointer.pointee.flags = readOnly ? UInt64(XYLEM_TENSOR_READ_ONLY) : 0
    unsafe pointer.pointee.dl_tensor.data = shape.contains(0) ? nil : data
    unsafe pointer.pointee.dl_tensor.device.device_type = 1
    unsafe pointer.pointee.dl_tensor.ndim = Int32(shape.count)
    unsafe pointer.pointee.dl_tensor.dtype = DLDataType(
      code: code, bits: UInt8(MemoryLayout<Element>.size * 8), lanes: 1)
    unsafe pointer.pointee.dl_tensor.shape = unsafe sizes
    unsafe pointer.pointee.dl_tensor.strides = strides == nil ? nil : sizes + shape.count
  }

  deinit {
    unsafe data.deallocate()
    unsafe sizes.deallocate()
    unsafe pointer.deallocate()
  }

  var argument: xylem_argument {
    var argument = unsafe xylem_argument()
    unsafe argument.kind = XYLEM_ARGUMENT_TENSOR.rawValue
    unsafe argument.as.tensor = unsafe pointer
    return unsafe argument
  }
}

/// Takes the elements of a compact tensor that a plugin gave, and gives it back.
func taken<Element>(_ tensor: UnsafeMutablePointer<DLManagedTensorVersioned>, as type: Element.Type) -> [Element] {
  let dl = unsafe tensor.pointee.dl_tensor
  let count = unsafe (0..<Int(dl.ndim)).reduce(1) { unsafe $0 * Int(dl.shape[$1]) }
  let start = unsafe dl.data.map { unsafe ($0 + Int(dl.byte_offset)).assumingMemoryBound(to: Element.self) }
  let elements = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  unsafe tensor.pointee.deleter?(tensor)
  return elements
}
