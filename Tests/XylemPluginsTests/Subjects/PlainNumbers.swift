import CXylem
import Foundation

/// A tensor as goldens write it, which needs no runtime.
struct PlainNumbers: Decodable {
  var shape: [Int]
  var dtype: String
  /// In row-major order.
  var numbers: [Double]

  init(_ numbers: [Double], shape: [Int], dtype: String = "float32") {
    (self.numbers, self.shape, self.dtype) = (numbers, shape, dtype)
  }

  /// Element i is `((i + shift) * 7919 mod 1009) / 1009 - 0.5`.
  static func formula(_ shape: [Int], dtype: String = "float32", shift: Int = 0) -> PlainNumbers {
    let numbers = (0..<shape.reduce(1, *)).map { Double(($0 + shift) * 7919 % 1009) / 1009 - 0.5 }
    return PlainNumbers(dtype == "float32" ? numbers.map { Double(Float($0)) } : numbers, shape: shape, dtype: dtype)
  }

  private enum Key: CodingKey { case tensor, shape, dtype, formula, shift }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    let dtype = try fields.decode(String.self, forKey: .dtype)
    if let shape = try fields.decodeIfPresent([Int].self, forKey: .formula) {
      self = .formula(shape, dtype: dtype, shift: try fields.decode(Int.self, forKey: .shift))
    } else {
      let numbers = try fields.decode([Double].self, forKey: .tensor)
      self.init(numbers, shape: try fields.decode([Int].self, forKey: .shape), dtype: dtype)
    }
  }

  /// Takes a plugin's result: copies its elements and calls its deleter.
  init(taking pointer: UnsafeMutablePointer<DLManagedTensorVersioned>) throws {
    defer { unsafe pointer.pointee.deleter?(pointer) }
    let tensor = unsafe pointer.pointee.dl_tensor
    let shape = (0..<Int(unsafe tensor.ndim)).map { unsafe Int(tensor.shape[$0]) }
    let count = shape.reduce(1, *)
    guard let data = unsafe tensor.data else { throw CocoaError(.coderInvalidValue) }
    let start = unsafe data + Int(tensor.byte_offset)
    switch unsafe (tensor.dtype.code, tensor.dtype.bits) {
    case (2, 32):
      let floats = unsafe start.assumingMemoryBound(to: Float.self)
      self.init((0..<count).map { unsafe Double(floats[$0]) }, shape: shape)
    case (2, 64):
      let doubles = unsafe start.assumingMemoryBound(to: Double.self)
      self.init((0..<count).map { unsafe doubles[$0] }, shape: shape, dtype: "float64")
    case (0, 64):
      let integers = unsafe start.assumingMemoryBound(to: Int64.self)
      self.init((0..<count).map { unsafe Double(integers[$0]) }, shape: shape, dtype: "int64")
    default: throw CocoaError(.coderInvalidValue)
    }
  }

  /// What differs from a golden beyond a part of its largest number; nil where nothing does.
  func difference(from golden: PlainNumbers, within tolerance: Double) -> String? {
    guard shape == golden.shape, dtype == golden.dtype, numbers.count == golden.numbers.count else {
      return "\(dtype)\(shape), not \(golden.dtype)\(golden.shape)"
    }
    let largest = golden.numbers.reduce(1e-3) { max($0, abs($1)) }
    for index in numbers.indices where !(abs(numbers[index] - golden.numbers[index]) <= tolerance * largest) {
      return "[\(index)]: \(numbers[index]), not \(golden.numbers[index])"
    }
    return nil
  }
}

/// Lends a tensor to a plugin, read only, for the life of this object.
@safe final class LentNumbers {
  let pointer: UnsafeMutablePointer<DLManagedTensorVersioned>
  private let bytes: UnsafeMutableRawPointer
  private let sizes: UnsafeMutablePointer<Int64>

  /// - Parameter isScattered: elements lie in column-major order, three elements from the start of the memory, with another one
  ///   between each two.
  init(_ tensor: PlainNumbers, isScattered: Bool = false) {
    let (rank, count, gap) = (tensor.shape.count, tensor.numbers.count, isScattered ? 2 : 1)
    let isWide = tensor.dtype != "float32"
    let width = isWide ? 8 : 4
    unsafe bytes = .allocate(byteCount: (count * gap + 4) * width, alignment: 64)
    unsafe sizes = .allocate(capacity: max(2 * rank, 1))
    var strides = [Int](repeating: gap, count: rank)
    let order = isScattered ? Array(0..<rank) : (0..<rank).reversed()
    for (faster, dimension) in zip(order, order.dropFirst()) {
      strides[dimension] = strides[faster] * tensor.shape[faster]
    }
    for dimension in 0..<rank {
      unsafe sizes[dimension] = Int64(tensor.shape[dimension])
      unsafe sizes[rank + dimension] = Int64(strides[dimension])
    }
    let start = unsafe bytes + (isScattered ? 3 * width : 0)
    for index in 0..<count {
      var (rest, offset) = (index, 0)
      for dimension in (0..<rank).reversed() {
        offset += rest % tensor.shape[dimension] * strides[dimension]
        rest /= tensor.shape[dimension]
      }
      switch tensor.dtype {
      case "float32": unsafe (start + offset * width).storeBytes(of: Float(tensor.numbers[index]), as: Float.self)
      case "int64": unsafe (start + offset * width).storeBytes(of: Int64(tensor.numbers[index]), as: Int64.self)
      default: unsafe (start + offset * width).storeBytes(of: tensor.numbers[index], as: Double.self)
      }
    }
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: DLManagedTensorVersioned())
    unsafe pointer.pointee.version.major = 1
    unsafe pointer.pointee.flags = UInt64(XYLEM_TENSOR_READ_ONLY)
    unsafe pointer.pointee.dl_tensor = DLTensor(
      data: bytes, device: DLDevice(device_type: 1, device_id: 0), ndim: Int32(rank),
      dtype: DLDataType(code: tensor.dtype == "int64" ? 0 : 2, bits: UInt8(width * 8), lanes: 1), shape: sizes,
      strides: sizes + rank, byte_offset: UInt64(isScattered ? 3 * width : 0))
  }

  deinit {
    unsafe pointer.deallocate()
    unsafe sizes.deallocate()
    unsafe bytes.deallocate()
  }
}
