internal import CXylem

/// The range of addresses of a tensor's elements, from the first byte to the one after the last.
struct MemoryExtent {
  let device: Int32
  let deviceIndex: Int32
  let lower: UInt
  let upper: UInt

  /// A malformed tensor: what is wrong with it.
  struct Malformed: Error {
    let reason: String
  }

  /// Returns the extent of a tensor, or nil if it has no elements.
  init?(_ tensor: DLTensor) throws(Malformed) {
    guard unsafe (0...64).contains(tensor.ndim) else {
      throw Malformed(reason: unsafe "it has \(tensor.ndim) dimensions")
    }
    let dimensions = unsafe Int(tensor.ndim)
    guard unsafe dimensions == 0 || tensor.shape != nil else { throw Malformed(reason: "it has no shape") }
    let itemSize = unsafe (Int(tensor.dtype.bits) * Int(tensor.dtype.lanes) + 7) / 8
    var isOverflowing = false
    var isEmpty = false
    var compactStep = 1
    var (before, after) = (0, 0)
    for index in (0..<dimensions).reversed() {
      let size = unsafe Int(tensor.shape[index])
      guard size >= 0 else { throw Malformed(reason: "its dimension \(index) has the size \(size)") }
      if size == 0 { isEmpty = true }
      let step = unsafe tensor.strides == nil ? compactStep : Int(tensor.strides[index])
      let span = Self.product(max(size - 1, 0), step, &isOverflowing)
      if span < 0 {
        before = Self.sum(before, span, &isOverflowing)
      } else {
        after = Self.sum(after, span, &isOverflowing)
      }
      compactStep = Self.product(compactStep, max(size, 1), &isOverflowing)
    }
    if isEmpty { return nil }
    before = Self.product(before, itemSize, &isOverflowing)
    after = Self.sum(Self.product(after, itemSize, &isOverflowing), itemSize, &isOverflowing)
    guard let data = unsafe tensor.data else { throw Malformed(reason: "it has elements but no memory") }
    let offset = unsafe Int(exactly: tensor.byte_offset)
    let start = Self.sum(Int(bitPattern: data), offset ?? 0, &isOverflowing)
    let (lower, upper) = (Self.sum(start, before, &isOverflowing), Self.sum(start, after, &isOverflowing))
    guard !isOverflowing, offset != nil, lower >= 0 else { throw Malformed(reason: "it is larger than memory") }
    device = unsafe tensor.device.device_type
    deviceIndex = unsafe tensor.device.device_id
    self.lower = UInt(lower)
    self.upper = UInt(upper)
  }

  /// Whether two extents have a byte in common.
  func overlaps(_ other: MemoryExtent) -> Bool {
    device == other.device && deviceIndex == other.deviceIndex && lower < other.upper && other.lower < upper
  }

  /// Whether a dimension repeats the same elements, as in an expanded tensor.
  static func overlapsItself(_ tensor: DLTensor) -> Bool {
    guard let strides = unsafe tensor.strides else { return false }
    return (0..<(unsafe Int(tensor.ndim))).contains { unsafe strides[$0] == 0 && tensor.shape[$0] > 1 }
  }

  private static func product(_ a: Int, _ b: Int, _ isOverflowing: inout Bool) -> Int {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { isOverflowing = true }
    return value
  }

  private static func sum(_ a: Int, _ b: Int, _ isOverflowing: inout Bool) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    if overflow { isOverflowing = true }
    return value
  }
}
