/// What is written to a FlatBuffer.
indirect enum FlatValue {
  case bool(Bool)
  case uint8(UInt8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  /// UTF-8, in general.
  case string([UInt8])
  /// Fields by slot; nil for a missing one.
  case table([FlatValue?])
  /// Tables or strings.
  case vector([FlatValue])
  /// Structs of 8-byte words: their words, and the number of structs.
  case structs([Int64], count: Int)

  /// The size within a table. An offset for what is stored elsewhere.
  fileprivate var inlineByteCount: Int {
    switch self {
    case .bool, .uint8: 1
    case .int16: 2
    case .int32, .string, .table, .vector, .structs: 4
    case .int64: 8
    }
  }

  /// The bytes within a table. Nil for what is stored elsewhere.
  fileprivate var inlineBytes: [UInt8]? {
    switch self {
    case .bool(let value): [value ? 1 : 0]
    case .uint8(let value): [value]
    case .int16(let value): value.littleEndianBytes
    case .int32(let value): value.littleEndianBytes
    case .int64(let value): value.littleEndianBytes
    case .string, .table, .vector, .structs: nil
    }
  }
}

extension FixedWidthInteger {
  /// The bytes, least significant first.
  var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}

/// Writes a FlatBuffer. A value comes before those that it leads to, and each is aligned to its size.
struct FlatEncoder {
  private var bytes: [UInt8] = []

  /// The FlatBuffer whose root is a table with these fields, padded to a multiple of 8 bytes.
  static func bytes(_ root: [FlatValue?]) -> [UInt8] {
    var encoder = FlatEncoder()
    encoder.bytes = [0, 0, 0, 0]
    encoder.link(0, to: .table(root))
    encoder.pad(to: 8)
    return encoder.bytes
  }

  private mutating func pad(to alignment: Int, behind prefix: Int = 0) {
    while (bytes.count + prefix) % alignment != 0 { bytes.append(0) }
  }

  /// Writes a value, and the offset that leads to it.
  private mutating func link(_ position: Int, to value: FlatValue) {
    let target: Int
    switch value {
    case .table(let fields): target = place(table: fields)
    case .vector(let values): target = place(vector: values)
    case .string(let text):
      pad(to: 4)
      target = bytes.count
      bytes += UInt32(text.count).littleEndianBytes + text + [0]
    case .structs(let words, let count):
      pad(to: 8, behind: 4)
      target = bytes.count
      bytes += UInt32(count).littleEndianBytes
      for word in words { bytes += word.littleEndianBytes }
    case .bool, .uint8, .int16, .int32, .int64: preconditionFailure("a number is stored where it is used")
    }
    bytes.replaceSubrange(position..<position + 4, with: UInt32(target - position).littleEndianBytes)
  }

  private mutating func place(vector values: [FlatValue]) -> Int {
    pad(to: 4)
    let start = bytes.count
    bytes += UInt32(values.count).littleEndianBytes + [UInt8](repeating: 0, count: 4 * values.count)
    for (index, value) in values.enumerated() { link(start + 4 + 4 * index, to: value) }
    return start
  }

  private mutating func place(table fields: [FlatValue?]) -> Int {
    // The offset to the list of slots comes first.
    var size = 4
    let offsets = fields.map { field -> Int in
      guard let width = field?.inlineByteCount else { return 0 }
      size = (size + width - 1) / width * width
      defer { size += width }
      return size
    }
    pad(to: 2)
    let slots = bytes.count
    bytes += UInt16(4 + 2 * fields.count).littleEndianBytes + UInt16(size).littleEndianBytes
    for offset in offsets { bytes += UInt16(offset).littleEndianBytes }
    pad(to: 8)
    let start = bytes.count
    bytes += Int32(start - slots).littleEndianBytes + [UInt8](repeating: 0, count: size - 4)
    for case (let field?, let offset) in zip(fields, offsets) {
      if let inline = field.inlineBytes {
        bytes.replaceSubrange(start + offset..<start + offset + inline.count, with: inline)
      } else {
        link(start + offset, to: field)
      }
    }
    return start
  }
}
