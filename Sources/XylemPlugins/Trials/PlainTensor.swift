internal import CXylem
internal import CXylemGuard
internal import Glibc

/// A DLPack tensor in plain memory, lent to the leaf that is tried; needs no tensor runtime.
@safe final class PlainTensor {
  /// How the elements lie in memory.
  enum Layout: String, CaseIterable {
    case compact, withoutStrides = "no strides", permuted = "permuted strides", offset = "an offset"
  }

  /// Which elements a tensor has.
  enum Fill: Hashable {
    case ordinary, nan
    /// In row-major order, one for each.
    case values([Double])
  }

  /// What the leaf gets.
  nonisolated(unsafe) let pointer: UnsafeMutablePointer<DLManagedTensorVersioned>
  let form: TensorForm
  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer
  private let mappedBytes: Int
  private nonisolated(unsafe) let sizes: UnsafeMutablePointer<Int64>
  private let strides: [Int]
  private let offset: Int

  /// Makes a tensor in memory of its own.
  ///
  /// - Throws: `Declined` where there is no memory.
  init(_ form: TensorForm, layout: Layout = .compact, fill: Fill = .ordinary) throws {
    self.form = form
    let rank = form.shape.count
    var strides = [Int](repeating: 1, count: rank)
    // Permuted: as if the dimensions lay in memory in the opposite order.
    let order = layout == .permuted ? Array(0..<rank) : Array((0..<rank).reversed())
    var stride = 1
    for dimension in order {
      strides[dimension] = stride
      stride *= max(form.shape[dimension], 1)
    }
    self.strides = strides
    offset = layout == .offset ? 16 * form.element.bytes : 0
    let bytes = max(form.count, 1) * form.element.bytes + offset
    mappedBytes = (bytes + 4095) / 4096 * 4096
    let mapped = unsafe mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw Declined(reason: "there is no memory for a tensor of \(bytes) bytes")
    }
    unsafe memory = unsafe mapped
    unsafe sizes = UnsafeMutablePointer<Int64>.allocate(capacity: max(2 * rank, 1))
    for dimension in 0..<rank {
      unsafe sizes[dimension] = Int64(form.shape[dimension])
      unsafe sizes[rank + dimension] = Int64(strides[dimension])
    }
    unsafe pointer = .allocate(capacity: 1)
    var tensor = unsafe DLManagedTensorVersioned()
    unsafe tensor.version = DLPackVersion(major: 1, minor: 1)
    unsafe tensor.dl_tensor.data = unsafe form.count == 0 ? nil : memory
    unsafe tensor.dl_tensor.device = DLDevice(device_type: 1, device_id: 0)
    unsafe tensor.dl_tensor.ndim = Int32(rank)
    unsafe tensor.dl_tensor.dtype = DLDataType(code: form.element.code, bits: form.element.bits, lanes: 1)
    unsafe tensor.dl_tensor.shape = unsafe sizes
    unsafe tensor.dl_tensor.strides = unsafe layout == .withoutStrides ? nil : sizes + rank
    unsafe tensor.dl_tensor.byte_offset = UInt64(offset)
    unsafe pointer.initialize(to: tensor)
    for (index, place) in places().enumerated() { unsafe store(index, fill, at: memory + offset + place) }
  }

  deinit {
    unsafe munmap(memory, mappedBytes)
    unsafe sizes.deallocate()
    unsafe pointer.deallocate()
  }

  /// Makes every write to the elements a fault that is reported under a number; false where that can't be had.
  func protect(as name: UInt32) -> Bool {
    unsafe mprotect(memory, mappedBytes, PROT_READ) == 0 && xylem_guard_watch(memory, mappedBytes, name) == 0
  }

  /// The elements' bytes in row-major order.
  var elements: [UInt8] {
    places().flatMap { place in
      unsafe [UInt8](UnsafeRawBufferPointer(start: memory + offset + place, count: form.element.bytes))
    }
  }

  /// Whether a stretch of memory overlaps this one's.
  func overlaps(_ start: UnsafeRawPointer, _ bytes: Int) -> Bool {
    let own = unsafe UInt(bitPattern: memory)
    let other = UInt(bitPattern: start)
    return other < own + UInt(mappedBytes) && own < other + UInt(bytes)
  }

  private func places() -> [Int] {
    elementPlaces(shape: form.shape, strides: strides).map { $0 * form.element.bytes }
  }

  private func store(_ index: Int, _ fill: Fill, at place: UnsafeMutableRawPointer) {
    var number = Double((index * 37 + 11) % 101) / 50 - 1
    var whole = index % (form.element.name == "bool" ? 2 : 7)
    if case .values(let values) = fill { (number, whole) = (values[index], Int(exactly: values[index].rounded()) ?? 0) }
    switch (form.element.name, fill) {
    case ("f32", .nan): unsafe place.storeBytes(of: Float.nan, as: Float.self)
    case ("f64", .nan): unsafe place.storeBytes(of: Double.nan, as: Double.self)
    case ("f16", .nan): unsafe place.storeBytes(of: 0x7e00, as: UInt16.self)
    case ("bf16", .nan): unsafe place.storeBytes(of: 0x7fc0, as: UInt16.self)
    case ("f32", _): unsafe place.storeBytes(of: Float(number), as: Float.self)
    case ("f64", _): unsafe place.storeBytes(of: number, as: Double.self)
    case ("f16", _): unsafe place.storeBytes(of: Float16(number), as: Float16.self)
    case ("bf16", _): unsafe place.storeBytes(of: UInt16(Float(number).bitPattern >> 16), as: UInt16.self)
    default:
      // The lowest bytes first: an integer of any width.
      let bytes = Int64(whole).littleEndianBytes.prefix(form.element.bytes)
      for (offset, byte) in bytes.enumerated() {
        unsafe place.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
      }
    }
  }
}

/// Where the elements of a shape lie, in elements, row by row.
func elementPlaces(shape: [Int], strides: [Int]) -> [Int] {
  shape.indices.reduce([0]) { places, dimension in
    places.flatMap { place in (0..<shape[dimension]).map { place + $0 * strides[dimension] } }
  }
}

extension Int64 {
  fileprivate var littleEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> Int64(8 * $0)) } }
}
