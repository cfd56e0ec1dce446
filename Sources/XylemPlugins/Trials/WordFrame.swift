internal import CXylem
internal import Glibc
internal import XylemErrors

/// The arguments of a call through libffi: a word for each, and what the words point to, as long as this lives.
@safe final class WordFrame {
  /// Where each word lies.
  nonisolated(unsafe) let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private nonisolated(unsafe) let words: UnsafeMutablePointer<UInt64>
  private var memory: [UnsafeMutableRawPointer] = unsafe []

  /// - Throws: `plugin.argument` where a value is not of its type.
  init(_ values: [TrialValue], _ signature: Signature, leaf: String) throws(XylemError) {
    let count = max(values.count, 1)
    unsafe addresses = .allocate(capacity: count)
    unsafe words = .allocate(capacity: count)
    unsafe words.initialize(repeating: 0, count: count)
    for (index, value) in values.enumerated() {
      unsafe (addresses + index).initialize(to: UnsafeMutableRawPointer(words + index))
      let type = signature.parameters[index]
      guard let word = word(value, type) else { throw CheckErrors.argument(leaf, index, type.description) }
      unsafe words[index] = word
    }
  }

  deinit {
    for index in unsafe memory.indices { unsafe free(memory[index]) }
    unsafe addresses.deallocate()
    unsafe words.deallocate()
  }

  private func word(_ value: TrialValue, _ type: Signature.ValueType) -> UInt64? {
    if case .none = value { return type.isOptional || type.content == .pointer ? 0 : nil }
    if case .number(let number) = type.content {
      guard let word = Self.number(value, number) else { return nil }
      return type.isOptional ? keep([word]) : word
    }
    switch (type.content, value) {
    case (.text, .text(let text)):
      guard let copy = unsafe strdup(text) else { return nil }
      unsafe memory.append(UnsafeMutableRawPointer(copy))
      return UInt64(UInt(bitPattern: copy))
    case (.tensor, .tensor(let tensor)), (.writtenTensor, .tensor(let tensor)):
      return UInt64(unsafe UInt(bitPattern: tensor.pointer))
    case (.list(let element), .list(let values)): return list(values, of: element)
    default: return nil
    }
  }

  /// A count, and the elements' address.
  private func list(_ values: [TrialValue], of element: Signature.Element) -> UInt64? {
    var elements: [UInt64] = []
    for value in values {
      switch (element, value) {
      case (.i64, .int(let value)): elements.append(UInt64(bitPattern: value))
      case (.f64, .float(let value)): elements.append(value.bitPattern)
      case (.f64, .int(let value)): elements.append(Double(value).bitPattern)
      case (.tensor, .tensor(let tensor)): elements.append(UInt64(unsafe UInt(bitPattern: tensor.pointer)))
      case (.tensor, .none): elements.append(0)
      case (.bool, .bool(let value)): elements.append(value ? 1 : 0)
      default: return nil
      }
    }
    // Truth values are bytes.
    if element == .bool { elements = Self.packed(elements) }
    guard let address = keep(elements) else { return nil }
    return keep([UInt64(values.count), address])
  }

  private static func packed(_ bytes: [UInt64]) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<min(start + 8, bytes.count)].enumerated().reduce(0) { $0 | $1.element << UInt64(8 * $1.offset) }
    }
  }

  private func keep(_ values: [UInt64]) -> UInt64? {
    guard let place = unsafe malloc(max(values.count, 1) * 8) else { return nil }
    unsafe memory.append(place)
    for (index, value) in values.enumerated() {
      unsafe place.storeBytes(of: value, toByteOffset: 8 * index, as: UInt64.self)
    }
    return UInt64(UInt(bitPattern: place))
  }

  private static func number(_ value: TrialValue, _ type: Signature.Number) -> UInt64? {
    switch (value, type) {
    case (.float(let value), .f64): value.bitPattern
    case (.int(let value), .f64): Double(value).bitPattern
    case (.float(let value), .f32): UInt64(Float(value).bitPattern)
    case (.int(let value), .f32): UInt64(Float(value).bitPattern)
    case (.bool(let value), .bool): value ? 1 : 0
    case (.int, .bool): nil
    case (.int(let value), _): UInt64(bitPattern: value)
    default: nil
    }
  }
}
