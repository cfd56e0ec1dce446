internal import CXylem
internal import XylemErrors

/// What a leaf gave, copied; two are equal where they are equal bit for bit.
enum PlainResult: Hashable {
  case none
  case bool(Bool)
  case int(Int64)
  /// The number's bits.
  case float(UInt64)
  case text(String)
  case tensor(dtype: [Int], shape: [Int], elements: [UInt8])
  case list([PlainResult])

  /// Copies a tensor that a leaf gave, and gives it back.
  ///
  /// - Parameter arguments: what it must not share memory with, unless it is one of them.
  /// - Throws: `plugin.result` for a malformed one.
  static func take(
    _ pointer: UnsafeMutablePointer<DLManagedTensorVersioned>?, of leaf: String, arguments: [PlainTensor]
  ) throws(XylemError) -> PlainResult {
    guard let pointer = unsafe pointer else { throw CheckErrors.result(leaf, "is a null pointer") }
    if let same = arguments.first(where: { unsafe $0.pointer == pointer }) {
      return .tensor(dtype: same.dtype, shape: same.form.shape, elements: same.elements)
    }
    defer { unsafe pointer.pointee.deleter?(pointer) }
    guard unsafe pointer.pointee.version.major == 1 else {
      throw CheckErrors.result(leaf, "is of DLPack \(unsafe pointer.pointee.version.major), not 1")
    }
    let tensor = unsafe pointer.pointee.dl_tensor
    let type = unsafe tensor.dtype
    guard unsafe tensor.device.device_type == 1 else { throw CheckErrors.result(leaf, "is not on the CPU") }
    let rank = unsafe Int(tensor.ndim)
    guard (0...64).contains(rank), unsafe rank == 0 || tensor.shape != nil else {
      throw CheckErrors.result(leaf, "has \(rank) dimensions and \(unsafe tensor.shape == nil ? "no" : "a") shape")
    }
    guard type.bits > 0, type.bits % 8 == 0, type.lanes == 1 else {
      throw CheckErrors.result(leaf, "has elements of \(type.bits) bits and \(type.lanes) lanes")
    }
    let shape = (0..<rank).map { unsafe Int(tensor.shape[$0]) }
    guard shape.allSatisfy({ $0 >= 0 && $0 <= 1 << 32 }), shape.reduce(1.0, { $0 * Double($1) }) < Double(1 << 32)
    else {
      throw CheckErrors.result(leaf, "has the shape \(shape)")
    }
    var strides = [Int](repeating: 1, count: rank)
    for dimension in (0..<rank).reversed().dropFirst() {
      strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
    }
    if unsafe tensor.strides != nil { strides = (0..<rank).map { unsafe Int(tensor.strides[$0]) } }
    let kind = [Int(type.code), Int(type.bits)]
    guard !shape.contains(0) else { return .tensor(dtype: kind, shape: shape, elements: []) }
    guard let data = unsafe tensor.data else {
      throw CheckErrors.result(leaf, "has \(shape.reduce(1, *)) elements and no memory")
    }
    let start = unsafe UnsafeRawPointer(data) + Int(clamping: tensor.byte_offset)
    let size = Int(type.bits) / 8
    let places = elementPlaces(shape: shape, strides: strides)
    let reach = (places.max() ?? 0) * size + size
    guard !arguments.contains(where: { unsafe $0.overlaps(start, reach) }) else {
      throw CheckErrors.result(leaf, "shares the memory of an argument")
    }
    let elements = places.flatMap { unsafe [UInt8](UnsafeRawBufferPointer(start: start + $0 * size, count: size)) }
    return .tensor(dtype: kind, shape: shape, elements: elements)
  }

  /// Whether two results are equal, or floats that differ as sums in another order do.
  func isClose(to other: PlainResult) -> Bool {
    guard self != other else { return true }
    switch (self, other) {
    case (.list(let a), .list(let b)): return a.count == b.count && zip(a, b).allSatisfy { $0.isClose(to: $1) }
    case (.float(let a), .float(let b)): return Self.areClose(Double(bitPattern: a), Double(bitPattern: b))
    case (.tensor([2, 32], let shape, let a), .tensor([2, 32], let otherShape, let b)):
      return shape == otherShape
        && stride(from: 0, to: a.count, by: 4).allSatisfy {
          Self.areClose(Double(Float(bitPattern: a.word32(at: $0))), Double(Float(bitPattern: b.word32(at: $0))))
        }
    case (.tensor([2, 64], let shape, let a), .tensor([2, 64], let otherShape, let b)):
      return shape == otherShape
        && stride(from: 0, to: a.count, by: 8).allSatisfy {
          Self.areClose(Double(bitPattern: a.word64(at: $0)), Double(bitPattern: b.word64(at: $0)))
        }
    default: return false
    }
  }

  private static func areClose(_ a: Double, _ b: Double) -> Bool {
    a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-5 + 1e-4 * max(abs(a), abs(b))
  }
}

extension PlainTensor {
  /// The element's type as results have it.
  var dtype: [Int] { [Int(form.element.code), Int(form.element.bits)] }
}
