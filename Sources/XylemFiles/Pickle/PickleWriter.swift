/// Writes the pickle of a dictionary of tensors as `torch.save` writes it, in protocol 2.
package struct PickleWriter {
  package private(set) var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "}"), UInt8(ascii: "(")]

  /// Creates a pickle of an empty dictionary.
  package init() {}

  /// Appends a row-major tensor of `count` elements that fills the storage with that name.
  package mutating func append(key: String, dtype: DType, shape: [Int], count: Int, storage: String) {
    text(key)
    global("torch._utils", dtype.storageClassName == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
    mark()
    mark()
    text("storage")
    if let name = dtype.storageClassName { global("torch", name) } else { global("torch.storage", "UntypedStorage") }
    text(storage)
    text("cpu")
    number(dtype.storageClassName == nil ? count * dtype.byteCount : count)
    tupleFromMark()
    bytes.append(UInt8(ascii: "Q"))
    number(0)
    numbers(shape)
    numbers(Self.strides(shape))
    bytes.append(0x89)  // requires no gradient
    global("collections", "OrderedDict")  // of hooks
    bytes += ")R".utf8
    if dtype.storageClassName == nil { global("torch", dtype.rawValue) }
    tupleFromMark()
    bytes.append(UInt8(ascii: "R"))
  }

  /// Ends the pickle.
  package consuming func finish() -> [UInt8] {
    bytes += "u.".utf8
    return bytes
  }

  /// The strides of a row-major tensor. Sizes of 0 count as 1, as in PyTorch.
  private static func strides(_ shape: [Int]) -> [Int] {
    var step = 1
    var strides: [Int] = []
    for size in shape.reversed() {
      strides.append(step)
      step &*= max(size, 1)  // Overflows only for a tensor without elements.
    }
    return strides.reversed()
  }

  private mutating func mark() { bytes.append(UInt8(ascii: "(")) }
  private mutating func tupleFromMark() { bytes.append(UInt8(ascii: "t")) }

  private mutating func text(_ text: String) {
    let utf8 = Array(text.utf8)
    bytes.append(UInt8(ascii: "X"))
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: utf8.count >> ($0 * 8)) }
    bytes += utf8
  }

  private mutating func global(_ module: String, _ name: String) {
    bytes += "c\(module)\n\(name)\n".utf8
  }

  private mutating func number(_ number: Int) {
    let digits = (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    switch number {
    case 0...0xFF: bytes += [UInt8(ascii: "K")] + digits[..<1]
    case 0x100...0xFFFF: bytes += [UInt8(ascii: "M")] + digits[..<2]
    case 0x1_0000...Int(Int32.max): bytes += [UInt8(ascii: "J")] + digits[..<4]
    default: bytes += [0x8A, 8] + digits
    }
  }

  private mutating func numbers(_ numbers: [Int]) {
    if numbers.count > 3 { mark() }
    for element in numbers { number(element) }
    switch numbers.count {
    case 0: bytes.append(UInt8(ascii: ")"))
    case 1...3: bytes.append(0x84 + UInt8(numbers.count))
    default: tupleFromMark()
    }
  }
}
