internal import CXylem
internal import CXylemGuard
internal import Glibc
internal import XylemErrors

/// A tensor in plain memory, either lent to the leaf or returned by it. Needs no tensor runtime.
@safe final class PlainTensor: CallTensor {
  /// The layout of the elements in memory.
  enum Layout: String, CaseIterable {
    case compact, withoutStrides = "no strides", permuted = "permuted strides", offset = "an offset"
  }

  /// The elements of a tensor.
  enum Fill: Hashable {
    case ordinary, nan
    /// In row-major order, one value for each.
    case values([Double])
  }

  /// An element type, as DLPack defines it.
  struct ElementType: Hashable {
    let code: UInt8
    let bits: UInt8
  }

  /// What is freed with the tensor.
  @safe private enum Memory: @unchecked Sendable {
    /// Pages whose writing can raise a fault, with the tensor's sizes and strides.
    case mapped(UnsafeMutableRawPointer, bytes: Int, sizes: UnsafeMutablePointer<Int64>)
    /// A tensor of the leaf.
    case given(UnsafeMutablePointer<DLManagedTensorVersioned>)
  }

  let elementType: ElementType
  let shape: [Int]
  private let strides: [Int]
  private let memory: Memory
  /// Without an owner.
  private nonisolated(unsafe) let view: DLManagedTensorVersioned

  /// Creates a tensor in memory of its own.
  ///
  /// - Throws: `Declined` if no memory is left.
  init(_ form: TensorForm, layout: Layout = .compact, fill: Fill = .ordinary) throws {
    let rank = form.shape.count
    // Permuted: as if the dimensions were stored in the opposite order.
    strides =
      layout == .permuted
      ? Self.compactStrides(form.shape.reversed()).reversed() : Self.compactStrides(form.shape)
    shape = form.shape
    elementType = ElementType(code: form.element.code, bits: form.element.bits)
    let offset = layout == .offset ? 16 * form.element.bytes : 0
    let bytes = max(form.count, 1) * form.element.bytes + offset
    let mappedBytes = (bytes + 4095) / 4096 * 4096
    let mapped = unsafe mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw Declined(reason: "no memory is left for a tensor of \(bytes) bytes")
    }
    let sizes = UnsafeMutablePointer<Int64>.allocate(capacity: max(2 * rank, 1))
    for dimension in 0..<rank {
      unsafe sizes[dimension] = Int64(form.shape[dimension])
      unsafe sizes[rank + dimension] = Int64(strides[dimension])
    }
    unsafe memory = .mapped(mapped, bytes: mappedBytes, sizes: sizes)
    var tensor = unsafe DLManagedTensorVersioned()
    unsafe tensor.version = DLPackVersion(major: 1, minor: 1)
    unsafe tensor.dl_tensor.data = unsafe form.count == 0 ? nil : mapped
    unsafe tensor.dl_tensor.device = DLDevice(device_type: 1, device_id: 0)
    unsafe tensor.dl_tensor.ndim = Int32(rank)
    unsafe tensor.dl_tensor.dtype = DLDataType(code: form.element.code, bits: form.element.bits, lanes: 1)
    unsafe tensor.dl_tensor.shape = unsafe sizes
    unsafe tensor.dl_tensor.strides = unsafe layout == .withoutStrides ? nil : sizes + rank
    unsafe tensor.dl_tensor.byte_offset = UInt64(offset)
    unsafe view = unsafe tensor
    for (index, place) in places.enumerated() {
      unsafe form.element.store(index, fill, at: mapped + offset + place * form.element.bytes)
    }
  }

  deinit {
    switch memory {
    case .mapped(let pages, let bytes, let sizes):
      unsafe munmap(pages, bytes)
      unsafe sizes.deallocate()
    case .given(let tensor): unsafe tensor.pointee.deleter?(tensor)
    }
  }

  /// Makes every write to the elements a fault that is reported under a number. Returns false if that is not possible.
  func protect(as name: UInt32) -> Bool {
    guard case .mapped(let pages, let bytes, _) = memory else { return false }
    return unsafe mprotect(pages, bytes, PROT_READ) == 0 && xylem_guard_watch(pages, bytes, name) == 0
  }

  /// The elements' bytes in row-major order.
  var elements: [UInt8] {
    guard let data = unsafe view.dl_tensor.data else { return [] }
    let start = unsafe UnsafeRawPointer(data) + Int(view.dl_tensor.byte_offset)
    let size = Int(elementType.bits) / 8
    return places.flatMap { unsafe [UInt8](UnsafeRawBufferPointer(start: start + $0 * size, count: size)) }
  }

  /// The offsets of the elements, in elements, in row-major order.
  private var places: [Int] {
    shape.indices.reduce([0]) { places, dimension in
      places.flatMap { place in (0..<shape[dimension]).map { place + $0 * strides[dimension] } }
    }
  }

  private static func compactStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for dimension in shape.indices.reversed().dropFirst() {
      strides[dimension] = strides[dimension + 1] * max(shape[dimension + 1], 1)
    }
    return strides
  }

  // MARK: - Lent and returned tensors

  func borrowedView() -> DLManagedTensorVersioned { unsafe view }

  func plain() -> PlainTensor { self }

  func isRecorded() -> Bool { false }

  func recordWrite() {}

  init(adopting tensor: UnsafeMutablePointer<DLManagedTensorVersioned>) throws(XylemError) {
    if let fault = unsafe Self.fault(in: tensor.pointee.dl_tensor) {
      unsafe tensor.pointee.deleter?(tensor)
      throw XylemError(.runtimeTensor, "the DLPack tensor can't be imported", cause: Reason(fault))
    }
    let given = unsafe tensor.pointee.dl_tensor
    shape = (0..<Int(unsafe given.ndim)).map { unsafe Int(given.shape[$0]) }
    strides =
      unsafe given.strides == nil ? Self.compactStrides(shape) : shape.indices.map { unsafe Int(given.strides[$0]) }
    elementType = unsafe ElementType(code: given.dtype.code, bits: given.dtype.bits)
    unsafe memory = .given(tensor)
    var view = unsafe tensor.pointee
    unsafe view.deleter = nil
    unsafe self.view = unsafe view
  }

  /// The reason why the tensor runtime would refuse the tensor, or nil. The call has already checked its memory.
  private static func fault(in tensor: DLTensor) -> String? {
    guard unsafe tensor.device.device_type == 1 else { return "it is not on the CPU" }
    let type = unsafe tensor.dtype
    let element = ElementType(code: type.code, bits: type.bits)
    guard type.lanes == 1, elementTypes.contains(element) else {
      return "its elements are of \(type.bits) bits, \(type.lanes) lanes and the code \(type.code)"
    }
    let dimensions = unsafe 0..<Int(tensor.ndim)
    if unsafe tensor.strides != nil, dimensions.contains(where: { unsafe tensor.strides[$0] < 0 }) {
      return "a stride is negative"
    }
    let count = dimensions.reduce(1.0) { unsafe $0 * Double(tensor.shape[$1]) }
    return count <= Double(1 << 32) ? nil : "it has more elements than a test reads"
  }

  /// Integers, floating-point numbers, bfloat16, complex numbers and Booleans, as in libtorch.
  private static let elementTypes: Set<ElementType> = {
    let widths: [UInt8: [UInt8]] = [
      0: [8, 16, 32, 64], 1: [8, 16, 32, 64], 2: [16, 32, 64], 4: [16], 5: [32, 64, 128], 6: [8],
    ]
    return Set(widths.flatMap { code, widths in widths.map { ElementType(code: code, bits: $0) } })
  }()
}

extension TensorForm.Element {
  /// Writes the element at an index.
  fileprivate func store(_ index: Int, _ fill: PlainTensor.Fill, at place: UnsafeMutableRawPointer) {
    var number = Double((index * 37 + 11) % 101) / 50 - 1
    var whole = index % (name == "bool" ? 2 : 7)
    if case .values(let values) = fill { (number, whole) = (values[index], Int(exactly: values[index].rounded()) ?? 0) }
    switch (name, fill) {
    case ("f32", .nan): unsafe place.storeBytes(of: Float.nan, as: Float.self)
    case ("f64", .nan): unsafe place.storeBytes(of: Double.nan, as: Double.self)
    case ("f16", .nan): unsafe place.storeBytes(of: 0x7e00, as: UInt16.self)
    case ("bf16", .nan): unsafe place.storeBytes(of: 0x7fc0, as: UInt16.self)
    case ("f32", _): unsafe place.storeBytes(of: Float(number), as: Float.self)
    case ("f64", _): unsafe place.storeBytes(of: number, as: Double.self)
    case ("f16", _): unsafe place.storeBytes(of: Float16(number), as: Float16.self)
    case ("bf16", _): unsafe place.storeBytes(of: UInt16(Float(number).bitPattern >> 16), as: UInt16.self)
    default:
      // The lowest bytes come first: an integer of any width.
      for offset in 0..<bytes {
        unsafe place.storeBytes(
          of: UInt8(truncatingIfNeeded: whole >> (8 * offset)), toByteOffset: offset, as: UInt8.self)
      }
    }
  }
}
